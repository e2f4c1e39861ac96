"""Tasks that no measure makes: extra ones, calls for contributions, decisions of a meeting, what was found wanting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import PostKind
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation
from xinqiao.plans import policies
from xinqiao.plans.enums import Origin, PlanState
from xinqiao.plans.handling import BATCH, note, opened, tell
from xinqiao.plans.holders import Staff
from xinqiao.plans.models import Plan, Task

NEEDS: Mapping[str, Any] = {"text": True, "files": 0, "pictures": 0}
REMIND, CLIMB = 3, (1, 7)
ACCEPTS = ("lead", "unit", "none")


@dataclass(frozen=True)
class Request:
    """What is asked. owners: post kinds that may own it (empty: whoever runs things at the unit). leads: post kinds at
    the asker that accept (empty: whoever runs plans there). accept: lead, unit or none. needs: text (bool), files,
    pictures (least numbers). gathers: the hand-ins are downloaded as one package with an index. starts_on: default
    today. subject: app.model:id of what makes the task; the same subject asks a unit once."""

    title: str
    due_on: date
    words: str = ""
    owners: Sequence[str] = ()
    leads: Sequence[str] = ()
    accept: str = "lead"
    needs: Mapping[str, Any] = field(default_factory=lambda: dict(NEEDS))
    gathers: bool = False
    starts_on: date | None = None
    subject: str = ""


@transaction.atomic
def give(
    *,
    actor: Actor,
    asker: Organisation,
    units: Iterable[Organisation],
    request: Request,
    origin: str = Origin.EXTRA,
    plan: Plan | None = None,
    at: datetime,
) -> list[Task]:
    """Ask each unit for the same thing; all of them or none. Returns the tasks, those that were there already too.

    Units lie in the asker's tree, or take part in ``plan`` that the asker runs. Raises Refusal: units (none, or one
    out of reach), title, due_on, post (unknown kind), accept, ended (the plan is over), nobody (no post could own it).
    """
    nodes = list({unit.pk: unit for unit in units}.values())
    if not policies.may_give(actor, asker, origin):
        raise PermissionDenied
    _check(actor, asker, nodes, request, plan, localdate(at))
    have = _there_already(request, origin, nodes)
    staff = Staff([*nodes, asker], localdate(at))
    fresh = [_task(asker, unit, request, origin, plan, staff, at) for unit in nodes if unit.pk not in have]
    Task.objects.bulk_create(fresh, batch_size=BATCH)
    for task in fresh:
        note(actor, "plan_task.given", at, task, task.unit_id, origin=str(origin), asker=asker.pk)
    if fresh:
        opened([task.pk for task in fresh], at)
        tell({task.owner.person_id for task in fresh if task.owner is not None}, at)
    return [*have.values(), *fresh]


def _check(
    actor: Actor, asker: Organisation, nodes: list[Organisation], asked: Request, plan: Plan | None, today: date
) -> None:
    if not nodes:
        raise Refusal(_("请至少选择一个单位。"), code="units", field="units")
    if not asked.title.strip():
        raise Refusal(_("请写任务名称，例如“报送五月活动小结和照片”。"), code="title", field="title")
    if asked.due_on < max(today, asked.starts_on or today):
        raise Refusal(_("截止日期不能早于今天，也不能早于开始日期。"), code="due_on", field="due_on")
    if asked.accept not in ACCEPTS:
        raise Refusal(_("请选择由谁审核。"), code="accept", field="accept")
    unknown = [kind for kind in (*asked.owners, *asked.leads) if kind not in PostKind.values]
    if unknown:
        raise Refusal(_("没有“%(kind)s”这种岗位，请重新选择。") % {"kind": unknown[0]}, code="post", field="owners")
    if plan is not None and plan.state in (PlanState.ENDED, PlanState.ARCHIVED):
        raise Refusal(_("方案已经结束，不能再下达任务。"), code="ended")
    own = plan is not None and plan.organisation_id == asker.pk  # taking part gives no say over the others
    reach = set(plan.units.filter(left_on=None).values_list("organisation", flat=True)) if plan and own else set()
    for unit in nodes:
        if unit.pk not in reach and not unit.path.startswith(asker.path):
            raise Refusal(
                _("“%(unit)s”不是本单位的下属，也没有参加这个方案，不能向它下达任务。") % {"unit": unit.name},
                code="units",
                field="units",
            )


def _there_already(asked: Request, origin: str, nodes: list[Organisation]) -> dict[int, Task]:
    if not asked.subject:
        return {}
    rows = Task.objects.filter(origin=origin, subject=asked.subject, unit__in=nodes)
    return {task.unit_id: task for task in rows}


def _task(
    asker: Organisation,
    unit: Organisation,
    asked: Request,
    origin: str,
    plan: Plan | None,
    staff: Staff,
    at: datetime,
) -> Task:
    owner = staff.owner(unit, asker, asked.owners, asked.leads)
    if owner is None:
        raise Refusal(
            _("“%(unit)s”和上级都没有在岗的人可以负责，请先任命一位负责人。") % {"unit": unit.name}, code="nobody"
        )
    staff.load[owner.pk] += 1
    starts_on = asked.starts_on or localdate(at)
    return Task(
        plan=plan,
        asker=asker,
        unit=unit,
        origin=origin,
        subject=asked.subject,
        title=asked.title.strip()[:160],
        words=asked.words.strip(),
        owner=owner,
        owners=list(asked.owners),
        accept=asked.accept,
        leads=list(asked.leads),
        needs={**NEEDS, **asked.needs},
        gathers=asked.gathers,
        starts_on=starts_on,
        due_on=asked.due_on,
        remind_on=max(starts_on, asked.due_on - timedelta(days=REMIND)),
        climb_days=list(CLIMB),
    )
