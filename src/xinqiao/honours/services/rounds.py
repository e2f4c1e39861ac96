"""A selection from its draft to the honours that come of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.honours import policies, rules
from xinqiao.honours.enums import ApplicationState, HonourKind, ObjectionState, RoundState
from xinqiao.honours.handling import locked_round, note, tell
from xinqiao.honours.models import Application, Honour, Objection, Round
from xinqiao.honours.services.judging import average_of
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation, Person

FACTS = ("kind", "title", "words", "for_persons", "places", "opens_on", "closes_on", "notice_days", "valid_years")


def _must_run(actor: Actor, organisation: Organisation) -> Person:
    if actor.person is None or not policies.runs(actor, organisation):
        raise PermissionDenied
    return actor.person


@transaction.atomic
def draft_round(
    *, actor: Actor, organisation: Organisation, facts: Mapping[str, Any], criteria: Sequence[Mapping[str, Any]],
    jurors: Sequence[Person], at: datetime, round_: Round | None = None,
) -> Round:  # fmt: skip
    """Make or change a draft. facts: ``FACTS``. criteria: [{id, title, weight}].

    Raises PermissionDenied, Refusal(title, closes_on, places, notice_days, criteria, kind, move).
    """
    person = _must_run(actor, organisation)
    _check(facts, criteria)
    if round_ is None:
        round_ = Round(organisation=organisation, made_by=person, made_at=at)
    else:
        round_ = locked_round(round_.pk)
        if round_.organisation_id != organisation.pk:
            raise PermissionDenied
        if round_.state != RoundState.DRAFT:
            raise Refusal(_("申报已经开始，条件和评分标准不能再改，这样对每个申报者都一样。"), code="move")
    for name in FACTS:
        setattr(round_, name, facts[name])
    round_.title, round_.criteria = facts["title"].strip(), [dict(row) for row in criteria]
    round_.save()
    round_.jurors.set(jurors)
    note(actor, "honours.drafted", at, round_, organisation.pk, kind=round_.kind)
    return round_


def _check(facts: Mapping[str, Any], criteria: Sequence[Mapping[str, Any]]) -> None:
    if facts["kind"] not in HonourKind.values:
        raise Refusal(_("请选择评选的种类。"), code="kind", field="kind")
    if not facts["title"].strip():
        raise Refusal(_("请填写名称，例如“2026年区级心理健康教育示范校”。"), code="title", field="title")
    if facts["closes_on"] < facts["opens_on"]:
        raise Refusal(_("申报的最后一天不能早于第一天。"), code="closes_on", field="closes_on")
    if facts["places"] < 1:
        raise Refusal(_("名额至少是 1。"), code="places", field="places")
    if not 1 <= facts["notice_days"] <= 60:
        raise Refusal(_("公示期请填 1 到 60 天，一般不少于 5 个工作日。"), code="notice_days", field="notice_days")
    if not criteria or sum(float(row["weight"]) for row in criteria) <= 0:
        raise Refusal(_("请写评分标准，一行一条，例如“组织领导 20”。"), code="criteria", field="criteria")


@transaction.atomic
def open_round(*, actor: Actor, round_: Round, at: datetime) -> Round:
    """Applications may come in. Raises Refusal(closes_on, move)."""
    round_ = locked_round(round_.pk)
    _must_run(actor, round_.organisation)
    round_.state = rules.ROUND.after(round_.state, "open")
    if round_.closes_on < localdate(at):
        raise Refusal(_("申报的最后一天已经过去，请先改日期。"), code="closes_on")
    round_.save(update_fields=["state"])
    note(actor, "honours.opened", at, round_, round_.organisation_id)
    return round_


@transaction.atomic
def begin_judging(*, actor: Actor, round_: Round, at: datetime) -> Round:
    """After the last day; drafts that were not handed in stay drafts. Raises Refusal(closes_on, none, move)."""
    round_ = locked_round(round_.pk)
    _must_run(actor, round_.organisation)
    round_.state = rules.ROUND.after(round_.state, "judge")
    if localdate(at) <= round_.closes_on:
        raise Refusal(
            _("申报到 %(day)s 为止，之后才能开始评审。") % {"day": round_.closes_on.isoformat()}, code="closes_on"
        )
    if not round_.applications.exclude(state=ApplicationState.DRAFT).exists():
        raise Refusal(_("还没有人申报，不能开始评审。可以取消这次评选。"), code="none")
    round_.save(update_fields=["state"])
    note(actor, "honours.judging", at, round_, round_.organisation_id)
    tell(round_.jurors.values_list("pk", flat=True), at)
    return round_


@transaction.atomic
def propose(*, actor: Actor, round_: Round, chosen: Collection[int], at: datetime) -> Round:
    """Who shall be chosen is put up for objections; the others are declined.

    chosen: ids of applications. Each must have the scores of a juror. Raises Refusal(chosen, places, unscored, move).
    """
    round_ = locked_round(round_.pk)
    person = _must_run(actor, round_.organisation)
    round_.state = rules.ROUND.after(round_.state, "propose")
    rows = list(round_.applications.filter(state=ApplicationState.SUBMITTED).select_related("organisation", "person"))
    picked = [row for row in rows if row.pk in chosen]
    if not picked:
        raise Refusal(_("请至少选择一个拟入选的申报。"), code="chosen", field="chosen")
    if len(picked) > round_.places:
        facts = {"places": round_.places, "n": len(picked)}
        raise Refusal(_("名额 %(places)d 个，选了 %(n)d 个。") % facts, code="places", field="chosen")
    for row in rows:
        row.average = average_of(row)
        if row in picked and row.average is None:
            raise Refusal(_("“%(who)s”还没有评委打完分。") % {"who": row.who}, code="unscored", field="chosen")
        row.state = rules.APPLICATION.after(row.state, "propose" if row in picked else "decline")
        row.decided_by, row.decided_at = person, at
        row.save(update_fields=["average", "state", "decided_by", "decided_at"])
    round_.notice_until = localdate(at) + timedelta(days=round_.notice_days)
    round_.save(update_fields=["state", "notice_until"])
    note(actor, "honours.proposed", at, round_, round_.organisation_id, chosen=len(picked), of=len(rows))
    return round_


@transaction.atomic
def publish(*, actor: Actor, round_: Round, at: datetime) -> Round:
    """After the public notice: what still stands becomes an honour. Raises Refusal(notice, objections, move)."""
    round_ = locked_round(round_.pk)
    person, today = _must_run(actor, round_.organisation), localdate(at)
    round_.state = rules.ROUND.after(round_.state, "publish")
    if round_.notice_until is not None and today <= round_.notice_until:
        raise Refusal(
            _("公示到 %(day)s 为止，之后才能公布。") % {"day": round_.notice_until.isoformat()}, code="notice"
        )
    if Objection.objects.filter(application__round=round_, state=ObjectionState.WAITING).exists():
        raise Refusal(_("还有异议没有答复，请先答复。"), code="objections")
    rows = round_.applications.filter(state=ApplicationState.PROPOSED).order_by("organisation__code", "pk")
    for number, row in enumerate(rows, start=1):
        row.state = rules.APPLICATION.after(row.state, "grant")
        row.decided_by, row.decided_at = person, at
        row.save(update_fields=["state", "decided_by", "decided_at"])
        _grant(round_, row, number, at)
    round_.published_at = at
    round_.save(update_fields=["state", "published_at"])
    note(actor, "honours.published", at, round_, round_.organisation_id, granted=len(rows))
    tell(round_.applications.exclude(state=ApplicationState.DRAFT).values_list("by", flat=True), at)
    return round_


def _grant(round_: Round, row: Application, number: int, at: datetime) -> Honour:
    today = localdate(at)
    return Honour.objects.create(
        application=row, giver=round_.organisation, organisation=row.organisation, person=row.person, kind=round_.kind,
        title=round_.title, number=f"{today.year}-{round_.pk:04d}-{number:03d}", granted_on=today,
        valid_until=rules.valid_until(today, round_.valid_years),
    )  # fmt: skip


@transaction.atomic
def cancel(*, actor: Actor, round_: Round, reason: str, at: datetime) -> Round:
    """Called off before it was published. Raises Refusal(reason, move)."""
    round_ = locked_round(round_.pk)
    _must_run(actor, round_.organisation)
    round_.state = rules.ROUND.after(round_.state, "cancel")
    if not reason.strip():
        raise Refusal(_("请写明取消的原因。"), code="reason", field="reason")
    round_.reason = reason.strip()[:200]
    round_.save(update_fields=["state", "reason"])
    note(actor, "honours.cancelled", at, round_, round_.organisation_id)
    return round_


@transaction.atomic
def revoke(*, actor: Actor, honour: Honour, reason: str, at: datetime) -> Honour:
    """It no longer holds from today; that it was held stays on record. Raises Refusal(reason, move)."""
    row = Honour.objects.select_for_update(of=("self",)).select_related("giver").get(pk=honour.pk)
    person = _must_run(actor, row.giver)
    if row.revoked_on is not None:
        raise Refusal(_("这项荣誉已经撤销。"), code="move")
    if not reason.strip():
        raise Refusal(_("请写明撤销的原因。"), code="reason", field="reason")
    row.revoked_on, row.revoked_by, row.reason = localdate(at), person, reason.strip()[:200]
    row.save(update_fields=["revoked_on", "revoked_by", "reason"])
    note(actor, "honours.revoked", at, row, row.giver_id)
    return row
