"""Particulars of students, and reading a sealed number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.people.models import Enrolment, Guardianship, Organisation, Person
from xinqiao.people.selectors import current_enrolment, school_of
from xinqiao.registry import policies
from xinqiao.registry.sealing import checked_identity
from xinqiao.vault.fields import fingerprint


@dataclass(frozen=True)
class Student:
    """What a school writes down about a student. number: the school's own student number, no identity number."""

    name: str
    number: str
    sex: str = ""
    birth_date: date | None = None
    boarding: bool | None = None


def _must_be_free(school: Organisation, number: str, own: int = 0) -> None:
    held = Enrolment.objects.filter(school=school, student_number=number, ends_on=None).exclude(person=own)
    if held.exists():
        words = _("学号 %(number)s 已有人使用，请核对。") % {"number": number}
        raise Refusal(words, code="number", field="number")


def _must_be_possible(birth: date | None, on: date) -> None:
    if birth is not None and not date(1900, 1, 1) <= birth <= on:
        raise Refusal(_("出生日期不对，请核对年份。"), code="birth_date", field="birth_date")


@transaction.atomic
def add_student(*, actor: Actor, class_node: Organisation, student: Student, at: datetime) -> Person:
    """A new student in a class from today. Raises PermissionDenied, Refusal naming the field."""
    if not policies.classes_to_keep(actor).filter(pk=class_node.pk).exists():
        raise PermissionDenied
    school = school_of(class_node)
    if school is None:
        raise Refusal(_("这个班不属于任何学校。"), code="school")
    today = localdate(at)
    _must_be_free(school, student.number.strip())
    _must_be_possible(student.birth_date, today)
    person = Person.objects.create(
        name=student.name.strip(), sex=student.sex, birth_date=student.birth_date, keeper=school
    )
    Enrolment.objects.create(
        person=person,
        class_node=class_node,
        school=school,
        student_number=student.number.strip(),
        boarding=student.boarding,
        starts_on=today,
    )
    _note(actor, "person.added", person, school.pk, at)
    announce("people.changed", at=at, school_id=school.pk)
    return person


@transaction.atomic
def edit_student(*, actor: Actor, person: Person, student: Student, at: datetime) -> Person:
    """Correct a student's particulars; number and boarding where they are today."""
    person = Person.objects.select_for_update(of=("self",)).select_related("keeper").get(pk=person.pk)
    _must_keep(actor, person, at)
    _must_be_possible(student.birth_date, localdate(at))
    place = current_enrolment(person, localdate(at))
    if place is not None:
        _must_be_free(place.school, student.number.strip(), person.pk)
        place.student_number, place.boarding = student.number.strip(), student.boarding
        place.save(update_fields=["student_number", "boarding"])
    person.name, person.sex, person.birth_date = student.name.strip(), student.sex, student.birth_date
    person.save(update_fields=["name", "sex", "birth_date"])
    if person.account is not None and person.account.name != person.name:
        person.account.name = person.name
        person.account.save(update_fields=["name"])
    _note(actor, "person.changed", person, place.school_id if place else person.keeper_id, at)
    return person


@transaction.atomic
def set_identity(*, actor: Actor, person: Person, number: str, at: datetime) -> Person:
    """Seal a checked identity number, or forget it ("").

    Raises Refusal: a number that cannot be right, one that another person of the same keeper has, one that says
    another birth date or sex than written down.
    """
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    _must_keep(actor, person, at)
    if number.strip():
        known = checked_identity(number, latest=localdate(at))
        mark = fingerprint(known.value)
        if Person.objects.filter(id_fingerprint=mark, keeper=person.keeper_id).exclude(pk=person.pk).exists():
            raise Refusal(_("本校另一个人已经登记了这个号码，请核对。"), code="identity_taken", field="number")
        if person.birth_date is not None and person.birth_date != known.birth_date:
            raise Refusal(_("号码里的出生日期和登记的不一致，请先核对。"), code="identity_birth", field="number")
        if person.sex and person.sex != known.sex:
            raise Refusal(_("号码里的性别和登记的不一致，请先核对。"), code="identity_sex", field="number")
        person.id_number, person.id_fingerprint = known.value, mark
        person.birth_date, person.sex = known.birth_date, known.sex
    else:
        person.id_number, person.id_fingerprint = "", ""
    person.save(update_fields=["id_number", "id_fingerprint", "birth_date", "sex"])
    _note(actor, "person.identity_set" if number.strip() else "person.identity_removed", person, person.keeper_id, at)
    return person


@transaction.atomic
def read_identity(*, actor: Actor, person: Person, at: datetime) -> str:
    """The identity number in clear, and the trace of having read it. Empty when none is kept."""
    _must_keep(actor, person, at)
    person = Person.objects.get(pk=person.pk)
    _note(actor, "person.identity_read", person, person.keeper_id, at, reading=True)
    return person.id_number.reveal() if person.id_number else ""


@transaction.atomic
def read_phones(*, actor: Actor, child: Person, at: datetime) -> dict[int, str]:
    """Phones of a student's guardians of today by guardianship id, and the trace of having read them."""
    if not policies.students_to_see(actor, at).filter(pk=child.pk).exists():
        raise PermissionDenied
    place = current_enrolment(child, localdate(at))
    _note(actor, "person.phones_read", child, place.school_id if place else child.keeper_id, at, reading=True)
    rows = Guardianship.objects.filter(child=child, ends_on=None).select_related("guardian")
    return {row.pk: row.guardian.phone.reveal() for row in rows if row.guardian.phone}


def _must_keep(actor: Actor, person: Person, at: datetime) -> None:
    if not policies.students_to_keep(actor, at).filter(pk=person.pk).exists():
        raise PermissionDenied


def _note(actor: Actor, action: str, person: Person, owner: int, at: datetime, *, reading: bool = False) -> None:
    record(
        account=actor.account,
        who=actor.who,
        action=action,
        at=at,
        owner=owner,
        subject=person,
        person=person.pk,
        reading=reading,
    )
