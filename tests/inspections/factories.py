"""A round of a small county, brought as far as a test needs it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count

from tests.factories import NOON, TODAY
from tests.plans.factories import County, a_county
from xinqiao.access.actor import Actor
from xinqiao.inspections.models import Round, Sheet
from xinqiao.inspections.services import checking, rounds, scoring
from xinqiao.inspections.services.checking import Sent

ITEMS = [
    {"id": "lead", "title": "组织领导", "weight": 20, "evidence": "会议记录"},
    {"id": "room", "title": "辅导室", "weight": 30, "indicator": "directory.rooms"},
    {"id": "hidden", "title": "没有隐瞒或拖延", "weight": 50, "red_line": True},
]
GRADES = [{"from": 90, "title": "优秀"}, {"from": 70, "title": "合格"}, {"from": 0, "title": "需要整改"}]
FORM = {"items": ITEMS, "grades": GRADES, "source": "测试"}
LATER = NOON + timedelta(days=10)
"""After self-scoring."""
_keys = count(1)


def facts(**given: object) -> dict[str, object]:
    return {
        "title": "秋季督导", "self_until": TODAY + timedelta(days=7), "check_from": TODAY + timedelta(days=8),
        "check_until": TODAY + timedelta(days=20), "appeal_days": 7, "mend_days": 30, **given,
    }  # fmt: skip


def a_draft(world: County, **given: object) -> Round:
    round_ = rounds.draft_round(actor=world.shao, organisation=world.bureau, facts=facts(**given), form=FORM, at=NOON)
    return rounds.set_units(actor=world.shao, round_=round_, units=world.schools, sampling="all", at=NOON)


def an_open_round(world: County, **given: object) -> Round:
    return rounds.open_round(actor=world.shao, round_=a_draft(world, **given), at=NOON)


def self_scored(world: County, sheet: Sheet, actor: Actor, scores=(18, 25, 50)) -> Sheet:
    items = [row["id"] for row in ITEMS]
    scoring.save_own(
        actor=actor, sheet=sheet, scores=dict(zip(items, map(Decimal, scores), strict=True)),
        words=dict.fromkeys(items, "有记录"), summary="做了很多", at=NOON,
    )  # fmt: skip
    return scoring.submit_own(actor=actor, sheet=sheet, at=NOON)


def a_checking_round(world: County, **given: object) -> Round:
    return rounds.begin_checking(actor=world.shao, round_=an_open_round(world, **given), at=LATER)


def sent(item: str, score: object = "", *, seq: int = 1, client: str = "phone-0001", key: str = "", **value: object):
    return Sent(
        key or f"key-{next(_keys):08}", client, seq, item,
        {"score": str(score), "red": False, "words": "看了记录", "mend": "", **value},
    )  # fmt: skip


def checked(world: County, sheet: Sheet, scores=(20, 30, 50), *, actor: Actor | None = None, at: datetime = LATER,
            mend: str = "", red: bool = False) -> Sheet:  # fmt: skip
    actor = actor or world.shao
    entries = [sent(row["id"], score, seq=n) for n, (row, score) in enumerate(zip(ITEMS, scores, strict=True), 1)]
    if mend:
        entries.append(sent("room", scores[1], seq=9, mend=mend))
    if red:
        entries.append(sent("hidden", seq=10, red=True, mend="立即补报"))
    entries.append(sent("_all", seq=11, words="总体不错"))
    answer = checking.receive(actor=actor, sheet=sheet, sent=entries, at=at)
    assert not any(answer.values()), answer
    return checking.finish(actor=actor, sheet=sheet, at=at)


def a_published_round(world: County, *, mend: str = "", red: bool = False) -> Round:
    """Everything checked; ``mend`` and ``red`` are for the first school."""
    round_ = a_checking_round(world)
    for place, sheet in enumerate(round_.sheets.order_by("unit__code", "pk")):
        checked(world, sheet, mend=mend if not place else "", red=red and not place)
    return rounds.publish_round(actor=world.shao, round_=round_, at=LATER)


def sheet_of(round_: Round, unit) -> Sheet:
    return Sheet.objects.select_related("round", "unit").get(round=round_, unit=unit)


__all__ = ["FORM", "LATER", "NOON", "TODAY", "County", "a_county", "date"]
