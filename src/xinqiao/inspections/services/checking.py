"""On the spot: what a checker's phone sends is kept once, in whatever order it arrives; then the sheet is finished."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.models import OutsideLink
from xinqiao.documents.uploads import Clean
from xinqiao.inspections import figures, policies, rules
from xinqiao.inspections.enums import RoundState, SheetState, Side
from xinqiao.inspections.handling import locked_sheet, note
from xinqiao.inspections.models import Entry, Mark, Proof, Sheet
from xinqiao.inspections.services.scoring import keep_proof, within
from xinqiao.kernel.refusal import Refusal

LONGEST = 2000
_ID = re.compile(r"[0-9A-Za-z-]{8,36}")


@dataclass(frozen=True)
class Sent:
    """One change on a device. key: made by the device for this change; client: the device; seq: its count."""

    key: str
    client: str
    seq: int
    item: str
    value: Mapping[str, Any]


def read_sent(data: Any) -> list[Sent]:
    """Messages of a device out of JSON: {client, entries: [{key, seq, item, score, red, words, mend}]}.

    Raises Refusal(message) when it is not that.
    """
    try:
        client = str(data["client"])
        found = [
            Sent(str(row["key"]), client, int(row["seq"]), str(row["item"])[:40], _value(row))
            for row in data["entries"]
        ]
    except (TypeError, KeyError, ValueError):
        raise Refusal(_("收到的内容不完整，请刷新页面后再试。"), code="message") from None
    if len(found) > 200 or not all(_ID.fullmatch(each) for each in (client, *(sent.key for sent in found))):
        raise Refusal(_("收到的内容不完整，请刷新页面后再试。"), code="message")
    if any(not 0 <= sent.seq < 2**53 for sent in found):
        raise Refusal(_("收到的内容不完整，请刷新页面后再试。"), code="message")
    return found


def _value(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "score": str(row.get("score") if row.get("score") is not None else "").strip()[:12],
        "red": row.get("red") is True,
        "words": str(row.get("words") or "").strip()[:LONGEST],
        "mend": str(row.get("mend") or "").strip()[:LONGEST],
    }


def _on_the_spot(actor: Actor, sheet: Sheet, link: OutsideLink | None) -> Sheet:
    sheet = locked_sheet(sheet.pk)
    allowed = policies.link_covers(link, sheet) if link is not None else policies.may_check(actor, sheet)
    if not allowed:
        raise PermissionDenied
    if sheet.round.state != RoundState.CHECKING or sheet.state == SheetState.CHECKED:
        raise Refusal(_("这张表现在不能修改：检查还没有开始，或已经完成。"), code="closed")
    return sheet


@transaction.atomic
def receive(
    *, actor: Actor, sheet: Sheet, sent: Sequence[Sent], at: datetime, link: OutsideLink | None = None
) -> dict[str, str]:
    """Keep what a device sent. Returns key → "" (kept now or before) or the reason why that one is refused.

    Sent twice it changes nothing; of one device the change with the highest count stands, whatever arrives last.
    Raises PermissionDenied, Refusal(closed).
    """
    sheet = _on_the_spot(actor, sheet, link)
    form, answer, fresh = sheet.round.read, {}, 0
    known = set(sheet.entries.filter(key__in=[each.key for each in sent]).values_list("key", flat=True))
    marks = {mark.item: mark for mark in sheet.marks.all()}
    last = _last(sheet, {each.client for each in sent})
    for each in sent:
        if each.key in known:
            answer[each.key] = ""
            continue
        try:
            score = _score(form, each)
        except Refusal as refusal:
            answer[each.key] = str(refusal)
            continue
        Entry.objects.create(
            sheet=sheet, key=each.key, client=each.client, seq=each.seq, item=each.item, value=dict(each.value),
            by=actor.person, link=link, at=at,
        )  # fmt: skip
        known.add(each.key)
        answer[each.key], fresh = "", fresh + 1
        mark = marks.setdefault(each.item, Mark(sheet=sheet, item=each.item))
        if rules.newer(each.seq, last.get((each.client, each.item))):
            last[each.client, each.item], mark.score = each.seq, score
            mark.red, mark.words, mark.mend = each.value["red"], each.value["words"], each.value["mend"]
            mark.save()
    if fresh:
        note(actor, "inspection.scored", at, sheet, sheet.round.organisation_id, entries=fresh)
    return answer


def _last(sheet: Sheet, clients: set[str]) -> dict[tuple[str, str], int]:
    """(device, item) → the highest count that arrived from it."""
    rows = sheet.entries.filter(client__in=clients).order_by().values_list("client", "item").annotate(top=Max("seq"))
    return {(client, item): top for client, item, top in rows}


def _score(form: rules.Form, sent: Sent) -> Decimal | None:
    item, text = form.by_id.get(sent.item), sent.value["score"]
    if sent.item == rules.OVERALL:
        return None
    if item is None:
        raise Refusal(_("评价表里没有这一项，请刷新页面。"), code="item")
    if sent.value["red"]:
        if not item.red_line:
            raise Refusal(_("“%(item)s”不是红线项目。") % {"item": item.title}, code="red")
        return Decimal(0)
    if not text:
        return None
    try:
        return within(item, Decimal(text))
    except InvalidOperation:
        raise Refusal(
            _("“%(item)s”的得分请填数字，例如 8.5。") % {"item": item.title}, code="score", field=sent.item
        ) from None


@transaction.atomic
def add_photo(
    *, actor: Actor, sheet: Sheet, item: str, key: str, picture: Clean, at: datetime, link: OutsideLink | None = None
) -> Proof:
    """A photo taken on the spot; sent twice it is kept once. Raises PermissionDenied, Refusal(closed, item, files)."""
    sheet = _on_the_spot(actor, sheet, link)
    row = keep_proof(sheet, item, Side.CHECKER, picture, at, by=actor.person, key=key[:36])
    note(actor, "inspection.photo", at, sheet, sheet.round.organisation_id, size=picture.size)
    return row


@transaction.atomic
def finish(*, actor: Actor, sheet: Sheet, at: datetime, link: OutsideLink | None = None) -> Sheet:
    """Every item is scored, what was found is said, and what the scores come to is written down.

    Raises Refusal(score, words, mend): an item without a score; one that lost points without a word why; a red line
    without what has to be mended.
    """
    sheet = _on_the_spot(actor, sheet, link)
    sheet.state = rules.SHEET.after(sheet.state, "finish")
    form, marks = sheet.round.read, {mark.item: mark for mark in sheet.marks.all()}
    for item in form.items:
        _whole(item, marks.get(item.id))
    overall = marks.get(rules.OVERALL)
    sheet.words = overall.words if overall is not None else ""
    sheet.checked_by, sheet.checked_at = actor.person, at
    sheet.checked_for = link.for_whom[:80] if link is not None else actor.name[:80]
    sheet.system = figures.beside(form, [sheet.unit], localdate(at))[sheet.unit_id]
    tally(sheet, form, marks)
    sheet.save()
    note(actor, "inspection.checked", at, sheet, sheet.round.organisation_id, red=len(sheet.red))
    return sheet


def tally(sheet: Sheet, form: rules.Form, marks: Mapping[str, Mark]) -> rules.Result:
    """What the marks come to, onto the sheet (not saved)."""
    scores = {mark.item: mark.score for mark in marks.values() if mark.score is not None}
    result = rules.result(form, scores, [mark.item for mark in marks.values() if mark.red])
    sheet.total, sheet.share, sheet.grade, sheet.red = result.total, result.share, result.grade[:40], list(result.red)
    return result


def _whole(item: rules.Item, mark: Mark | None) -> None:
    if mark is None or mark.score is None:
        raise Refusal(_("“%(item)s”还没有打分。") % {"item": item.title}, code="score", field=item.id)
    if mark.score < item.weight and not mark.words and not mark.mend:
        raise Refusal(_("“%(item)s”扣了分，请写一句看到了什么。") % {"item": item.title}, code="words", field=item.id)
    if mark.red and not mark.mend:
        raise Refusal(_("“%(item)s”触及红线，请写明要整改什么。") % {"item": item.title}, code="mend", field=item.id)


@transaction.atomic
def reopen(*, actor: Actor, sheet: Sheet, at: datetime) -> Sheet:
    """A checked sheet is corrected before anything is published. Its scores stay until they are changed."""
    sheet = locked_sheet(sheet.pk)
    if not policies.may_check(actor, sheet):
        raise PermissionDenied
    if sheet.round.state != RoundState.CHECKING:
        raise Refusal(_("结果已经发布，不能再改。单位可以申诉。"), code="move")
    sheet.state = rules.SHEET.after(sheet.state, "reopen")
    if sheet.self_at is None:
        sheet.state = SheetState.OPEN
    sheet.checked_by = sheet.checked_at = sheet.total = sheet.share = None
    sheet.checked_for, sheet.grade, sheet.red, sheet.system = "", "", [], {}
    sheet.save()
    note(actor, "inspection.reopened", at, sheet, sheet.round.organisation_id)
    return sheet
