"""A unit asks that its result be looked at again, and somebody who did not check it answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.inspections import policies, rules
from xinqiao.inspections.enums import AppealState, RoundState
from xinqiao.inspections.handling import locked_sheet, note, tell_units
from xinqiao.inspections.models import Appeal, Mark, Sheet
from xinqiao.inspections.services.checking import tally
from xinqiao.inspections.services.scoring import within
from xinqiao.kernel.refusal import Refusal


@transaction.atomic
def appeal(*, actor: Actor, sheet: Sheet, items: Collection[str], words: str, at: datetime) -> Appeal:
    """Ask again, until the day the round names. Raises PermissionDenied, Refusal(late, waiting, items, words)."""
    sheet = locked_sheet(sheet.pk)
    if actor.person is None or not policies.may_appeal(actor, sheet):
        raise PermissionDenied
    until = sheet.round.appeal_until
    if sheet.round.state != RoundState.PUBLISHED or until is None or localdate(at) > until:
        raise Refusal(_("申诉期到 %(day)s 为止，已经过了。") % {"day": until.isoformat() if until else ""}, code="late")
    if sheet.appeals.filter(state=AppealState.WAITING).exists():
        raise Refusal(_("已经有一份申诉在等答复。"), code="waiting")
    known = [item.id for item in sheet.round.read.items if item.id in items]
    if not known:
        raise Refusal(_("请选择对哪几项有不同意见。"), code="items", field="items")
    if not words.strip():
        raise Refusal(_("请写明理由和依据。"), code="words", field="words")
    row = Appeal.objects.create(sheet=sheet, items=known, words=words.strip(), by=actor.person, at=at)
    note(actor, "inspection.appealed", at, row, sheet.unit_id, items=len(known))
    return row


@transaction.atomic
def decide(
    *, actor: Actor, appeal: Appeal, uphold: bool, answer: str, scores: Mapping[str, Decimal | None],
    cleared: Collection[str] = (), at: datetime,
) -> Appeal:  # fmt: skip
    """Answer an appeal. Upheld, the scores of the items it names may change and the result is worked out anew.

    scores: item → new score. cleared: items whose red line was not hit after all. Raises PermissionDenied,
    Refusal(answer, scores, score, move).
    """
    sheet = locked_sheet(appeal.sheet_id)
    row = Appeal.objects.select_for_update(of=("self",)).select_related("sheet__round__organisation").get(pk=appeal.pk)
    if actor.person is None or not policies.may_decide(actor, row):
        raise PermissionDenied
    row.state = rules.APPEAL.after(row.state, "uphold" if uphold else "dismiss")
    if not answer.strip():
        raise Refusal(_("请写明答复的理由。"), code="answer", field="answer")
    if uphold:
        row.changed = _changed(sheet, row, scores, cleared)
    row.answer, row.decided_by, row.decided_at = answer.strip(), actor.person, at
    row.save()
    note(actor, "inspection.appeal_decided", at, row, sheet.round.organisation_id, upheld=uphold)
    tell_units([sheet.unit], localdate(at), at)
    return row


def _changed(
    sheet: Sheet, row: Appeal, scores: Mapping[str, Decimal | None], cleared: Collection[str]
) -> dict[str, list[str]]:
    form, marks, changed = sheet.round.read, {mark.item: mark for mark in sheet.marks.all()}, {}
    for item_id in row.items:
        item, mark = form.by_id[item_id], marks.get(item_id) or Mark(sheet=sheet, item=item_id)
        before, score = mark.score, within(item, scores.get(item_id))
        if item_id in cleared:
            mark.red = False
        if score is not None and not mark.red:
            mark.score = score
        if (mark.score, item_id in cleared) != (before, False):
            changed[item_id] = [str(before), str(mark.score)]
            mark.save()
    if not changed:
        raise Refusal(_("申诉成立，请至少改一项的得分。"), code="scores", field="scores")
    tally(sheet, form, {mark.item: mark for mark in sheet.marks.all()})
    sheet.save(update_fields=["total", "share", "grade", "red"])
    return changed
