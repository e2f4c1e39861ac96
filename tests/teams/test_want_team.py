"""What a plan asks for: made once, changed only where the plan decides, words and people left as they were set."""

from __future__ import annotations

import pytest

from tests.factories import NOON, TODAY, a_school, an_actor
from xinqiao.access.enums import PostKind
from xinqiao.audit.models import Entry
from xinqiao.packs.core.shapes import Position as Want
from xinqiao.packs.core.shapes import Words
from xinqiao.teams import services
from xinqiao.teams.models import Position, Seat, Team

pytestmark = pytest.mark.django_db

HEAD = Want("head", Words("组长", "Head"), 1, "school_leader")
MEMBERS = Want("members", Words("成员", "Members"), 3)


@pytest.fixture
def school():
    return a_school()


@pytest.fixture
def leader(school):
    return an_actor(PostKind.SCHOOL_LEADER, school)


def want(leader, school, *positions, **more):
    given = {"key": "p14:lead", "title": "领导小组", "duties": ["统筹"], "meets_per_term": 1, **more}
    return services.want_team(
        actor=leader, organisation=school, positions=positions or (HEAD, MEMBERS), at=NOON, **given
    )


def test_asked_twice_it_is_there_once(leader, school):
    first, again = want(leader, school), want(leader, school)
    assert first == again
    assert list(first.positions.values_list("key", "minimum", "post")) == [
        ("head", 1, "school_leader"),
        ("members", 3, ""),
    ]
    assert Entry.objects.filter(action="team.wanted").count() == 1


def test_words_of_the_keepers_stay_and_numbers_of_the_plan_come(leader, school):
    team = want(leader, school)
    services.set_team(
        actor=leader,
        organisation=school,
        team=team,
        facts={"title": "心理工作领导小组", "duties": ["统筹", "督导"], "meets_per_term": 2},
        at=NOON,
    )
    want(leader, school, HEAD, Want("members", Words("成员"), 5), meets_per_term=2)
    team = Team.objects.get()
    assert (team.title, team.duties, team.meets_per_term) == ("心理工作领导小组", ["统筹", "督导"], 2)
    assert team.positions.get(key="members").minimum == 5


def test_a_team_of_that_name_takes_the_wish_on(leader, school):
    own = services.set_team(
        actor=leader,
        organisation=school,
        facts={"title": "领导小组", "duties": [], "meets_per_term": 0},
        at=NOON,
    )
    assert want(leader, school).pk == own.pk
    assert Team.objects.get().duties == ["统筹"]


def test_a_closed_team_is_opened_again(leader, school):
    team = want(leader, school)
    services.close_team(actor=leader, team=team, at=NOON)
    assert want(leader, school).closed_on is None


def test_a_position_the_plan_lets_go_of_keeps_its_people(leader, school):
    team = want(leader, school)
    members = team.positions.get(key="members")
    Seat.objects.create(
        organisation=school, position=members, name="某医生", starts_on=TODAY, by=leader.person, at=NOON
    )
    want(leader, school, Want("deputy", Words("副组长")))
    assert set(Position.objects.values_list("key", "title", "minimum")) == {("deputy", "副组长", 1), ("", "成员", 0)}
