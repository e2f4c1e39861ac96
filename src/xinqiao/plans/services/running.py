"""A plan on its way: pause and resume, change of mode, amendments, a new edition, units that join, the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.kernel.refusal import Refusal
from xinqiao.packs.core import checks, compare, read
from xinqiao.packs.core.shapes import Pack
from xinqiao.packs.enums import EditionState
from xinqiao.packs.models import Edition
from xinqiao.plans import policies, wants
from xinqiao.plans.enums import ChangeKind, Mode, PlanState, TaskState
from xinqiao.plans.handling import BATCH, history, locked_plan, note, opened, reason_of, tell
from xinqiao.plans.models import Plan, Task
from xinqiao.plans.rules import OPEN_STATES, PLAN, TASK
from xinqiao.plans.services.applying import Named, join, refuse_gaps, units_for
from xinqiao.plans.workplan import Work, units_of, work_out, write

FIXED = ("pack", "version", "period", "applies_to", "based_on")
"""Parts of a running plan's data that no amendment changes: they are what it is."""


@dataclass(frozen=True)
class Move:
    """What a change of the plan's data would do. differences: as ``packs.core.compare`` gives them. made, dropped,
    changed, back: tasks by title → count. lost: own amendments that no longer fit, in words. gaps: unit names."""

    differences: tuple[compare.Difference, ...]
    made: Mapping[str, int]
    dropped: Mapping[str, int]
    changed: Mapping[str, int]
    back: Mapping[str, int]
    lost: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        return not (self.differences or self.made or self.dropped or self.changed or self.back)


def _locked(actor: Actor, plan: Plan, *states: str) -> Plan:
    """The plan, for whoever may run it, in one of the states (default: not over)."""
    plan = locked_plan(plan.pk)
    if not policies.may_run(actor, plan.organisation):
        raise PermissionDenied
    if plan.state not in (states or (PlanState.RUNNING, PlanState.PAUSED)):
        raise Refusal(_("方案已经结束，不能再改。需要继续，请重新启用一个方案。"), code="ended")
    return plan


def _moved(actor: Actor, plan: Plan, move: str, at: datetime) -> Plan:
    plan = locked_plan(plan.pk)
    if not policies.may_run(actor, plan.organisation):
        raise PermissionDenied
    plan.state = PLAN.after(plan.state, move)
    return plan


@transaction.atomic
def pause(*, actor: Actor, plan: Plan, reason: str, at: datetime) -> Plan:
    """Nothing is reminded, late or climbs until it goes on. Work may still be handed in."""
    plan = _moved(actor, plan, "pause", at)
    plan.save(update_fields=["state"])
    history(actor, plan, ChangeKind.PAUSED, at, reason_of(reason))
    note(actor, "plan.paused", at, plan, plan.organisation_id)
    return plan


@transaction.atomic
def resume(*, actor: Actor, plan: Plan, at: datetime) -> Plan:
    """It goes on. What fell due during the pause gets the days it had left when the pause began."""
    plan = _moved(actor, plan, "resume", at)
    paused = plan.changes.filter(kind=ChangeKind.PAUSED).order_by("-at", "-pk").first()
    today = localdate(at)
    since = localdate(paused.at) if paused is not None else today
    rows = list(plan.tasks.filter(state__in=OPEN_STATES, due_on__gte=since, due_on__lt=today))
    for task in rows:
        left = task.due_on - since
        task.remind_on = max(today, today + left - (task.due_on - task.remind_on))
        task.due_on, task.reminded_on = today + left, None
        task.reason = _("方案暂停过，期限顺延。")
    Task.objects.bulk_update(rows, ["due_on", "remind_on", "reminded_on", "reason"], batch_size=BATCH)
    plan.save(update_fields=["state"])
    history(actor, plan, ChangeKind.RESUMED, at, "")
    note(actor, "plan.resumed", at, plan, plan.organisation_id, tasks=len(rows))
    return plan


@transaction.atomic
def end(*, actor: Actor, plan: Plan, reason: str, at: datetime) -> Plan:
    """It is over: what is not handed in is waived with the reason, what waits for review can still be reviewed."""
    reason = reason_of(reason)
    plan = _moved(actor, plan, "end", at)
    plan.ended_at = at
    plan.save(update_fields=["state", "ended_at"])
    words = _("方案已结束：%(reason)s") % {"reason": reason}
    count = 0
    for state in OPEN_STATES:
        after = TASK.after(state, "waive")
        count += plan.tasks.filter(state=state).update(
            state=after, settled_at=at, settled_by=actor.person, reason=words[:300]
        )
    history(actor, plan, ChangeKind.ENDED, at, reason)
    note(actor, "plan.ended", at, plan, plan.organisation_id, waived=count)
    return plan


@transaction.atomic
def archive(*, actor: Actor, plan: Plan, at: datetime) -> Plan:
    """Put an ended plan away. Raises Refusal("waiting") while hand-ins wait for review."""
    plan = _moved(actor, plan, "archive", at)
    waiting = plan.tasks.filter(state=TaskState.HANDED_IN).count()
    if waiting:
        raise Refusal(_("还有 %(count)d 项材料等待审核，请先审核再归档。") % {"count": waiting}, code="waiting")
    plan.save(update_fields=["state"])
    history(actor, plan, ChangeKind.ARCHIVED, at, "")
    note(actor, "plan.archived", at, plan, plan.organisation_id)
    return plan


@transaction.atomic
def set_mode(*, actor: Actor, plan: Plan, mode: str, reason: str, at: datetime) -> Plan:
    """Normal or emergency. Only work whose time has not come is worked out anew: what has begun stays as it is."""
    plan = _locked(actor, plan)
    if mode not in Mode.values:
        raise Refusal(_("请选择平时或应急。"), code="mode", field="mode")
    if mode == plan.mode:
        raise Refusal(_("方案已经是这个模式。"), code="same", field="mode")
    reason = reason_of(reason)
    plan.mode = mode
    plan.save(update_fields=["mode"])
    pack = Pack(plan.data)
    work = work_out(plan, pack, units_of(plan), localdate(at), begun_stays=True)
    label = str(Mode(mode).label)
    change = _("切换到“%(mode)s”模式") % {"mode": label}
    _carry_out(actor, plan, work, f"{change}：{reason}", at)
    history(actor, plan, ChangeKind.MODE, at, f"{label}：{reason}")
    note(actor, "plan.mode", at, plan, plan.organisation_id, mode=mode)
    return plan


def _carry_out(actor: Actor, plan: Plan, work: Work, reason: str, at: datetime) -> None:
    refuse_gaps(work.gaps)
    fresh = write(work, by=actor.person, reason=reason, at=at)
    opened([task.pk for task in fresh], at)
    touched = [*fresh, *work.dropped, *work.changed]
    tell({task.owner.person_id for task in touched if task.owner is not None}, at)


# --- amendments and new editions ----------------------------------------------------------------------------------


def amended(plan: Plan, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The plan's data with an amendment made. changes: set, remove, add, as in a derived pack (docs/packs.md).

    Raises Refusal: what ``packs.core.derive`` raises, "fixed" (field = path), "faults" (it would not fit together).
    """
    paths = [*changes.get("set", {}), *changes.get("remove", ()), *changes.get("add", {})]
    for path in paths:
        if str(path).split(".")[0] in FIXED:
            raise Refusal(
                _("“%(path)s”在实施中不能改，请结束后重新启用。") % {"path": path}, code="fixed", field=str(path)
            )
    if not paths:
        raise Refusal(_("没有要修改的内容。"), code="nothing")
    return _with(plan.data, changes)


def _with(data: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    base = {"pack": data["pack"], "version": data["version"]}
    made = read.compile_pack({"based_on": base, "changes": dict(changes)}, data)
    made.pop("based_on", None)
    if "based_on" in data:
        made["based_on"] = data["based_on"]
    faults = [problem for problem in checks.problems(made) if problem.severity == "fault"]
    if faults:
        raise Refusal(
            _("这样修改后方案不完整：%(words)s") % {"words": str(faults[0])}, code="faults", field=faults[0].path
        )
    return made


def preview_amend(*, actor: Actor, plan: Plan, changes: Mapping[str, Any], at: datetime) -> Move:
    """What an amendment would do; changes nothing."""
    if not policies.may_run(actor, plan.organisation):
        raise PermissionDenied
    return _moved_to(plan, amended(plan, changes), at)


@transaction.atomic
def amend(*, actor: Actor, plan: Plan, changes: Mapping[str, Any], reason: str, at: datetime) -> Plan:
    """Change the plan's own data and what follows from it, all of it or nothing.

    Settled tasks stay. Tasks from today on that are no longer asked for are waived with the reason; dates and words of
    tasks nobody has begun follow. Raises what ``amended`` raises and Refusal("nobody").
    """
    reason = reason_of(reason)
    plan = _locked(actor, plan)
    data = amended(plan, changes)
    differences = compare.differences(plan.data, data)
    if not differences:
        raise Refusal(_("没有要修改的内容。"), code="nothing")
    _take_over(actor, plan, data, {}, reason, at)
    detail = [asdict(each) for each in differences]
    history(actor, plan, ChangeKind.AMENDED, at, reason, detail=detail, changes=dict(changes))
    note(actor, "plan.amended", at, plan, plan.organisation_id, differences=len(differences))
    return plan


def _take_over(actor: Actor, plan: Plan, data: Mapping[str, Any], named: Named, reason: str, at: datetime) -> None:
    """New data into a locked plan: units, tasks, and what other rooms are asked for."""
    pack = Pack(data)
    if plan.title == str(plan.data["title"])[:120]:
        plan.title = str(data["title"])[:120]
    plan.data = dict(data)
    plan.save(update_fields=["data", "title", "edition"])
    units = _units(actor, plan, pack, named, at)
    join(plan, units, localdate(at))
    gone = plan.units.filter(left_on=None).exclude(key__in=pack.units)
    gone.update(left_on=localdate(at))
    work = work_out(plan, pack, units, localdate(at))
    _carry_out(actor, plan, work, reason, at)
    wants.ask_for(plan, pack, units, actor=actor, at=at)


def _units(actor: Actor, plan: Plan, pack: Pack, named: Named, at: datetime) -> dict[str, list[Any]]:
    """Units of new data: those that take part already, and for new unit ids whoever is below or named."""
    held = units_of(plan)
    known = {key: [node.pk for node in held.get(key, ())] for key in pack.units}
    fresh = units_for(pack, plan.organisation, {**known, **named}, actor=actor, on=localdate(at))
    return {key: held[key] if key in held and key not in named else nodes for key, nodes in fresh.items()}


def _moved_to(plan: Plan, data: Mapping[str, Any], at: datetime, lost: Sequence[str] = (), units: Any = None) -> Move:
    pack = Pack(data)
    groups = units or {key: nodes for key, nodes in units_of(plan).items() if key in pack.units}
    work = work_out(plan, pack, groups, localdate(at))
    return Move(
        tuple(compare.differences(plan.data, data)),
        _titles(work.made),
        _titles(work.dropped),
        _titles(work.changed),
        _titles(work.back),
        tuple(lost),
        tuple(dict.fromkeys(gap.unit.name for gap in work.gaps)),
    )


def _titles(tasks: Sequence[Task]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for task in tasks:
        counts[task.title] = counts.get(task.title, 0) + 1
    return counts


def _on_edition(plan: Plan, edition: Edition) -> tuple[dict[str, Any], list[str]]:
    """The edition's data with the plan's own amendments made again, and those that no longer fit (in words)."""
    data, lost = dict(edition.data), []
    for change in plan.changes.filter(kind=ChangeKind.AMENDED).exclude(changes={}).order_by("at", "pk"):
        try:
            data = _with(data, change.changes)
        except Refusal as refusal:
            lost.append(f"{change.words}：{refusal}")
    return data, lost


def _may_move(plan: Plan, edition: Edition) -> None:
    if edition.pack != plan.edition.pack and edition.based_on_id != plan.edition_id:
        raise Refusal(_("只能换成同一个方案的其他版本，或在它基础上改编的方案。"), code="edition", field="edition")
    if edition.pk == plan.edition_id:
        raise Refusal(_("方案用的已经是这个版本。"), code="same", field="edition")
    if edition.state != EditionState.PUBLISHED:
        raise Refusal(_("这个版本还没有发布，或已停用。"), code="edition", field="edition")


def preview_move(*, actor: Actor, plan: Plan, edition: Edition, named: Named | None = None, at: datetime) -> Move:
    """What moving to another edition would do; changes nothing."""
    if not policies.may_run(actor, plan.organisation):
        raise PermissionDenied
    _may_move(plan, edition)
    data, lost = _on_edition(plan, edition)
    return _moved_to(plan, data, at, lost, _units(actor, plan, Pack(data), named or {}, at))


@transaction.atomic
def move_to(*, actor: Actor, plan: Plan, edition: Edition, named: Named | None = None, at: datetime) -> Plan:
    """Take a newer edition of the same pack (or one derived from it), own amendments kept where they still fit.

    named: organisations for units that are new. As in ``amend``, settled tasks stay and nothing is half done.
    """
    plan = _locked(actor, plan)
    _may_move(plan, edition)
    data, lost = _on_edition(plan, edition)
    differences = compare.differences(plan.data, data)
    before = plan.edition
    plan.edition = edition
    facts = {"old": before.version, "new": edition.version}
    _take_over(actor, plan, data, named or {}, _("换用新版本 %(new)s，原版本 %(old)s 的这项不再要求") % facts, at)
    words = "；".join([f"{before.version} → {edition.version}", *lost])
    history(actor, plan, ChangeKind.MOVED, at, words, detail=[asdict(each) for each in differences])
    note(actor, "plan.moved", at, plan, plan.organisation_id, edition=edition.pk, lost=len(lost))
    return plan


# --- units that come and go ---------------------------------------------------------------------------------------


@transaction.atomic
def set_units(*, actor: Actor, plan: Plan, named: Named, reason: str, at: datetime) -> Plan:
    """Choose anew which organisations take part as a unit that is ``named``. Who leaves has nothing more to do from
    today; what they have handed in stays."""
    plan = _locked(actor, plan)
    pack = Pack(plan.data)
    for key in named:
        if key not in pack.units or pack.units[key].where != "named":
            raise Refusal(_("这一类单位不能挑选。"), code="named", field=key)
    held = units_of(plan)
    fresh = units_for(pack, plan.organisation, named, actor=actor, on=localdate(at))
    units = {key: fresh[key] if key in named else held.get(key, []) for key in pack.units}
    change_units(actor, plan, pack, units, reason_of(reason), at)
    return plan


def change_units(
    actor: Actor, plan: Plan, pack: Pack, units: Mapping[str, Sequence[Any]], reason: str, at: datetime
) -> int:
    """Make these organisations the ones that take part in a locked plan; returns how many came or went."""
    today, held = localdate(at), units_of(plan)
    left = [(key, node) for key, nodes in held.items() for node in nodes if node not in units.get(key, ())]
    come = [(key, node) for key, nodes in units.items() for node in nodes if node not in held.get(key, ())]
    for key, node in left:
        plan.units.filter(key=key, organisation=node).update(left_on=today)
    for key, node in come:
        plan.units.filter(key=key, organisation=node).update(left_on=None)
    join(plan, {key: [node for k, node in come if k == key] for key, _node in come}, today)
    if left or come:
        names = [*(f"+{node.name}" for _k, node in come), *(f"-{node.name}" for _k, node in left)]
        history(actor, plan, ChangeKind.UNITS, at, f"{reason}：{'、'.join(names)}")
        note(actor, "plan.units", at, plan, plan.organisation_id, come=len(come), left=len(left))
        work = work_out(plan, pack, units, today)
        _carry_out(actor, plan, work, reason, at)
        wants.ask_for(plan, pack, {key: [n for k, n in come if k == key] for key, _n in come}, actor=actor, at=at)
    return len(left) + len(come)
