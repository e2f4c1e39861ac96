"""What was found becomes tasks of the unit; they are done only when somebody looked again."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import PostKind
from xinqiao.inspections import policies
from xinqiao.inspections.handling import note
from xinqiao.inspections.models import Mark, Mending, Recheck, Round, Sheet
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Person
from xinqiao.plans.enums import Origin, PlanState, TaskState
from xinqiao.plans.models import Plan, Task
from xinqiao.plans.services import tasks
from xinqiao.plans.services.giving import Request

LEADS = (PostKind.BUREAU_EXPERT, PostKind.BUREAU_OFFICER, PostKind.UNIT_OFFICER, PostKind.UNIT_LEADER)


def order_mending(actor: Actor, round_: Round, due_on: date, at: datetime) -> int:
    """A task for each thing to be mended in a round that is being published. Returns how many were made."""
    marks = Mark.objects.filter(sheet__round=round_, sheet__drawn=True).exclude(mend="").select_related("sheet__unit")
    form, made = round_.read, 0
    for mark in marks.order_by("sheet__unit__code", "pk"):
        item = form.by_id.get(mark.item)
        if item is not None and order_one(actor, round_, mark.sheet, item.title, mark, due_on, at):
            made += 1
    return made


def order_one(
    actor: Actor, round_: Round, sheet: Sheet, title: str, mark: Mark, due_on: date, at: datetime
) -> Mending | None:
    """One task, once for an item of a sheet."""
    if Mending.objects.filter(sheet=sheet, item=mark.item).exists():
        return None
    request = Request(
        title=_("整改：%(item)s") % {"item": title},
        words="\n".join(part for part in (mark.words, mark.mend) if part),
        due_on=due_on,
        leads=LEADS,
        subject=f"inspections.sheet:{sheet.pk}:{mark.item}"[:60],
    )
    (task,) = tasks.give(
        actor=actor, asker=round_.organisation, units=[sheet.unit], request=request, origin=Origin.MENDING,
        plan=_running(round_), at=at,
    )  # fmt: skip
    return Mending.objects.create(sheet=sheet, item=mark.item, task=task, made_on=localdate(at))


def _running(round_: Round) -> Plan | None:
    """The plan, unless it is over by now: what was found is mended all the same."""
    plan = round_.plan
    return plan if plan is not None and plan.state in (PlanState.RUNNING, PlanState.PAUSED) else None


@transaction.atomic
def recheck(*, actor: Actor, mending: Mending, passed: bool, words: str, at: datetime) -> Recheck:
    """Somebody of the inspecting office looked: mended, or back to the unit with what is missing.

    Only what the unit has reported as mended is looked at. Raises PermissionDenied, Refusal(words, waiting).
    """
    mending = Mending.objects.select_related("sheet__round__organisation", "sheet__unit").get(pk=mending.pk)
    if actor.person is None or not policies.may_recheck(actor, mending):
        raise PermissionDenied
    if not words.strip():
        raise Refusal(_("请写明复查时看到了什么。"), code="words", field="words")
    task = Task.objects.select_for_update(of=("self",)).get(pk=mending.task_id)
    if task.state != TaskState.HANDED_IN:
        raise Refusal(_("单位还没有报告整改完成，或已经复查过。"), code="waiting")
    row = Recheck.objects.create(mending=mending, passed=passed, words=words.strip(), by=actor.person, at=at)
    if passed:
        tasks.accept(actor=actor, task=task, words=words, at=at)
    else:
        tasks.give_back(actor=actor, task=task, words=words, at=at)
    note(actor, "inspection.rechecked", at, mending, mending.sheet.round.organisation_id, passed=passed)
    return row


def keep_up(task_id: int, at: datetime) -> None:
    """A mending task that was accepted on its own page (only an inspector can) was looked at by whoever accepted it."""
    mending = Mending.objects.filter(task=task_id).select_related("task").first()
    if mending is None or mending.task.state != TaskState.ACCEPTED or mending.rechecks.filter(passed=True).exists():
        return
    last = mending.task.hand_ins.order_by("-number").first()
    by: Person | None = mending.task.settled_by
    if by is not None:
        words = (last.words if last is not None else "") or _("在任务页面上通过")
        Recheck.objects.create(mending=mending, passed=True, words=words, by=by, at=at)
