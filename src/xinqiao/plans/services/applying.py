"""Putting a pack to work: what it would set in motion, and setting it in motion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.models import Job
from xinqiao.outbox.services import announce, enqueue
from xinqiao.packs.core.shapes import Pack, Unit
from xinqiao.packs.enums import EditionState
from xinqiao.packs.models import Edition
from xinqiao.people.models import Organisation
from xinqiao.plans import policies, wants
from xinqiao.plans.calendars import year_end
from xinqiao.plans.enums import ChangeKind, PlanState
from xinqiao.plans.handling import history, note, opened, tell
from xinqiao.plans.models import Plan, PlanUnit
from xinqiao.plans.previewing import Preview, previewed
from xinqiao.plans.workplan import Gap, Units, work_out, write

LONGEST_DAYS = 5 * 366
INNER = ("school", "grade", "class")
BIG = 2_000
"""Tasks from which a page should hand the applying to a worker (``start``)."""

Named = Mapping[str, Sequence[int]]
"""Organisation ids by the id of a unit that is ``named``."""


def choices(actor: Actor, organisation: Organisation, unit: Unit, on: date) -> QuerySet[Organisation]:
    """Organisations that may be chosen for a unit that is ``named``: of its kind and open. Offices ask offices
    anywhere, and each asks its own schools; a school asks only what is inside it."""
    rows = Organisation.objects.filter(Q(closed_on=None) | Q(closed_on__gt=on)).exclude(pk=organisation.pk)
    rows = rows.filter(kind=unit.kind) if unit.kind else rows
    inside = Q(path__startswith=organisation.path)
    return rows.filter(inside if organisation.kind in INNER else inside | ~Q(kind__in=INNER)).order_by("path")


def units_for(
    pack: Pack, organisation: Organisation, named: Named, *, actor: Actor, on: date
) -> dict[str, list[Organisation]]:
    """Organisations that take part, by unit id. Raises Refusal(code="named"; field = unit id)."""
    found: dict[str, list[Organisation]] = {}
    for unit in pack.units.values():
        if unit.where == "self":
            found[unit.id] = [organisation]
        elif unit.where == "below":
            rows = Organisation.objects.filter(path__startswith=organisation.path, kind=unit.kind)
            found[unit.id] = list(rows.filter(Q(closed_on=None) | Q(closed_on__gt=on)).order_by("path"))
        else:
            found[unit.id] = _named(unit, organisation, named.get(unit.id, ()), actor, on)
    return found


def _named(unit: Unit, organisation: Organisation, ids: Sequence[int], actor: Actor, on: date) -> list[Organisation]:
    wanted = list(dict.fromkeys(ids))
    rows = {node.pk: node for node in choices(actor, organisation, unit, on).filter(pk__in=wanted)}
    if missing := [pk for pk in wanted if pk not in rows]:
        name = Organisation.objects.filter(pk=missing[0]).values_list("name", flat=True).first() or str(missing[0])
        facts = {"unit": unit.title.zh, "name": name}
        raise Refusal(
            _("“%(name)s”不能作为“%(unit)s”：类别不符、已关闭，或是别的单位的下属学校。请重新选择。") % facts,
            code="named",
            field=unit.id,
        )
    if len(rows) > 1 and not unit.many:
        raise Refusal(
            _("“%(unit)s”只能选一个单位，请去掉多选的。") % {"unit": unit.title.zh}, code="named", field=unit.id
        )
    return sorted(rows.values(), key=lambda node: node.path)


def check(actor: Actor, edition: Edition, organisation: Organisation, starts_on: date, ends_on: date) -> None:
    """Raises PermissionDenied, Refusal: edition, kind, dates, again."""
    if not policies.may_run(actor, organisation):
        raise PermissionDenied
    if edition.state != EditionState.PUBLISHED:
        raise Refusal(
            _("这个方案还没有发布，或已停用。请在方案库里选一个已发布的版本。"), code="edition", field="edition"
        )
    if organisation.kind not in edition.data.get("applies_to", []):
        raise Refusal(
            _("“%(title)s”不适用于“%(name)s”这类单位，请换一个方案。")
            % {"title": edition.title, "name": organisation.name},
            code="kind",
            field="edition",
        )
    if ends_on < starts_on:
        raise Refusal(_("结束日期早于开始日期，请更正。"), code="dates", field="ends_on")
    if (ends_on - starts_on).days > LONGEST_DAYS:
        raise Refusal(_("实施期超过五年，请缩短；长期方案可以每年续。"), code="dates", field="ends_on")
    held = Plan.objects.filter(organisation=organisation, edition__pack=edition.pack)
    same = held.filter(state__in=[PlanState.RUNNING, PlanState.PAUSED], starts_on__lte=ends_on, ends_on__gte=starts_on)
    if other := same.first():
        raise Refusal(
            _("这段时间里“%(title)s”已经在实施。请打开它修改，或先结束它。") % {"title": other.title},
            code="again",
            field="starts_on",
        )


def _last_day(edition: Edition, starts_on: date, ends_on: date | None) -> date:
    if ends_on is not None and edition.read.period != "open":
        return ends_on
    return year_end(edition.read, starts_on)


def preview(
    *,
    actor: Actor,
    edition: Edition,
    organisation: Organisation,
    starts_on: date,
    ends_on: date | None = None,
    named: Named | None = None,
    at: datetime,
) -> Preview:
    """Everything that applying would set in motion; changes nothing. ``ends_on`` does not count for an open pack.

    Raises what ``apply_plan`` raises, except "nobody": those units are in ``Preview.gaps``.
    """
    ends_on = _last_day(edition, starts_on, ends_on)
    check(actor, edition, organisation, starts_on, ends_on)
    pack, on = edition.read, localdate(at)
    units = units_for(pack, organisation, named or {}, actor=actor, on=on)
    plan = Plan(organisation=organisation, edition=edition, starts_on=starts_on, ends_on=ends_on)
    return previewed(plan, pack, units, work_out(plan, pack, units, on), on)


def start(
    *,
    actor: Actor,
    edition: Edition,
    organisation: Organisation,
    starts_on: date,
    ends_on: date | None = None,
    named: Named | None = None,
    title: str = "",
    at: datetime,
) -> Job:
    """Have a worker apply it (job ``plans.apply``; result: plan_id, tasks). Raises what ``check`` raises, at once."""
    check(actor, edition, organisation, starts_on, _last_day(edition, starts_on, ends_on))
    return enqueue(
        "plans.apply", account=actor.account, at=at, edition_id=edition.pk, organisation_id=organisation.pk,
        starts_on=starts_on.isoformat(), ends_on=ends_on.isoformat() if ends_on else "",
        named={key: list(ids) for key, ids in (named or {}).items()}, title=title,
    )  # fmt: skip


@transaction.atomic
def apply_plan(
    *,
    actor: Actor,
    edition: Edition,
    organisation: Organisation,
    starts_on: date,
    ends_on: date | None = None,
    named: Named | None = None,
    title: str = "",
    at: datetime,
) -> Plan:
    """The running plan with its units, tasks, wanted teams, services and budget lines; all of it or nothing.

    named: organisation ids for each unit that is chosen. What was due before today is not asked for. Raises
    PermissionDenied, Refusal: edition, kind, dates, again (it runs already in that time), named (field = unit id),
    nobody (a unit's work that no post could own; the words say which post to fill first).
    """
    Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    ends_on, pack, on = _last_day(edition, starts_on, ends_on), edition.read, localdate(at)
    check(actor, edition, organisation, starts_on, ends_on)
    if actor.person is None:
        raise PermissionDenied
    units = units_for(pack, organisation, named or {}, actor=actor, on=on)
    plan = Plan.objects.create(
        organisation=organisation, edition=edition, title=(title.strip() or edition.title)[:120],
        data=dict(edition.data), starts_on=starts_on, ends_on=ends_on, applied_by=actor.person, applied_at=at,
    )  # fmt: skip
    join(plan, units, max(on, starts_on))
    work = work_out(plan, pack, units, on)
    refuse_gaps(work.gaps)
    fresh = write(work, by=actor.person, reason="", at=at)
    wants.ask_for(plan, pack, units, actor=actor, at=at)
    history(actor, plan, ChangeKind.APPLIED, at, f"{edition.pack} {edition.version}")
    note(actor, "plan.applied", at, plan, organisation.pk, tasks=len(fresh), edition=edition.pk)
    announce("plan.applied", at=at, plan_id=plan.pk)
    opened([task.pk for task in fresh], at)
    tell({task.owner.person_id for task in fresh if task.owner is not None}, at)
    return plan


def join(plan: Plan, units: Units, on: date) -> list[PlanUnit]:
    """Organisations take part from a day on; those that do already are left as they are."""
    held = set(plan.units.values_list("key", "organisation"))
    rows = [
        PlanUnit(plan=plan, key=key, organisation=node, joined_on=on)
        for key, nodes in units.items()
        for node in nodes
        if (key, node.pk) not in held
    ]
    return PlanUnit.objects.bulk_create(rows, batch_size=500)


def refuse_gaps(gaps: Sequence[Gap]) -> None:
    """Raises Refusal("nobody") when there are any, naming the first unit and the post to fill."""
    if gaps:
        first = gaps[0]
        facts = {"unit": first.unit.name, "title": first.measure.title.zh, "count": len({gap.unit.pk for gap in gaps})}
        raise Refusal(
            _("有 %(count)d 个单位的任务没有人可以负责，例如“%(unit)s”的“%(title)s”。请先在那里任命一位负责人。")
            % facts,
            code="nobody",
        )
