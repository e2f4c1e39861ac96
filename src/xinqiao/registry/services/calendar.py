"""Terms and special days of an organisation."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.enums import DayKind
from xinqiao.people.models import CalendarDay, Organisation, Term
from xinqiao.people.rules import school_year_of
from xinqiao.registry.rules import MOST_DAYS

LONGEST_TERM = timedelta(days=240)
EARLY = timedelta(days=31)
"""A first term may begin up to a month before 1 September (summer classes of graduating cohorts)."""


def _must_keep(actor: Actor, node: Organisation) -> None:
    if not actor.may(Action.MANAGE_CALENDAR, node.path or "-") or node.kind in ("grade", "class", "department"):
        raise PermissionDenied


@transaction.atomic
def save_term(
    *,
    actor: Actor,
    organisation: Organisation,
    name: str,
    starts_on: date,
    ends_on: date,
    at: datetime,
    term: Term | None = None,
) -> Term:
    """A new term, or ``term`` changed. ``ends_on`` is its last day. Terms of one organisation do not overlap.

    Raises PermissionDenied, Refusal naming the field.
    """
    organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    _must_keep(actor, organisation)
    name = name.strip()
    if ends_on <= starts_on:
        raise Refusal(_("学期的最后一天应晚于第一天。"), code="order", field="ends_on")
    if ends_on - starts_on > LONGEST_TERM:
        raise Refusal(_("一个学期不会超过 8 个月，请核对日期。"), code="long", field="ends_on")
    year = school_year_of(starts_on + EARLY)
    others = Term.objects.filter(organisation=organisation)
    if term is not None:
        others = others.exclude(pk=term.pk)
    clash = others.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).first()
    if clash is not None:
        words = _("和“%(name)s”（%(start)s 至 %(end)s）重叠，请错开日期。")
        facts = {"name": clash.name, "start": clash.starts_on, "end": clash.ends_on}
        raise Refusal(words % facts, code="overlap", field="starts_on")
    if others.filter(school_year=year, name=name).exists():
        words = _("%(year)s 学年已有“%(name)s”，请换一个名称。")
        raise Refusal(words % {"year": f"{year}–{year + 1}", "name": name}, code="name", field="name")
    if term is None:
        term = Term(organisation=organisation)
    term.name, term.starts_on, term.ends_on, term.school_year = name, starts_on, ends_on, year
    term.save()
    _note(actor, "calendar.term_saved", organisation, at, starts_on=str(starts_on), ends_on=str(ends_on))
    return term


@transaction.atomic
def remove_term(*, actor: Actor, term: Term, at: datetime) -> None:
    """Take a term away; its days follow the calendar above again."""
    _must_keep(actor, term.organisation)
    _note(actor, "calendar.term_removed", term.organisation, at, starts_on=str(term.starts_on))
    term.delete()


@transaction.atomic
def add_days(
    *, actor: Actor, organisation: Organisation, kind: str, name: str, first: date, last: date, at: datetime
) -> int:
    """The same kind of day from ``first`` to ``last`` (included); returns how many. Days already marked are refused."""
    organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    _must_keep(actor, organisation)
    if last < first:
        raise Refusal(_("最后一天不能早于第一天。"), code="order", field="last")
    count = (last - first).days + 1
    if count > MOST_DAYS:
        raise Refusal(_("一次最多 %(n)d 天，请分几次填写。") % {"n": MOST_DAYS}, code="long", field="last")
    held = CalendarDay.objects.filter(organisation=organisation, day__range=(first, last)).order_by("day").first()
    if held is not None:
        words = _("%(day)s 已经标为“%(name)s”，请先删除那一天，再重新填写。")
        raise Refusal(words % {"day": held.day, "name": held.name}, code="overlap", field="first")
    kind = DayKind(kind)
    CalendarDay.objects.bulk_create(
        CalendarDay(organisation=organisation, day=first + timedelta(days=n), kind=kind, name=name.strip())
        for n in range(count)
    )
    _note(actor, "calendar.days_added", organisation, at, kind=kind, first=str(first), last=str(last))
    return count


@transaction.atomic
def remove_days(*, actor: Actor, organisation: Organisation, first: date, last: date, at: datetime) -> int:
    """Forget an organisation's own marks from ``first`` to ``last`` (included); returns how many there were."""
    _must_keep(actor, organisation)
    gone, _kinds = CalendarDay.objects.filter(organisation=organisation, day__range=(first, last)).delete()
    if gone == 0:
        raise Refusal(_("这几天没有本单位的安排，不用删除。"), code="none", field="first")
    _note(actor, "calendar.days_removed", organisation, at, first=str(first), last=str(last))
    return gone


def _note(actor: Actor, action: str, node: Organisation, at: datetime, **facts: Any) -> None:
    record(account=actor.account, who=actor.who, action=action, at=at, owner=node.pk, subject=node, **facts)
