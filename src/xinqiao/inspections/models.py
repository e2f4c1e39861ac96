"""Rounds of inspection, a sheet for each unit, what was scored, found, appealed against and mended."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from xinqiao.access.models import OutsideLink
from xinqiao.inspections.enums import AppealState, RoundState, Sampling, SheetState, Side
from xinqiao.inspections.rules import Form
from xinqiao.people.models import Organisation, Person
from xinqiao.plans.models import Plan, Task


class Round(models.Model):
    """One inspection of several units by one form."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="inspections")
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, blank=True, related_name="inspections")
    title = models.CharField(max_length=120)
    form = models.JSONField(default=dict, db_comment="as rules.Form reads it; fixed when opened")
    self_until = models.DateField(db_comment="last day on which units score themselves")
    check_from = models.DateField()
    check_until = models.DateField(db_comment="last day, included")
    appeal_days = models.PositiveSmallIntegerField(default=7, db_comment="days after publication")
    appeal_until = models.DateField(null=True, blank=True)
    mend_days = models.PositiveSmallIntegerField(default=30, db_comment="days after publication to mend what was found")
    sampling = models.CharField(max_length=6, choices=Sampling, default=Sampling.ALL)
    number = models.PositiveSmallIntegerField(default=0, db_comment="of random: how many; of every: the step")
    seed = models.PositiveIntegerField(default=0, db_comment="with it the draw can be repeated")
    state = models.CharField(max_length=9, choices=RoundState, default=RoundState.DRAFT)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, db_comment="why it was cancelled")

    class Meta:
        ordering = ["-check_from", "-id"]
        constraints = [
            models.CheckConstraint(name="inspection_checks_after_start", condition=Q(check_until__gte=F("check_from"))),
            models.CheckConstraint(
                name="published_inspection_is_dated",
                condition=Q(state__in=["published", "closed"], published_at__isnull=False, appeal_until__isnull=False)
                | Q(state__in=["draft", "open", "checking", "cancelled"], published_at=None),
            ),
            models.CheckConstraint(name="cancelling_has_reason", condition=~Q(state="cancelled") | ~Q(reason="")),
        ]
        indexes = [models.Index(fields=["organisation", "state"], name="inspection_organisation")]

    def __str__(self) -> str:
        return self.title

    @property
    def read(self) -> Form:
        return Form(self.form)


class Sheet(models.Model):
    """The form as filled in for one unit."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="sheets")
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="inspection_sheets")
    drawn = models.BooleanField(default=True, db_comment="is checked; the others only score themselves")
    state = models.CharField(max_length=9, choices=SheetState, default=SheetState.OPEN)
    checkers = models.ManyToManyField(Person, blank=True, related_name="+", db_table="inspections_checker")
    self_words = models.TextField(blank=True, db_comment="the unit's own summary")
    self_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    self_at = models.DateTimeField(null=True, blank=True)
    self_share = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    words = models.TextField(blank=True, db_comment="the checkers' overall impression")
    checked_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    checked_for = models.CharField(max_length=80, blank=True, db_comment="who checked, in words; also somebody outside")
    checked_at = models.DateTimeField(null=True, blank=True)
    system = models.JSONField(default=dict, blank=True, db_comment="item → figure from records as it was then")
    total = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    share = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True, db_comment="per cent of full")
    grade = models.CharField(max_length=40, blank=True)
    red = models.JSONField(default=list, blank=True, db_comment="ids of red lines that were hit")

    class Meta:
        ordering = ["unit__code", "id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "unit"], name="unit_once_in_inspection"),
            models.CheckConstraint(
                name="checked_sheet_is_whole",
                condition=Q(state="checked", checked_at__isnull=False, total__isnull=False, share__isnull=False)
                & ~Q(checked_for="")
                | Q(state__in=["open", "submitted"], checked_at=None, total=None, share=None),
            ),
            models.CheckConstraint(name="only_drawn_sheets_are_checked", condition=~Q(state="checked") | Q(drawn=True)),
        ]
        indexes = [models.Index(fields=["unit", "state"], name="inspection_unit")]


class Mark(models.Model):
    """One item of a sheet: what the unit says, what the checker says. A score is never negative."""

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="marks")
    item = models.CharField(max_length=40)
    self_score = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    self_words = models.TextField(blank=True)
    score = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    red = models.BooleanField(default=False, db_comment="the red line was hit")
    words = models.TextField(blank=True, db_comment="what was found")
    mend = models.TextField(blank=True, db_comment="what has to be mended; makes a task when published")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "item"], name="mark_once_in_sheet"),
            models.CheckConstraint(
                name="marks_are_not_negative",
                condition=(Q(self_score=None) | Q(self_score__gte=0)) & (Q(score=None) | Q(score__gte=0)),
            ),
            models.CheckConstraint(name="red_line_scores_nothing", condition=Q(red=False) | Q(score=0)),
        ]


class Entry(models.Model):
    """What a checker's device sent, once each, in the order it came. Never edited."""

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="entries")
    key = models.CharField(max_length=36, db_comment="made by the device; the same one sent again is not kept twice")
    client = models.CharField(max_length=36)
    seq = models.PositiveBigIntegerField()
    item = models.CharField(max_length=40)
    value = models.JSONField(db_comment="score, red, words, mend")
    by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    link = models.ForeignKey(OutsideLink, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "key"], name="entry_once"),
            models.CheckConstraint(name="entry_has_a_hand", condition=Q(by__isnull=False) | Q(link__isnull=False)),
        ]


class Proof(models.Model):
    """A file beside an item, cleaned by ``documents.uploads``."""

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="proofs")
    item = models.CharField(max_length=40)
    side = models.CharField(max_length=7, choices=Side)
    key = models.CharField(max_length=36, blank=True, db_comment="made by the device that sent it")
    name = models.CharField(max_length=120)
    file = models.FileField(upload_to="inspections/%Y/%m", max_length=200)
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "item", "side", "digest"], name="proof_once"),
        ]


class Appeal(models.Model):
    """A unit asks that its result be looked at again; somebody else decides."""

    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="appeals")
    items = models.JSONField(default=list, db_comment="ids of the items it is about")
    words = models.TextField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=AppealState, default=AppealState.WAITING)
    answer = models.TextField(blank=True)
    changed = models.JSONField(default=dict, blank=True, db_comment="item → [score before, score after]")
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["sheet"], condition=Q(state="waiting"), name="one_appeal_waits"),
            models.CheckConstraint(
                name="decided_appeal_is_signed",
                condition=Q(state="waiting", decided_by=None, decided_at=None)
                | (~Q(state="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(answer="")),
            ),
            models.CheckConstraint(
                name="another_person_decides", condition=Q(decided_by=None) | ~Q(decided_by=F("by"))
            ),
        ]


class Mending(models.Model):
    """Something to be mended, with the task that asks for it."""

    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="mendings")
    item = models.CharField(max_length=40)
    task = models.OneToOneField(Task, models.PROTECT, related_name="mending")
    made_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sheet", "item"], name="mending_once_an_item")]


class Recheck(models.Model):
    """Somebody went and looked whether it is mended."""

    mending = models.ForeignKey(Mending, models.PROTECT, related_name="rechecks")
    passed = models.BooleanField()
    words = models.TextField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(name="recheck_says_what_was_seen", condition=~Q(words=""))]


class Report(models.Model):
    """What people wrote into the annual evaluation of an organisation; the figures come from records each time."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(db_comment="year in which the school year began")
    opening = models.TextField(blank=True)
    strengths = models.TextField(blank=True)
    gaps = models.TextField(blank=True)
    steps = models.TextField(blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "year"], name="one_report_a_year")]
