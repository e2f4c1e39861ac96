"""A round from its first draft to its end."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.inspections import policies, rules
from xinqiao.inspections.enums import AppealState, RoundState, Sampling, SheetState
from xinqiao.inspections.handling import locked_round, note, tell_units
from xinqiao.inspections.models import Appeal, Round, Sheet
from xinqiao.inspections.services.mending import order_mending
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation, Person
from xinqiao.plans.models import Plan


def _must_run(actor: Actor, organisation: Organisation) -> Person:
    if actor.person is None or not policies.runs(actor, organisation):
        raise PermissionDenied
    return actor.person


@transaction.atomic
def draft_round(
    *,
    actor: Actor,
    organisation: Organisation,
    facts: Mapping[str, Any],
    form: Mapping[str, Any],
    at: datetime,
    plan: Plan | None = None,
    round_: Round | None = None,
) -> Round:
    """Make or change a draft. facts: title, self_until, check_from, check_until, appeal_days, mend_days.

    form: items and grades as ``rules.Form`` reads them. Raises PermissionDenied, Refusal(title, self_until,
    check_from, check_until, appeal_days, form, move).
    """
    person = _must_run(actor, organisation)
    _check_facts(facts)
    _check_form(form)
    if round_ is None:
        round_ = Round(
            organisation=organisation, plan=plan, made_by=person, made_at=at, seed=secrets.randbelow(1_000_000)
        )
    else:
        round_ = locked_round(round_.pk)
        if round_.organisation_id != organisation.pk:
            raise PermissionDenied
        _must_be_draft(round_)
    for name in ("self_until", "check_from", "check_until", "appeal_days", "mend_days"):
        setattr(round_, name, facts[name])
    round_.title, round_.form = facts["title"].strip(), dict(form)
    round_.save()
    note(actor, "inspection.drafted", at, round_, organisation.pk, items=len(form["items"]))
    return round_


def _must_be_draft(round_: Round) -> None:
    if round_.state != RoundState.DRAFT:
        raise Refusal(_("已经开始的督导不能再改评价表和单位，这样各单位才用同一把尺子。"), code="move")


def _check_facts(facts: Mapping[str, Any]) -> None:
    if not facts["title"].strip():
        raise Refusal(_("请填写督导的名称，例如“2026年秋季学期心理健康教育督导”。"), code="title", field="title")
    if facts["check_until"] < facts["check_from"]:
        raise Refusal(_("检查的最后一天不能早于第一天。"), code="check_until", field="check_until")
    if facts["self_until"] > facts["check_until"]:
        raise Refusal(_("自评要在检查结束之前完成。"), code="self_until", field="self_until")
    if not 1 <= facts["appeal_days"] <= 60:
        raise Refusal(_("申诉期请填 1 到 60 天。"), code="appeal_days", field="appeal_days")
    if not 1 <= facts["mend_days"] <= 365:
        raise Refusal(_("整改期请填 1 到 365 天。"), code="mend_days", field="mend_days")


def _check_form(form: Mapping[str, Any]) -> None:
    for code, what in rules.faults(form):
        words = {
            "none": _("评价表还没有项目，请至少写一项。"),
            "many": _("评价表有 %(what)s 项，太多了，请合并到 60 项以内。"),
            "title": _("第 %(what)s 项没有写名称。"),
            "weight": _("第 %(what)s 项的分值不能是负数。"),
            "nothing": _("各项分值加起来是 0，请至少给一项分值。"),
            "grades": _("请写等次，例如“90 优秀”，分数线在 0 到 100 之间。"),
            "twice": _("两个等次的分数线一样，请改开。"),
        }[code]
        raise Refusal(words % {"what": what} if what else words, code="form", field="form")


@transaction.atomic
def set_units(
    *,
    actor: Actor,
    round_: Round,
    units: Sequence[Organisation],
    sampling: str,
    number: int = 0,
    chosen: Collection[int] = (),
    seed: int | None = None,
    at: datetime,
) -> Round:
    """Who takes part, and which of them are drawn for checking. The same units and seed are drawn the same again.

    units: all that score themselves, below the inspecting organisation or in its plan. Raises Refusal(units, number).
    """
    round_ = locked_round(round_.pk)
    _must_run(actor, round_.organisation)
    _must_be_draft(round_)
    _check_units(round_, units)
    if sampling in (Sampling.EVERY, Sampling.RANDOM) and not 1 <= number <= len(units):
        raise Refusal(_("请填写 1 到 %(most)d 之间的数。") % {"most": len(units)}, code="number", field="number")
    order = sorted(units, key=lambda unit: (unit.code, unit.pk))
    round_.sampling, round_.number = sampling, number
    round_.seed = round_.seed if seed is None else seed
    drawn = set(rules.draw([unit.pk for unit in order], sampling, number=number, seed=round_.seed, chosen=set(chosen)))
    if not drawn:
        raise Refusal(_("请至少选择一个要检查的单位。"), code="units", field="chosen")
    round_.save(update_fields=["sampling", "number", "seed"])
    round_.sheets.all().delete()
    Sheet.objects.bulk_create(Sheet(round=round_, unit=unit, drawn=unit.pk in drawn) for unit in order)
    note(
        actor, "inspection.drawn", at, round_, round_.organisation_id, units=len(order), drawn=len(drawn),
        sampling=str(sampling), seed=round_.seed,
    )  # fmt: skip
    return round_


def _check_units(round_: Round, units: Sequence[Organisation]) -> None:
    if not units:
        raise Refusal(_("请至少选择一个单位。"), code="units", field="units")
    plan, own = round_.plan, round_.organisation
    reach = set(plan.units.filter(left_on=None).values_list("organisation", flat=True)) if plan is not None else set()
    for unit in units:
        below = unit.path.startswith(own.path) and unit.pk != own.pk
        if not below and unit.pk not in reach:
            raise Refusal(
                _("“%(unit)s”不是本单位的下属，也没有参加这个方案。") % {"unit": unit.name}, code="units", field="units"
            )


@transaction.atomic
def open_round(*, actor: Actor, round_: Round, at: datetime) -> Round:
    """The units hear of it and score themselves. Raises Refusal(units, self_until, move)."""
    round_ = locked_round(round_.pk)
    _must_run(actor, round_.organisation)
    round_.state = rules.ROUND.after(round_.state, "open")
    if not round_.sheets.exists():
        raise Refusal(_("还没有选择单位。请先点“单位与抽样”。"), code="units")
    if round_.self_until < localdate(at):
        raise Refusal(_("自评的最后一天已经过去，请先改日期。"), code="self_until")
    round_.save(update_fields=["state"])
    note(actor, "inspection.opened", at, round_, round_.organisation_id)
    tell_units([sheet.unit for sheet in round_.sheets.select_related("unit")], localdate(at), at)
    return round_


@transaction.atomic
def begin_checking(*, actor: Actor, round_: Round, at: datetime) -> Round:
    """Self-scoring ends, checking begins; who did not score themselves is checked all the same."""
    round_ = locked_round(round_.pk)
    _must_run(actor, round_.organisation)
    round_.state = rules.ROUND.after(round_.state, "check")
    if round_.sheets.filter(state=SheetState.OPEN).exists() and localdate(at) <= round_.self_until:
        raise Refusal(
            _("还有单位没有交自评，自评到 %(day)s 为止。请等自评结束，或先提醒他们。")
            % {"day": round_.self_until.isoformat()},
            code="self_until",
        )
    round_.save(update_fields=["state"])
    note(actor, "inspection.checking", at, round_, round_.organisation_id)
    return round_


@transaction.atomic
def publish_round(*, actor: Actor, round_: Round, at: datetime) -> Round:
    """Every drawn unit sees its result, may appeal until a day, and gets a task for each thing to be mended.

    Raises Refusal(unchecked) while a drawn sheet is not checked, and what giving the tasks refuses.
    """
    round_ = locked_round(round_.pk)
    _must_run(actor, round_.organisation)
    round_.state = rules.ROUND.after(round_.state, "publish")
    waiting = round_.sheets.filter(drawn=True).exclude(state=SheetState.CHECKED).select_related("unit")
    if waiting:
        names = "、".join(sheet.unit.name for sheet in waiting[:3])
        raise Refusal(
            _("还有 %(n)d 个单位没有检查完：%(names)s。") % {"n": len(waiting), "names": names}, code="unchecked"
        )
    round_.published_at, today = at, localdate(at)
    round_.appeal_until = today + timedelta(days=round_.appeal_days)
    round_.save(update_fields=["state", "published_at", "appeal_until"])
    given = order_mending(actor, round_, today + timedelta(days=round_.mend_days), at)
    note(actor, "inspection.published", at, round_, round_.organisation_id, tasks=given)
    tell_units([sheet.unit for sheet in round_.sheets.filter(drawn=True).select_related("unit")], today, at)
    return round_


@transaction.atomic
def close_round(*, actor: Actor, round_: Round, at: datetime) -> Round:
    """Nothing more is appealed against. What is to be mended goes on as tasks. Raises Refusal(appeals, move)."""
    round_ = locked_round(round_.pk)
    _must_run(actor, round_.organisation)
    round_.state = rules.ROUND.after(round_.state, "close")
    if round_.appeal_until is not None and localdate(at) <= round_.appeal_until:
        raise Refusal(
            _("申诉期到 %(day)s 为止，之后才能结束。") % {"day": round_.appeal_until.isoformat()}, code="appeals"
        )
    if Appeal.objects.filter(sheet__round=round_, state=AppealState.WAITING).exists():
        raise Refusal(_("还有申诉没有答复，请先答复。"), code="appeals")
    round_.save(update_fields=["state"])
    note(actor, "inspection.closed", at, round_, round_.organisation_id)
    return round_


@transaction.atomic
def cancel_round(*, actor: Actor, round_: Round, reason: str, at: datetime) -> Round:
    """Called off before anything was published. Raises Refusal(reason, move)."""
    round_ = locked_round(round_.pk)
    _must_run(actor, round_.organisation)
    round_.state = rules.ROUND.after(round_.state, "cancel")
    if not reason.strip():
        raise Refusal(_("请写明取消的原因。"), code="reason", field="reason")
    round_.reason = reason.strip()[:200]
    round_.save(update_fields=["state", "reason"])
    note(actor, "inspection.cancelled", at, round_, round_.organisation_id)
    return round_


@transaction.atomic
def name_checkers(*, actor: Actor, sheet: Sheet, persons: Sequence[Person], at: datetime) -> Sheet:
    """Who goes there. Nobody of the unit itself. Raises Refusal(checkers)."""
    round_ = locked_round(sheet.round_id)
    _must_run(actor, round_.organisation)
    if round_.state not in (RoundState.DRAFT, RoundState.OPEN, RoundState.CHECKING):
        raise Refusal(_("结果已经发布，不能再换检查人。"), code="move")
    today, sheet = localdate(at), Sheet.objects.select_related("unit").get(pk=sheet.pk)
    for person in persons:
        held = person.posts.filter(organisation__path__startswith=sheet.unit.path, starts_on__lte=today)
        if any(post.ends_on is None or post.ends_on > today for post in held):
            raise Refusal(
                _("%(name)s在“%(unit)s”任职，不能检查自己的单位，请换人。")
                % {"name": person.name, "unit": sheet.unit.name},
                code="checkers",
                field="checkers",
            )
    sheet.checkers.set(persons)
    note(actor, "inspection.checkers", at, sheet, round_.organisation_id, persons=len(persons))
    return sheet
