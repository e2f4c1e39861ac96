"""A unit scores itself: words, scores and proof, handed in once and taken back while there is time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.documents.uploads import Clean
from xinqiao.inspections import policies, rules
from xinqiao.inspections.enums import RoundState, SheetState, Side
from xinqiao.inspections.handling import locked_sheet, note
from xinqiao.inspections.models import Mark, Proof, Sheet
from xinqiao.kernel.refusal import Refusal

MOST_FILES = 10
"""Files of one side beside one item."""


def _own(actor: Actor, sheet: Sheet, at: datetime) -> Sheet:
    sheet = locked_sheet(sheet.pk)
    if not policies.may_score_self(actor, sheet):
        raise PermissionDenied
    if sheet.round.state != RoundState.OPEN or rules.self_scoring_ends(localdate(at), sheet.round.self_until):
        raise Refusal(
            _("自评到 %(day)s 为止，现在不能再改。") % {"day": sheet.round.self_until.isoformat()}, code="closed"
        )
    return sheet


@transaction.atomic
def save_own(
    *, actor: Actor, sheet: Sheet, scores: Mapping[str, Decimal | None], words: Mapping[str, str], summary: str,
    at: datetime,
) -> Sheet:  # fmt: skip
    """Keep what the unit has filled in so far. Raises Refusal(score) naming the item, closed."""
    sheet = _own(actor, sheet, at)
    if sheet.state != SheetState.OPEN:
        raise Refusal(_("自评已经交了。要修改，请先撤回。"), code="move")
    marks = {mark.item: mark for mark in sheet.marks.all()}
    for item in sheet.round.read.items:
        mark = marks.get(item.id) or Mark(sheet=sheet, item=item.id)
        mark.self_score = within(item, scores.get(item.id))
        mark.self_words = words.get(item.id, "").strip()
        mark.save()
    sheet.self_words = summary.strip()
    sheet.save(update_fields=["self_words"])
    note(actor, "inspection.self_saved", at, sheet, sheet.unit_id)
    return sheet


def within(item: rules.Item, score: Decimal | None, field: str = "") -> Decimal | None:
    """A score as it is kept, with two decimals. Raises Refusal(score) above the item's weight or below nothing."""
    if score is None:
        return None
    if not score.is_finite() or not 0 <= score <= item.weight:
        raise Refusal(
            _("“%(item)s”的得分要在 0 到 %(weight)s 之间。") % {"item": item.title, "weight": rules.plain(item.weight)},
            code="score",
            field=field or f"score_{item.id}",
        )
    return score.quantize(rules.CENT)


@transaction.atomic
def submit_own(*, actor: Actor, sheet: Sheet, at: datetime) -> Sheet:
    """Hand it in. Every item needs a score, and words or a file that show it. Raises Refusal(score, words)."""
    sheet = _own(actor, sheet, at)
    sheet.state = rules.SHEET.after(sheet.state, "submit")
    form, marks = sheet.round.read, {mark.item: mark for mark in sheet.marks.all()}
    shown = set(sheet.proofs.filter(side=Side.UNIT).values_list("item", flat=True))
    for item in form.items:
        mark = marks.get(item.id)
        if mark is None or mark.self_score is None:
            raise Refusal(_("“%(item)s”还没有打分。") % {"item": item.title}, code="score", field=f"score_{item.id}")
        if not mark.self_words and item.id not in shown:
            raise Refusal(
                _("“%(item)s”请写一句依据，或上传材料。") % {"item": item.title}, code="words", field=f"words_{item.id}"
            )
    known = {mark.item: mark.self_score for mark in marks.values() if mark.self_score is not None}
    sheet.self_share = rules.result(form, known).share
    sheet.self_by, sheet.self_at = actor.person, at
    sheet.save(update_fields=["state", "self_share", "self_by", "self_at"])
    note(actor, "inspection.self_submitted", at, sheet, sheet.unit_id)
    return sheet


@transaction.atomic
def withdraw_own(*, actor: Actor, sheet: Sheet, at: datetime) -> Sheet:
    """Take it back to change it, while self-scoring lasts."""
    sheet = _own(actor, sheet, at)
    sheet.state = rules.SHEET.after(sheet.state, "withdraw")
    sheet.self_by = sheet.self_at = sheet.self_share = None
    sheet.save(update_fields=["state", "self_share", "self_by", "self_at"])
    note(actor, "inspection.self_withdrawn", at, sheet, sheet.unit_id)
    return sheet


@transaction.atomic
def add_own_proof(*, actor: Actor, sheet: Sheet, item: str, file: Clean, at: datetime) -> Proof:
    """A file of the unit beside an item. The same file twice is kept once. Raises Refusal(files, closed, move)."""
    sheet = _own(actor, sheet, at)
    if sheet.state != SheetState.OPEN:
        raise Refusal(_("自评已经交了。要补材料，请先撤回。"), code="move")
    row = keep_proof(sheet, item, Side.UNIT, file, at, by=actor.person)
    note(actor, "inspection.proof_added", at, sheet, sheet.unit_id, size=file.size)
    return row


@transaction.atomic
def drop_own_proof(*, actor: Actor, proof: Proof, at: datetime) -> None:
    """Let a file go before the sheet is handed in."""
    sheet = _own(actor, proof.sheet, at)
    if sheet.state != SheetState.OPEN or proof.side != Side.UNIT:
        raise Refusal(_("自评已经交了。要换材料，请先撤回。"), code="move")
    kept = proof.file
    storage, name = kept.storage, kept.name or ""
    proof.delete()
    note(actor, "inspection.proof_dropped", at, sheet, sheet.unit_id)
    transaction.on_commit(lambda: storage.delete(name))


def keep_proof(sheet: Sheet, item: str, side: str, file: Clean, at: datetime, **more: Any) -> Proof:
    """The row of a cleaned file; the one that is there already when it was sent before. Raises Refusal(item, files)."""
    if item not in sheet.round.read.by_id:
        raise Refusal(_("评价表里没有这一项，请刷新页面。"), code="item")
    held = sheet.proofs.filter(item=item, side=side)
    same = held.filter(digest=file.digest).first()
    if same is not None:
        return same
    if held.count() >= MOST_FILES:
        raise Refusal(_("每项最多放 %(most)d 个文件。") % {"most": MOST_FILES}, code="files", field="file")
    row = Proof(sheet=sheet, item=item, side=side, name=file.name[-120:], digest=file.digest, at=at, **more)
    row.file.save(f"{file.digest[:24]}.{file.name.rpartition('.')[2]}", ContentFile(file.data), save=False)
    row.save()
    return row
