"""Who answers for a child."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.enums import Relation
from xinqiao.people.models import Guardianship, Person, current
from xinqiao.people.selectors import current_enrolment
from xinqiao.registry import policies
from xinqiao.registry.sealing import checked_phone, set_phone
from xinqiao.vault.fields import fingerprint


@dataclass(frozen=True)
class Guardian:
    """What is typed about a guardian. phone: "" for none, None leaves it as it is."""

    name: str
    relation: str
    phone: str | None = None
    first_contact: bool = False


@transaction.atomic
def add_guardian(*, actor: Actor, child: Person, guardian: Guardian, at: datetime) -> Guardianship:
    """Write down who answers for a child from today. Somebody with the same name and phone at the same keeper is the
    same person, so that brothers and sisters share a guardian. Raises PermissionDenied, Refusal naming the field."""
    child = Person.objects.select_for_update(of=("self",)).get(pk=child.pk)
    _must_keep(actor, child, at)
    name = guardian.name.strip()
    phone = checked_phone(guardian.phone or "")
    found = None
    if phone:
        same = Person.objects.filter(name=name, phone_fingerprint=fingerprint(phone), keeper=child.keeper_id)
        found = same.exclude(pk=child.pk).order_by("pk").first()
    if found is not None and Guardianship.objects.filter(child=child, guardian=found, ends_on=None).exists():
        raise Refusal(_("%(name)s 已经登记为监护人。") % {"name": name}, code="held", field="name")
    if found is None:
        found = Person(name=name, keeper_id=child.keeper_id)
        set_phone(found, phone)
        found.save()
    row = Guardianship.objects.create(
        child=child, guardian=found, relation=Relation(guardian.relation), starts_on=localdate(at)
    )
    _settle_first_contact(row, wanted=guardian.first_contact)
    _note(actor, "guardian.added", row, at)
    return row


@transaction.atomic
def edit_guardian(*, actor: Actor, guardianship: Guardianship, guardian: Guardian, at: datetime) -> Guardianship:
    """Correct name, phone, relation or first contact. Name and phone change for every child of this guardian."""
    row = _locked(actor, guardianship, at)
    person = Person.objects.select_for_update(of=("self",)).get(pk=row.guardian_id)
    person.name = guardian.name.strip()
    fields = ["name"]
    if guardian.phone is not None:
        set_phone(person, guardian.phone)
        fields += ["phone", "phone_fingerprint"]
    person.save(update_fields=fields)
    row.relation = Relation(guardian.relation)
    row.save(update_fields=["relation"])
    _settle_first_contact(row, wanted=guardian.first_contact)
    _note(actor, "guardian.changed", row, at)
    return row


@transaction.atomic
def end_guardian(*, actor: Actor, guardianship: Guardianship, at: datetime) -> Guardianship:
    """No guardian of this child from today: no consents, no sight. The next one in order is contacted first."""
    row = _locked(actor, guardianship, at)
    row.ends_on, row.first_contact = localdate(at), False
    row.save(update_fields=["ends_on", "first_contact"])
    rest = Guardianship.objects.filter(current(localdate(at)), child=row.child).order_by("-first_contact", "pk").first()
    if rest is not None and not rest.first_contact:
        rest.first_contact = True
        rest.save(update_fields=["first_contact"])
    _note(actor, "guardian.ended", row, at)
    return row


def _locked(actor: Actor, guardianship: Guardianship, at: datetime) -> Guardianship:
    row = Guardianship.objects.select_for_update(of=("self",)).select_related("child").get(pk=guardianship.pk)
    _must_keep(actor, row.child, at)
    if row.ends_on is not None:
        raise Refusal(_("这项监护关系已经结束。"), code="move")
    return row


def _settle_first_contact(row: Guardianship, *, wanted: bool) -> None:
    """Exactly one guardian of a child is called first."""
    others = Guardianship.objects.filter(child=row.child_id, ends_on=None).exclude(pk=row.pk)
    first = wanted or not others.filter(first_contact=True).exists()
    if first:
        others.filter(first_contact=True).update(first_contact=False)
    if row.first_contact != first:
        row.first_contact = first
        row.save(update_fields=["first_contact"])


def _must_keep(actor: Actor, child: Person, at: datetime) -> None:
    if not policies.students_to_keep(actor, at).filter(pk=child.pk).exists():
        raise PermissionDenied


def _note(actor: Actor, action: str, row: Guardianship, at: datetime) -> None:
    place = current_enrolment(row.child, localdate(at))
    record(
        account=actor.account,
        who=actor.who,
        action=action,
        at=at,
        owner=place.school_id if place else row.child.keeper_id,
        subject=row,
        person=row.child_id,
        relation=row.relation,
    )
