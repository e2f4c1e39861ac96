"""What stands beside a plan in the demo: people in its teams, meetings, money that was decided."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.timezone import localdate

from xinqiao.access.actor import Actor
from xinqiao.budgets import services as budgets
from xinqiao.budgets.models import Line
from xinqiao.insight.demo.names import person_name
from xinqiao.insight.demo.people import World
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Enrolment, Organisation, current
from xinqiao.teams.models import Position, Team
from xinqiao.teams.selectors.meetings import could_attend
from xinqiao.teams.selectors.seats import candidates
from xinqiao.teams.services import meetings, seats

PER_STUDENT = Decimal(10)
"""Yuan a student and year, as plan 14 asks."""
LEFT_OPEN = 5
"""Every so many positions one is still vacant."""


def fill_teams(world: World, actor: Actor, node: Organisation, at: datetime) -> None:
    """Most positions of an organisation's teams filled by those who work there or by people from outside, and each team
    that has to meet met once, with minutes."""
    for team in Team.objects.filter(organisation=node, closed_on=None).order_by("pk"):
        for place, position in enumerate(team.positions.order_by("pk")):
            if (place + team.pk) % LEFT_OPEN:
                _fill(world, actor, node, position, at)
        if team.meets_per_term:
            _meet(actor, team, at + timedelta(days=5), world.at)


def _fill(world: World, actor: Actor, node: Organisation, position: Position, at: datetime) -> None:
    insiders = [each.person for each in candidates(position, localdate(at))[: position.minimum]]
    outside = [None] * (0 if position.post else position.minimum - len(insiders))
    for person in [*insiders, *outside]:
        facts = {
            "starts_on": localdate(at), "ends_on": None, "profession": position.profession or "心理健康教育",
            "credential": position.credential and f"{position.credential}（已核对原件）",
            "name": "" if person else person_name(world.rng), "workplace": "" if person else "示例单位", "phone": "",
        }  # fmt: skip
        try:
            seats.seat(actor=actor, position=position, person=person, facts=facts, at=at)
        except Refusal:
            return


def _meet(actor: Actor, team: Team, on: datetime, now: datetime) -> None:
    if on >= now:
        return
    meeting = meetings.plan_meeting(
        actor=actor,
        team=team,
        held_at=on,
        place="会议室",
        agenda="一、本学期任务安排\n二、经费与培训",
        at=on - timedelta(days=2),
    )
    later = on + timedelta(hours=2)
    there = list(could_attend(meeting))
    meetings.hold(
        actor=actor, meeting=meeting, held_at=on, attended=there, guests="" if there else "相关科室负责人", at=later
    )
    words = "通报了本学期任务和时间，明确了各岗位的分工，下次会议检查落实情况。"
    meetings.write_minutes(actor=actor, meeting=meeting, words=words, file=None, at=later)


def decide_money(world: World, actor: Actor, node: Organisation, at: datetime) -> None:
    """The lines a plan asks for get their amount, and the first payments are made."""
    students = Enrolment.objects.filter(current(localdate(at)), school=node).count()
    for line in Line.objects.filter(organisation=node, year=at.year):
        amount = PER_STUDENT * students if students else Decimal(30_000)
        line = budgets.set_line(
            actor=actor, organisation=node, year=line.year, line=line, title=line.title, amount=amount,
            words="公用经费列支", at=at,
        )  # fmt: skip
        for share, words in ((Decimal("0.35"), "团体辅导材料"), (Decimal("0.2"), "教师培训")):
            spent = (line.amount * share).quantize(Decimal(1))
            if spent > 0:
                budgets.spend(
                    actor=actor, line=line, on=localdate(at), amount=spent, words=words,
                    voucher=f"凭{world.rng.randrange(1000, 9999)}", file=None, at=at,
                )  # fmt: skip
