"""Organisations, the people in them, and the school calendar."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from xinqiao.people import rules
from xinqiao.people.enums import DayKind, LeavingReason, Relation, SchoolSystem, Sex, Stage
from xinqiao.vault.fields import SealedField


def current(on: date, prefix: str = "") -> Q:
    """Rows that hold on a day: from ``starts_on``, up to but not including ``ends_on``."""
    return Q(**{f"{prefix}starts_on__lte": on}) & (Q(**{f"{prefix}ends_on": None}) | Q(**{f"{prefix}ends_on__gt": on}))


def unplaced() -> str:
    """A path for the moment between the row and its id; ``services.add_organisation`` sets the real one."""
    return f"?{uuid4().hex}"


class Organisation(models.Model):
    """A node of the tree: bureau, school, grade, class, street, hospital … of any depth."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=80)
    code = models.CharField(max_length=32, blank=True, db_comment="official or local code; unique when given")
    path = models.CharField(
        max_length=255, unique=True, default=unplaced, db_comment="/id/id/… from the root, ends with /"
    )
    stage = models.CharField(max_length=8, choices=Stage, blank=True)
    entry_year = models.PositiveSmallIntegerField(null=True, blank=True, db_comment="year a cohort entered the stage")
    number = models.PositiveSmallIntegerField(null=True, blank=True, db_comment="class number within its cohort")
    system = models.CharField(max_length=2, choices=SchoolSystem, blank=True, db_comment="schools only")
    closed_on = models.DateField(null=True, blank=True)
    options = models.JSONField(default=dict, blank=True, db_comment="tenant words, thresholds, room, help lines")

    class Meta:
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="organisation_code_once"),
            models.UniqueConstraint(
                fields=["parent", "stage", "entry_year", "number"],
                condition=Q(kind="class"),
                name="class_once_in_its_cohort",
            ),
            models.CheckConstraint(
                name="class_has_cohort_and_number",
                condition=~Q(kind="class") | (Q(entry_year__isnull=False, number__isnull=False) & ~Q(stage="")),
            ),
            models.CheckConstraint(
                name="grade_has_cohort", condition=~Q(kind="grade") | (Q(entry_year__isnull=False) & ~Q(stage=""))
            ),
            models.CheckConstraint(name="school_has_system", condition=~Q(kind="school") | ~Q(system="")),
        ]

    def __str__(self) -> str:
        return self.name

    def ancestors_ids(self) -> list[int]:
        """Ids from the root down to and including this node."""
        return [int(part) for part in self.path.split("/") if part]

    def title_in(self, school_year: int, system: str = "63") -> str:
        """The name people use in that school year: cohorts and classes change theirs each September."""
        if self.kind == "class" and self.entry_year and self.number:
            return rules.class_name(
                system=system, stage=self.stage, entry_year=self.entry_year, number=self.number, school_year=school_year
            )
        if self.kind == "grade" and self.entry_year:
            return rules.grade_name(
                system=system, stage=self.stage, entry_year=self.entry_year, school_year=school_year
            )
        return self.name


class Person(models.Model):
    """Somebody the house knows: student, guardian, staff, resident, several at once."""

    name = models.CharField(max_length=64)
    sex = models.CharField(max_length=1, choices=Sex, blank=True, default="")
    birth_date = models.DateField(null=True, blank=True)
    keeper = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", db_comment="organisation whose key seals the columns below"
    )
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="person"
    )
    id_number = SealedField(owner="keeper_id")
    id_fingerprint = models.CharField(max_length=64, blank=True, db_index=True)
    phone = SealedField(owner="keeper_id")
    phone_fingerprint = models.CharField(max_length=64, blank=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["name"], name="person_name")]

    def __str__(self) -> str:
        return self.name

    def age_on(self, on: date) -> int | None:
        return rules.age_on(self.birth_date, on) if self.birth_date else None


class Enrolment(models.Model):
    """A student in a class, from–until (the day in ``ends_on`` is the first one outside)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="enrolments")
    class_node = models.ForeignKey(Organisation, models.PROTECT, related_name="enrolments")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    student_number = models.CharField(max_length=32)
    boarding = models.BooleanField(null=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    left_for = models.CharField(max_length=10, choices=LeavingReason, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(ends_on=None), name="one_open_enrolment"),
            models.UniqueConstraint(
                fields=["school", "student_number"], condition=Q(ends_on=None), name="student_number_once_in_school"
            ),
            models.CheckConstraint(
                name="enrolment_end_has_reason",
                condition=Q(ends_on=None, left_for="") | (Q(ends_on__gte=F("starts_on")) & ~Q(left_for="")),
            ),
        ]
        indexes = [models.Index(fields=["class_node", "ends_on"], name="enrolment_class")]


class Guardianship(models.Model):
    """Who answers for a child, from–until."""

    child = models.ForeignKey(Person, models.PROTECT, related_name="guardianships")
    guardian = models.ForeignKey(Person, models.PROTECT, related_name="wards")
    relation = models.CharField(max_length=12, choices=Relation)
    first_contact = models.BooleanField(default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child", "guardian"], condition=Q(ends_on=None), name="guardian_once_per_child"
            ),
            models.CheckConstraint(name="nobody_guards_themselves", condition=~Q(child=F("guardian"))),
        ]


class PopulationGroup(models.Model):
    """留守, 单亲, 建档立卡 … : a circumstance that asks for more care. ``depth`` says from which sight it is shown."""

    owner = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", db_comment="empty: known everywhere"
    )
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=40)
    depth = models.PositiveSmallIntegerField(default=3, db_comment="least access.Depth that sees who is in it")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "code"], name="group_code_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(owner=None), name="group_code_once_everywhere"),
        ]

    def __str__(self) -> str:
        return self.name


class GroupMembership(models.Model):
    """A person in a group, from–until, with where we know it from."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    group = models.ForeignKey(PopulationGroup, models.PROTECT, related_name="memberships")
    source = models.CharField(max_length=80, db_comment="who said so: roster, class teacher, family, civil affairs …")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "group"], condition=Q(ends_on=None), name="in_a_group_once"),
        ]


class Term(models.Model):
    """A term of an organisation and everything below it. Days between two terms are days off."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="terms")
    school_year = models.PositiveSmallIntegerField(db_comment="year in which the school year began")
    name = models.CharField(max_length=40)
    starts_on = models.DateField()
    ends_on = models.DateField(db_comment="last day, included")

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(name="term_ends_after_start", condition=Q(ends_on__gt=F("starts_on"))),
            models.UniqueConstraint(fields=["organisation", "school_year", "name"], name="term_once"),
        ]


class CalendarDay(models.Model):
    """A day that differs from the weekly rhythm. The nearest organisation's row wins, the law's comes last."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="calendar_days", db_comment="empty: national"
    )
    day = models.DateField(db_index=True)
    kind = models.CharField(max_length=8, choices=DayKind)
    name = models.CharField(max_length=40)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "day"], name="one_rule_per_day"),
            models.UniqueConstraint(fields=["day"], condition=Q(organisation=None), name="one_national_rule_per_day"),
        ]
