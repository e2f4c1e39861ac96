"""A round of inspection in autumn: schools scored themselves, the bureau checked and published, something is mended."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils.timezone import make_aware

from xinqiao.access.actor import Actor
from xinqiao.insight.demo.people import World
from xinqiao.insight.demo.plans import WELL_TOLD
from xinqiao.insight.demo.screening import staff
from xinqiao.inspections.enums import Sampling
from xinqiao.inspections.models import Round, Sheet
from xinqiao.inspections.rules import Form
from xinqiao.inspections.selectors import form_of
from xinqiao.inspections.services import checking, rounds, scoring
from xinqiao.inspections.services.checking import Sent
from xinqiao.plans.models import Plan

BEGAN_AGO = 34
"""Days ago on which the round was opened; self-scoring took twelve days, checking ten."""
REACHED = (Decimal("0.95"), Decimal("0.88"), Decimal("0.78"))


def tell(world: World) -> None:
    plan = Plan.objects.filter(organisation=world.bureau, edition__pack="p14").first()
    if plan is None or world.officer is None:
        return
    began = world.today - timedelta(days=BEGAN_AGO)
    opened, checked, published = (_at(began + timedelta(days=days)) for days in (0, 13, 24))
    officer = staff(world.officer, opened)
    facts = {
        "title": f"{world.today.year}年秋季学期心理健康教育督导", "self_until": began + timedelta(days=12),
        "check_from": began + timedelta(days=13), "check_until": began + timedelta(days=23), "appeal_days": 7,
        "mend_days": 30,
    }  # fmt: skip
    form = form_of(plan.data["evaluation"], plan.title)
    round_ = rounds.draft_round(actor=officer, organisation=world.bureau, facts=facts, form=form, at=opened, plan=plan)
    units = [school.node for school in world.schools[:WELL_TOLD]]
    rounds.set_units(actor=officer, round_=round_, units=units, sampling=Sampling.ALL, seed=1, at=opened)
    rounds.open_round(actor=officer, round_=round_, at=opened)
    for index, school in enumerate(world.schools[:WELL_TOLD]):
        sheet = round_.sheets.get(unit=school.node)
        _score_self(staff(school.leader, opened), sheet, REACHED[index % 3], opened + timedelta(days=5))
    rounds.begin_checking(actor=staff(world.officer, checked), round_=round_, at=checked)
    for index, sheet in enumerate(round_.sheets.select_related("unit").order_by("pk")):
        _check(world, sheet, index, checked + timedelta(days=2))
    rounds.publish_round(actor=staff(world.officer, published), round_=round_, at=published)


def _at(on: date) -> datetime:
    return make_aware(datetime.combine(on, time(10)))


def _score_self(actor: Actor, sheet: Sheet, share: Decimal, at: datetime) -> None:
    form = _form(sheet.round)
    scoring.save_own(
        actor=actor, sheet=sheet, at=at, summary="对照评价表逐项自查，材料已归档。",
        scores={item.id: _points(item.weight, share) for item in form.items},
        words={item.id: "见学校档案室本学期材料。" for item in form.items},
    )  # fmt: skip
    scoring.submit_own(actor=actor, sheet=sheet, at=at)


def _check(world: World, sheet: Sheet, index: int, at: datetime) -> None:
    actor = staff(world.officer, at)
    share, sent = REACHED[index % 3] - Decimal("0.04"), []
    for number, item in enumerate(_form(sheet.round).items):
        short = index % 3 == 2 and number == 1
        sent.append(
            Sent(
                key=f"demo-{sheet.pk}-{number:04}", client=f"demo-phone-{sheet.pk:04}", seq=number, item=item.id,
                value={
                    "score": str(_points(item.weight, share / 2 if short else share)), "red": False,
                    "words": "现场看了记录，开放时间不够。" if short else "现场核对属实。",
                    "mend": "请补足每周开放时间，并公布在门口。" if short else "",
                },
            )
        )  # fmt: skip
    checking.receive(actor=actor, sheet=sheet, sent=sent, at=at)
    checking.finish(actor=actor, sheet=sheet, at=at + timedelta(hours=2))


def _form(round_: Round) -> Form:
    return round_.read


def _points(weight: Decimal, share: Decimal) -> Decimal:
    return (weight * share).quantize(Decimal("0.5"))
