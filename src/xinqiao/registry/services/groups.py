"""Population groups and who is in them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Depth
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import GroupMembership, Organisation, Person, PopulationGroup, current
from xinqiao.people.selectors import current_enrolment, school_of, students_in
from xinqiao.registry import policies

DEPTHS = (Depth.CARE, Depth.PLAN, Depth.RESULTS)
"""From which sight the members of an own group may be known."""


@transaction.atomic
def add_group(*, actor: Actor, owner: Organisation, name: str, depth: int, at: datetime) -> PopulationGroup:
    """A group of one's own for a school (or bureau) and everything below it."""
    if policies.group_depth(actor, owner.path or "-") < Depth.RESULTS or owner.kind in ("grade", "class"):
        raise PermissionDenied
    owner = Organisation.objects.select_for_update(of=("self",)).get(pk=owner.pk)
    name = name.strip()
    if policies.groups_at(owner).filter(name=name).exists():
        raise Refusal(_("已经有“%(name)s”这个群体。") % {"name": name}, code="name", field="name")
    if depth not in DEPTHS:
        raise Refusal(_("请选择谁可以看到。"), code="depth", field="depth")
    newest = PopulationGroup.objects.aggregate(n=Max("pk"))["n"] or 0
    group = PopulationGroup.objects.create(owner=owner, code=f"own{newest + 1}", name=name, depth=depth)
    record(
        account=actor.account, who=actor.who, action="group.added", at=at, owner=owner.pk, subject=group, depth=depth
    )
    return group


@transaction.atomic
def put_in(
    *,
    actor: Actor,
    person: Person,
    group: PopulationGroup,
    source: str,
    starts_on: date,
    at: datetime,
    ends_on: date | None = None,
) -> GroupMembership:
    """A student belongs to a group from ``starts_on`` (to ``ends_on``, not included), and from whom we know."""
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    node = _place(person, at)
    _must_keep(actor, node, group)
    if ends_on is not None and ends_on <= starts_on:
        raise Refusal(_("结束日期应晚于开始日期。"), code="dates", field="ends_on")
    if not source.strip():
        raise Refusal(_("请写明从哪里知道的，例如花名册、班主任了解、家长告知。"), code="source", field="source")
    if GroupMembership.objects.filter(current(starts_on), person=person, group=group).exists():
        raise Refusal(_("已经登记在这个群体里。"), code="held", field="group")
    row = GroupMembership.objects.create(
        person=person, group=group, source=source.strip(), starts_on=starts_on, ends_on=ends_on
    )
    _note(actor, "group.put_in", row, node, at)
    return row


@transaction.atomic
def take_out(*, actor: Actor, membership: GroupMembership, at: datetime) -> GroupMembership:
    """The circumstance is over from today; that it was so is kept with its dates."""
    row = (
        GroupMembership.objects.select_for_update(of=("self",)).select_related("person", "group").get(pk=membership.pk)
    )
    node = _place(row.person, at)
    _must_keep(actor, node, row.group)
    today = localdate(at)
    if row.ends_on is not None and row.ends_on <= today:
        raise Refusal(_("已经不在这个群体里。"), code="move")
    row.ends_on = max(today, row.starts_on)
    row.save(update_fields=["ends_on"])
    _note(actor, "group.taken_out", row, node, at)
    return row


@dataclass(frozen=True)
class Changed:
    """How many were put in and taken out."""

    added: int
    removed: int


@transaction.atomic
def set_members(
    *,
    actor: Actor,
    class_node: Organisation,
    group: PopulationGroup,
    people: Collection[int],
    source: str,
    at: datetime,
) -> Changed:
    """Make the members of a group in one class exactly ``people`` (ids of its students), from today.

    Raises Refusal when somebody is no student of the class any more, or when new members have no source.
    """
    class_node = Organisation.objects.select_for_update(of=("self",)).get(pk=class_node.pk)
    _must_keep(actor, class_node, group)
    today = localdate(at)
    inside = set(students_in(class_node, today).values_list("person", flat=True))
    wanted = set(people)
    if not wanted <= inside:
        raise Refusal(_("有学生已不在这个班，请刷新后重新选择。"), code="people")
    held = GroupMembership.objects.filter(current(today), person__in=inside, group=group)
    before = set(held.values_list("person", flat=True))
    if wanted - before and not source.strip():
        raise Refusal(_("请写明从哪里知道的，例如花名册、班主任了解、家长告知。"), code="source", field="source")
    held.exclude(person__in=wanted).update(ends_on=today)
    GroupMembership.objects.bulk_create(
        GroupMembership(person_id=pk, group=group, source=source.strip(), starts_on=today)
        for pk in sorted(wanted - before)
    )
    changed = Changed(added=len(wanted - before), removed=len(before - wanted))
    if changed.added or changed.removed:
        school = school_of(class_node) or class_node
        record(
            account=actor.account,
            who=actor.who,
            action="group.class_set",
            at=at,
            owner=school.pk,
            subject=class_node,
            group=group.pk,
            added=changed.added,
            removed=changed.removed,
        )
    return changed


def _place(person: Person, at: datetime) -> Organisation:
    enrolment = current_enrolment(person, localdate(at))
    if enrolment is None:
        raise Refusal(_("这名学生现在不在任何班级。"), code="place")
    return enrolment.class_node


def _must_keep(actor: Actor, node: Organisation, group: PopulationGroup) -> None:
    if not policies.groups_to_keep(actor, node).filter(pk=group.pk).exists():
        raise PermissionDenied


def _note(actor: Actor, action: str, row: GroupMembership, node: Organisation, at: datetime, **facts: Any) -> None:
    school = school_of(node) or node
    record(
        account=actor.account,
        who=actor.who,
        action=action,
        at=at,
        owner=school.pk,
        subject=row,
        person=row.person_id,
        group=row.group_id,
        **facts,
    )
