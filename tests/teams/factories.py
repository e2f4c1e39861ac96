"""Teams for tests."""

from __future__ import annotations

from datetime import timedelta

from tests.factories import NOON, TODAY
from xinqiao.teams import services
from xinqiao.teams.models import Position, Seat, Team


def a_team(keeper, organisation, title="领导小组", *, meets_per_term=1, duties=("统筹工作",), key=""):
    team = services.set_team(
        actor=keeper,
        organisation=organisation,
        facts={"title": title, "duties": duties, "meets_per_term": meets_per_term},
        at=NOON,
    )
    if key:
        Team.objects.filter(pk=team.pk).update(key=key)
        team.refresh_from_db()
    return team


def a_position(keeper, team, title="成员", *, minimum=1, post="", profession="", credential="", at=NOON) -> Position:
    facts = {"title": title, "minimum": minimum, "post": post, "profession": profession, "credential": credential}
    return services.set_position(actor=keeper, team=team, facts=facts, at=at)


def facts(**more):
    given = {"starts_on": TODAY, "ends_on": None, "profession": "", "credential": ""}
    return {**given, "name": "", "workplace": "", "phone": "", **more}


def a_seat(keeper, position, person=None, *, at=NOON, **more) -> Seat:
    if person is None:
        more = {"name": "某医生", **more}
    return services.seat(actor=keeper, position=position, person=person, facts=facts(**more), at=at)


def a_meeting(keeper, team, *, held_at=None, at=NOON):
    moment = held_at or at - timedelta(hours=3)
    return services.plan_meeting(actor=keeper, team=team, held_at=moment, place="会议室", agenda="1. 心理月安排", at=at)


def a_held_meeting(keeper, team, *seats, held_at=None, at=NOON):
    meeting = a_meeting(keeper, team, held_at=held_at, at=at)
    guests = "" if seats else "列席：某专家"
    return services.hold(actor=keeper, meeting=meeting, held_at=meeting.held_at, attended=seats, guests=guests, at=at)
