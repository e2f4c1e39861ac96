"""Filings, campaigns, sittings, answer sheets, results and their roll-up."""

from __future__ import annotations

from datetime import time

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from xinqiao.access.enums import ConsentParty
from xinqiao.access.models import Post
from xinqiao.people.enums import Sex, Stage
from xinqiao.people.models import Organisation, Person
from xinqiao.screening.enums import CampaignState, ConsentMode, FilingState, SittingState

WHOLE_COHORT = Q(stage="", entry_year=None) | (~Q(stage="") & Q(entry_year__isnull=False))
"""Either every grade of the filing, or one cohort named by stage and entry year."""


class Filing(models.Model):
    """What a school asks its bureau before it surveys students in bulk."""

    school = models.ForeignKey(Organisation, models.PROTECT, related_name="filings")
    school_year = models.PositiveSmallIntegerField(db_comment="year in which the school year began")
    title = models.CharField(max_length=80)
    purpose = models.TextField(max_length=1000)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    day_from = models.TimeField(default=time(8, 0), db_comment="answering is open from–until these hours each day")
    day_until = models.TimeField(default=time(18, 0))
    grades = models.JSONField(default=list, db_comment='[{"stage": "junior", "entry_year": 2025}, …]')
    consent_mode = models.CharField(max_length=8, choices=ConsentMode, default=ConsentMode.BOTH)
    duty_post = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", db_comment="answers for urgent answers"
    )
    interviewers = models.PositiveSmallIntegerField(default=1, db_comment="people who can hold interviews afterwards")
    capacity_plan = models.TextField(max_length=1000, blank=True, db_comment="how interviews get done in time")
    proctors = models.TextField(max_length=1000, blank=True, db_comment="who is in the room, how they were prepared")
    safety_plan = models.TextField(max_length=2000, blank=True)
    state = models.CharField(max_length=10, choices=FilingState, default=FilingState.DRAFT)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    words = models.TextField(max_length=1000, blank=True, db_comment="what the bureau said with its last decision")

    class Meta:
        ordering = ["-made_at", "-id"]
        indexes = [models.Index(fields=["school", "state"], name="filing_school_state")]
        constraints = [
            models.CheckConstraint(name="filing_window_has_length", condition=Q(closes_at__gt=F("opens_at"))),
            models.CheckConstraint(name="filing_day_has_length", condition=Q(day_until__gt=F("day_from"))),
            models.CheckConstraint(name="filing_has_interviewers", condition=Q(interviewers__gte=1)),
            models.CheckConstraint(
                name="filing_submitted_has_when",
                condition=Q(state="draft") | Q(state="withdrawn") | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="filing_decision_is_whole",
                condition=~Q(state__in=["approved", "returned"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(name="filing_returned_with_words", condition=~Q(state="returned") | ~Q(words="")),
        ]

    def __str__(self) -> str:
        return self.title


class FilingInstrument(models.Model):
    """One questionnaire in a filing, for every grade of it or for one."""

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="instruments")
    number = models.PositiveSmallIntegerField(db_comment="order in which it is answered, from 1")
    instrument_id = models.CharField(max_length=48)
    instrument_hash = models.CharField(max_length=64, db_comment="SHA-256 of the definition that was filed")
    stage = models.CharField(max_length=8, choices=Stage, blank=True)
    entry_year = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["filing", "number"], name="filing_instrument_number_once"),
            models.CheckConstraint(name="filing_instrument_cohort_whole", condition=WHOLE_COHORT),
        ]


class Approval(models.Model):
    """The bureau's yes. A campaign points here and not at the filing, so the database lets none start without it."""

    filing = models.OneToOneField(Filing, models.PROTECT, primary_key=True, related_name="approval")
    decided_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    words = models.TextField(max_length=1000, blank=True)


class Campaign(models.Model):
    """One screening of one school, made from an approved filing."""

    approval = models.OneToOneField(Approval, models.PROTECT, related_name="campaign")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="campaigns")
    title = models.CharField(max_length=80)
    consent_mode = models.CharField(max_length=8, choices=ConsentMode)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    day_from = models.TimeField()
    day_until = models.TimeField()
    duty_post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=CampaignState, default=CampaignState.PREPARED)
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    stop_words = models.CharField(max_length=200, blank=True, db_comment="why it was stopped before its end")

    class Meta:
        ordering = ["-opens_at", "-id"]
        indexes = [models.Index(fields=["school", "state"], name="campaign_school_state")]
        constraints = [
            models.CheckConstraint(name="campaign_window_has_length", condition=Q(closes_at__gt=F("opens_at"))),
            models.CheckConstraint(name="campaign_day_has_length", condition=Q(day_until__gt=F("day_from"))),
            models.CheckConstraint(
                name="campaign_moments_match_state",
                condition=Q(state="prepared", opened_at=None, closed_at=None)
                | Q(state="open", opened_at__isnull=False, closed_at=None)
                | Q(state="closed", opened_at__isnull=False, closed_at__isnull=False)
                | Q(state="stopped", closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="campaign_stopped_with_words", condition=~Q(state="stopped") | ~Q(stop_words="")
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def filing_id(self) -> int:
        return self.approval_id


class CampaignPart(models.Model):
    """One questionnaire of a campaign, for every grade of it or for one. ``number`` is the ``part`` of sheets."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="parts")
    number = models.PositiveSmallIntegerField()
    instrument_id = models.CharField(max_length=48)
    instrument_hash = models.CharField(max_length=64)
    stage = models.CharField(max_length=8, choices=Stage, blank=True)
    entry_year = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="part_number_once"),
            models.CheckConstraint(name="part_cohort_whole", condition=WHOLE_COHORT),
        ]

    def is_for(self, node: Organisation) -> bool:
        """Whether students of the class ``node`` answer this part."""
        return not self.stage or (self.stage, self.entry_year) == (node.stage, node.entry_year)


class Sitting(models.Model):
    """One student's place in a campaign. Its id is what tokens, sheets and results hang on.

    A retest is a sitting of its own that names the one it repeats.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="sittings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="sittings")
    class_node = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_comment="class when invited")
    # Unique where it is set, and only there: a whole index would hold every first sitting under one empty value, and
    # SQLite picks it for "is not a retest" and reads all sittings of all years for one campaign.
    retest_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="retests", db_index=False)
    only_part = models.PositiveSmallIntegerField(null=True, db_comment="a retest may repeat one part; empty: all")
    state = models.CharField(max_length=9, choices=SittingState, default=SittingState.INVITED)
    declined_by = models.CharField(max_length=8, choices=ConsentParty, blank=True)
    reinvited = models.PositiveSmallIntegerField(default=0, db_comment="friendly second and third invitations")
    invited_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, db_comment="when declined or stopped")

    class Meta:
        indexes = [
            # Holds all that the live progress of a campaign counts; a retest is not counted.
            models.Index(
                fields=["campaign", "class_node", "state", "person"],
                condition=Q(retest_of=None),
                name="sitting_progress",
            ),
            models.Index(fields=["person", "state"], name="sitting_person_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "person"], condition=Q(retest_of=None), name="one_sitting_per_campaign"
            ),
            models.UniqueConstraint(
                fields=["retest_of"], condition=Q(retest_of__isnull=False), name="one_retest_per_sitting"
            ),
            models.CheckConstraint(
                name="only_a_retest_is_for_one_part", condition=Q(only_part=None) | Q(retest_of__isnull=False)
            ),
            models.CheckConstraint(name="absent_invited_again_twice_at_most", condition=Q(reinvited__lte=2)),
            models.CheckConstraint(
                name="sitting_moments_match_state",
                condition=Q(state="invited", submitted_at=None, ended_at=None, declined_by="")
                | Q(state="started", started_at__isnull=False, submitted_at=None, ended_at=None, declined_by="")
                | Q(
                    state="submitted",
                    started_at__isnull=False,
                    submitted_at__isnull=False,
                    ended_at=None,
                    declined_by="",
                )
                | (Q(state="declined", submitted_at=None, ended_at__isnull=False) & ~Q(declined_by=""))
                | Q(
                    state="stopped", started_at__isnull=False, submitted_at=None, ended_at__isnull=False, declined_by=""
                ),
            ),
        ]


class Sheet(models.Model):
    """The answers of one sitting to one part: one compact row, written only by the intake (raw upsert).

    ``answers`` is the byte encoding of ``instruments.definition.Definition.encode``; a save with a smaller ``sequence``
    than the stored one, or after ``submitted_at``, changes nothing. ``client_key`` is the submit's own id: the same
    submit sent twice is one submit.
    """

    pk = models.CompositePrimaryKey("sitting_id", "part")
    # The primary key begins with the sitting: a second index on it would be one more page to write at every save.
    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="sheets", db_index=False)
    part = models.PositiveSmallIntegerField(db_comment="CampaignPart.number")
    instrument_hash = models.CharField(max_length=64)
    sequence = models.PositiveIntegerField(default=0, db_comment="the client's count of its saves")
    client_key = models.CharField(max_length=36, blank=True, default="")
    answers = models.BinaryField()
    clocks = models.BinaryField(null=True, db_comment="item clocks as the runner packs them")
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    told = models.TextField(blank=True, default="", db_comment="safety items announced so far, joined by commas")

    class Meta:
        indexes = [models.Index(fields=["submitted_at"], name="sheet_submitted")]


class Result(models.Model):
    """What one submitted sheet says. Evidence for a person who talks with the student, never a conclusion."""

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="results")
    part = models.PositiveSmallIntegerField()
    instrument_id = models.CharField(max_length=48)
    instrument_hash = models.CharField(max_length=64)
    scores = models.JSONField(default=dict, db_comment='{score: {"value": n, "t": n, "reason": code}}')
    bands = models.JSONField(default=dict, db_comment="{score: band id}")
    validity = models.JSONField(default=dict, db_comment="evidence about care in answering")
    alerts = models.JSONField(default=list, db_comment="alerts of the definition that were hit")
    severity = models.PositiveSmallIntegerField(default=0, db_comment="gravest content band, 0–4; never a level")
    needs_retest = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    counted_at = models.DateTimeField(null=True, db_comment="in the roll-up since; empty asks the sweep to count again")

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(counted_at=None), name="result_not_counted")]
        constraints = [
            models.UniqueConstraint(fields=["sitting", "part"], name="one_result_per_sheet"),
            models.CheckConstraint(name="severity_in_range", condition=Q(severity__lte=4)),
        ]


class Tally(models.Model):
    """Roll-up for dashboards: how many students of a class and sex fall in a band of a score.

    ``score`` is empty in the rows that count sheets: their ``band`` is ``valid`` or ``careless``.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="tallies")
    class_node = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=8, choices=Stage)
    entry_year = models.PositiveSmallIntegerField()
    sex = models.CharField(max_length=1, choices=Sex, blank=True)
    instrument_id = models.CharField(max_length=48)
    score = models.CharField(max_length=48, blank=True)
    band = models.CharField(max_length=48)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "class_node", "sex", "instrument_id", "score", "band"], name="tally_cell_once"
            ),
        ]
