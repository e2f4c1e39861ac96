"""A selection of a small county, brought as far as a test needs it."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

from tests.factories import NOON, TODAY
from tests.plans.factories import County, a_county
from xinqiao.access.actor import Actor
from xinqiao.documents.uploads import clean
from xinqiao.honours.models import Application, Round
from xinqiao.honours.services import applying, judging, rounds

CRITERIA = [{"id": "c1", "title": "组织领导", "weight": 40}, {"id": "c2", "title": "成效", "weight": 60}]
JURY_DAY = NOON + timedelta(days=11)
"""After the last day to apply."""
NOTICE_OVER = JURY_DAY + timedelta(days=6)
STATEMENT = "三年来开齐课程，建成辅导室，按时访谈和随访，效果明显。"


def facts(**given: object) -> dict[str, object]:
    return {
        "kind": "model_school", "title": "2026年示范校", "words": "三年内没有瞒报", "for_persons": False, "places": 1,
        "opens_on": TODAY, "closes_on": TODAY + timedelta(days=10), "notice_days": 5, "valid_years": 3, **given,
    }  # fmt: skip


def a_draft(world: County, jurors=(), **given: object) -> Round:
    return rounds.draft_round(
        actor=world.shao, organisation=world.bureau, facts=facts(**given), criteria=CRITERIA, jurors=list(jurors),
        at=NOON,
    )  # fmt: skip


def an_open_round(world: County, jurors=(), **given: object) -> Round:
    return rounds.open_round(actor=world.shao, round_=a_draft(world, jurors, **given), at=NOON)


def applied(world: County, round_: Round, place: int, *, person=None, hand_in: bool = True) -> Application:
    head, school = world.heads[place], world.schools[place]
    row = applying.apply_for(
        actor=head, round_=round_, organisation=school, person=person, statement=STATEMENT, at=NOON
    )
    proof = clean(io.BytesIO(b"%PDF-1.7 proof"), name="材料.pdf")
    applying.add_file(actor=head, application=row, file=proof, at=NOON)
    return applying.submit(actor=head, application=row, at=NOON) if hand_in else row


def judging_round(world: County, jurors=(), **given: object) -> Round:
    round_ = an_open_round(world, jurors, **given)
    for place in range(len(world.schools)):
        applied(world, round_, place)
    return rounds.begin_judging(actor=world.shao, round_=round_, at=JURY_DAY)


def scored(juror: Actor, application: Application, *values: int) -> int:
    scores = {row["id"]: Decimal(value) for row, value in zip(CRITERIA, values, strict=False)}
    return judging.give_scores(actor=juror, application=application, scores=scores, words="扎实", at=JURY_DAY)


def noticed(world: County, **given: object) -> Round:
    """The first school is put up."""
    round_ = judging_round(world, **given)
    for row in round_.applications.all():
        scored(world.yan, row, 30, 50)
    first = round_.applications.get(organisation=world.schools[0])
    return rounds.propose(actor=world.shao, round_=round_, chosen=[first.pk], at=JURY_DAY)


__all__ = ["County", "a_county"]
