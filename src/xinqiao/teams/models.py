"""Teams a plan asks for, who sits in them, when they met and what they decided."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from xinqiao.access.enums import PostKind
from xinqiao.people.models import Organisation, Person
from xinqiao.teams.enums import MeetingState
from xinqiao.vault.fields import SealedField


class Team(models.Model):
    """A group of people of one organisation with a purpose: leading group, crisis team, experts, volunteers."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="teams")
    key = models.CharField(max_length=60, blank=True, db_comment="pack:id when a plan asks for it")
    title = models.CharField(max_length=80)
    duties = models.JSONField(default=list, blank=True, db_comment="sentences, in order")
    meets_per_term = models.PositiveSmallIntegerField(default=0, db_comment="at least so often; 0: when needed")
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["organisation", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], condition=~Q(key=""), name="team_key_once"),
            models.CheckConstraint(name="team_has_title", condition=~Q(title="")),
        ]

    def __str__(self) -> str:
        return self.title


class Position(models.Model):
    """A place in a team, with how many people it takes and what they have to be."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="positions")
    key = models.CharField(max_length=60, blank=True, db_comment="id in the pack when a plan asks for it")
    title = models.CharField(max_length=80)
    minimum = models.PositiveSmallIntegerField(default=1)
    post = models.CharField(max_length=16, blank=True, choices=PostKind, db_comment="post its holders have; empty: any")
    profession = models.CharField(max_length=80, blank=True)
    credential = models.CharField(max_length=80, blank=True, db_comment="what has to be seen before somebody sits here")

    class Meta:
        ordering = ["team", "id"]
        constraints = [
            models.UniqueConstraint(fields=["team", "key"], condition=~Q(key=""), name="position_key_once"),
            models.CheckConstraint(name="position_has_title", condition=~Q(title="")),
        ]

    def __str__(self) -> str:
        return self.title


class Seat(models.Model):
    """Somebody in a position, from–until: a person of the house, or one from outside by name."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", db_comment="the team's; its key seals the phone"
    )
    position = models.ForeignKey(Position, models.PROTECT, related_name="seats")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="seats")
    name = models.CharField(max_length=64, blank=True, db_comment="of somebody from outside")
    workplace = models.CharField(max_length=80, blank=True, db_comment="where somebody from outside works")
    profession = models.CharField(max_length=80, blank=True)
    credential = models.CharField(max_length=120, blank=True, db_comment="what was seen: certificate and its number")
    phone = SealedField(owner="organisation_id", db_comment="of somebody from outside; others have theirs already")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, db_comment="first day without the seat")
    ended_by_post = models.BooleanField(default=False, db_comment="it ended because the person's post did")
    letter_number = models.CharField(max_length=40, blank=True)
    letter_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["position", "starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="seat_has_a_person_or_a_name",
                condition=Q(person__isnull=False, name="") | (Q(person=None) & ~Q(name="")),
            ),
            models.UniqueConstraint(
                fields=["position", "person"], condition=Q(ends_on=None, person__isnull=False), name="seat_held_once"
            ),
            models.UniqueConstraint(
                fields=["position", "name"], condition=Q(ends_on=None, person=None), name="outside_seat_held_once"
            ),
            models.CheckConstraint(
                name="seat_ends_after_start", condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(
                name="letter_has_number_and_day",
                condition=Q(letter_number="", letter_on=None) | (~Q(letter_number="") & Q(letter_on__isnull=False)),
            ),
            models.UniqueConstraint(
                fields=["organisation", "letter_number"], condition=~Q(letter_number=""), name="letter_number_once"
            ),
        ]

    def __str__(self) -> str:
        return self.person.name if self.person is not None else self.name

    @property
    def outside(self) -> bool:
        return self.person_id is None


class Meeting(models.Model):
    """One meeting of a team. What was said goes into the minutes, and never names a pupil."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="meetings")
    state = models.CharField(max_length=10, choices=MeetingState, default=MeetingState.PLANNED)
    held_at = models.DateTimeField(db_comment="planned for; once held, when it began")
    place = models.CharField(max_length=80, blank=True)
    agenda = models.TextField()
    attended = models.ManyToManyField(Seat, blank=True, related_name="meetings", db_table="teams_attended")
    guests = models.CharField(max_length=200, blank=True, db_comment="who else was there")
    minutes = models.TextField(blank=True)
    minutes_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    minutes_at = models.DateTimeField(null=True, blank=True)
    file = models.FileField(upload_to="teams/%Y/%m", max_length=200, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=200, blank=True, db_comment="why it was called off")
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-held_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="minutes_are_signed",
                condition=Q(minutes="", file="", minutes_by=None, minutes_at=None)
                | (Q(minutes_by__isnull=False, minutes_at__isnull=False) & (~Q(minutes="") | ~Q(file=""))),
            ),
            models.CheckConstraint(name="minutes_of_a_held_meeting", condition=Q(minutes_at=None) | Q(state="held")),
            models.CheckConstraint(
                name="calling_off_has_reason",
                condition=Q(state="called_off") & ~Q(reason="") | ~Q(state="called_off") & Q(reason=""),
            ),
        ]
        indexes = [models.Index(fields=["team", "state", "held_at"], name="meeting_team")]

    def __str__(self) -> str:
        return self.team.title


class Decision(models.Model):
    """What a meeting decided: who does it by when. It may become a task; either way it says how it ended."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="decisions")
    words = models.CharField(max_length=300)
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    due_on = models.DateField(null=True, blank=True, db_comment="empty: nothing to be done by a day")
    settled_on = models.DateField(null=True, blank=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["meeting", "id"]
        constraints = [
            models.CheckConstraint(name="decision_has_words", condition=~Q(words="")),
            models.CheckConstraint(
                name="settled_decision_says_how",
                condition=Q(settled_on=None, settled_by=None, outcome="")
                | (Q(settled_on__isnull=False) & ~Q(outcome="")),
            ),
        ]

    def __str__(self) -> str:
        return self.words
