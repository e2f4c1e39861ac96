"""Who may sit where, for how long, and what happens when the post ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from tests.factories import NOON, TODAY, a_bureau, a_class, a_person, a_post, a_school, an_actor
from tests.plants import plants
from tests.teams.factories import a_position, a_seat, a_team
from xinqiao.access.actor import actor_of
from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.audit.models import Entry
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import settle
from xinqiao.registry.services.appointing import end_post
from xinqiao.teams import checks, selectors, services
from xinqiao.teams.models import Seat
from xinqiao.teams.selectors.seats import abandoned, candidates, held

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def bureau():
    return a_bureau()


@pytest.fixture
def school(bureau):
    return a_school(bureau, "青禾一中")


@pytest.fixture
def leader(school):
    return an_actor(PostKind.SCHOOL_LEADER, school, "林校长")


@pytest.fixture
def team(leader, school):
    return a_team(leader, school)


def a_teacher(school, kind=PostKind.PSYCH_TEACHER, **post):
    person = a_person(school)
    a_post(person, kind, school, **post)
    return person


def test_a_person_with_the_post_sits_down_and_the_trail_says_so(leader, school, team):
    position = a_position(leader, team, post="psych_teacher")
    row = a_seat(leader, position, a_teacher(school))
    assert selectors.vacancies([school], TODAY) == []
    assert Entry.objects.get(action="team.seated").facts == {"position": position.pk, "outside": False}
    assert not row.outside


NOT_FITTING = ["other post", "other school", "bureau", "none", "ended", "student rep"]


@pytest.mark.parametrize("who", NOT_FITTING)
def test_who_does_not_fit_is_told_what_to_do(who, leader, school, bureau, team):
    person = {
        "other post": lambda: a_teacher(school, PostKind.MORAL_HEAD),
        "other school": lambda: a_teacher(a_school(bureau)),
        "bureau": lambda: a_teacher(bureau, PostKind.BUREAU_OFFICER),
        "none": lambda: a_person(school),
        "ended": lambda: a_teacher(school, ends_on=TODAY),
        "student rep": lambda: a_teacher(a_class(school), PostKind.PEER_REP),
    }[who]()
    with pytest.raises(Refusal) as no:
        a_seat(leader, a_position(leader, team, post="psych_teacher"), person)
    assert (no.value.code, no.value.field) == ("person", "person")
    assert person.name in str(no.value)
    if who != "other post":
        with pytest.raises(Refusal):
            a_seat(leader, a_position(leader, team, "其他", post=""), person)
    assert not Seat.objects.exists()


def test_a_class_teacher_sits_in_a_team_of_the_school(leader, school, team):
    teacher = a_teacher(a_class(school), PostKind.CLASS_TEACHER)
    a_seat(leader, a_position(leader, team, post="class_teacher"), teacher)
    assert held(TODAY).count() == 1


def test_a_teacher_of_a_school_sits_on_the_bureaus_committee(bureau, school):
    officer = an_actor(PostKind.BUREAU_OFFICER, bureau)
    position = a_position(officer, a_team(officer, bureau), post="psych_teacher")
    teacher = a_teacher(school)
    assert [each.person for each in candidates(position, TODAY)] == []
    assert [each.person for each in candidates(position, TODAY, teacher.name)] == [teacher]
    assert [each.person for each in candidates(position, TODAY, "青禾一")] == [teacher]
    a_seat(officer, position, teacher)
    assert candidates(position, TODAY, "青禾一") == []


OUTSIDE = [
    # asked of the position, given, field that is refused
    ({}, {"name": " "}, "name"),
    ({"post": "psych_teacher"}, {}, "person"),
    ({"profession": "精神科医师"}, {}, "profession"),
    ({"credential": "医师执业证书"}, {"profession": "医师"}, "credential"),
    ({}, {"phone": "12"}, "phone"),
    ({}, {"ends_on": TODAY}, "ends_on"),
]


@pytest.mark.parametrize(("asked", "given", "field"), OUTSIDE)
def test_somebody_from_outside_says_what_is_missing(leader, team, asked, given, field):
    with pytest.raises(Refusal) as no:
        a_seat(leader, a_position(leader, team, **asked), **given)
    assert no.value.field == field


def test_the_phone_of_somebody_from_outside_is_sealed(leader, team):
    row = a_seat(leader, a_position(leader, team), phone="13800138000", workplace="示例医院")
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM teams_seat")
        raw = bytes(cursor.fetchone()[0])
    assert b"13800138000" not in raw
    assert Seat.objects.get(pk=row.pk).phone.reveal() == "13800138000"


def test_nobody_sits_twice_in_one_position(leader, school, team):
    position, person = a_position(leader, team), a_teacher(school)
    first = a_seat(leader, position, person, ends_on=TODAY + timedelta(days=30))
    with pytest.raises(Refusal) as no:
        a_seat(leader, position, person, starts_on=TODAY + timedelta(days=29))
    assert no.value.code == "held"
    a_seat(leader, position, person, starts_on=first.ends_on)
    other = a_position(leader, team, "顾问")
    a_seat(leader, other, name="甲")
    with pytest.raises(Refusal):
        a_seat(leader, other, name="甲")


def test_the_database_refuses_half_a_seat(leader, school, team):
    position, person = a_position(leader, team), a_teacher(school)
    given = {"organisation": school, "position": position, "starts_on": TODAY, "by": leader.person, "at": NOON}
    for wrong in (
        {},
        {"person": person, "name": "又一个名字"},
        {"name": "甲", "ends_on": TODAY - timedelta(days=1)},
        {"name": "甲", "letter_number": "聘1"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Seat.objects.create(**given, **wrong)


class TestAPostThatEnds:
    def test_today_leaves_the_seat_vacant_today(self, leader, school, team):
        position = a_position(leader, team, post="psych_teacher")
        person = a_teacher(school)
        a_teacher(school)  # somebody else keeps the school's care chain
        a_seat(leader, position, person, starts_on=TODAY - timedelta(days=30))
        end_post(actor=an_actor(PostKind.SCHOOL_ADMIN, school), post=person.posts.get(), ends_on=TODAY, at=NOON)
        assert [each.missing for each in selectors.vacancies([school], TODAY)] == [1], "before the worker comes"
        settle(NOON)
        row = Seat.objects.get()
        assert (row.ends_on, row.ended_by_post) == (TODAY, True)
        assert Entry.objects.filter(action="team.seat_vacated").count() == 1

    def test_on_a_later_day_leaves_it_on_that_day(self, leader, school, team):
        person = a_teacher(school, ends_on=TOMORROW)
        a_seat(leader, a_position(leader, team, post="psych_teacher"), person)
        assert services.keep_seats(at=NOON) == 0
        assert selectors.vacancies([school], TODAY) == []
        assert len(selectors.vacancies([school], TOMORROW)) == 1
        assert services.keep_seats(at=NOON + timedelta(days=1)) == 1
        assert services.keep_seats(at=NOON + timedelta(days=1)) == 0

    def test_another_fitting_post_keeps_the_seat(self, leader, school, team):
        person = a_teacher(school, ends_on=TOMORROW)
        a_post(person, PostKind.MORAL_HEAD, school)
        free = a_seat(leader, a_position(leader, team), person)
        bound = a_seat(leader, a_position(leader, team, "专职", post="psych_teacher"), person)
        services.keep_seats(at=NOON + timedelta(days=1))
        assert set(Seat.objects.filter(ends_on=None)) == {free}
        assert set(abandoned(TOMORROW)) == set()
        bound.refresh_from_db()
        assert bound.ends_on == TOMORROW

    @plants("teams.seat_without_post", "teams.nobody_met")
    def test_the_doctor_finds_what_the_sweep_left(self, leader, school, team):
        person = a_teacher(school)
        a_seat(leader, a_position(leader, team), person, starts_on=TODAY - timedelta(days=9))
        team.meetings.create(state="held", held_at=NOON, agenda="x", made_by=leader.person, made_at=NOON)
        Post.objects.filter(person=person).update(ends_on=TODAY - timedelta(days=3))
        assert {finding.code for finding in checks.violations(NOON)} == {"seat_without_post", "nobody_met"}


class TestLeaving:
    def test_ends_today_or_later_and_once(self, leader, school, team):
        row = a_seat(leader, a_position(leader, team), a_teacher(school))
        with pytest.raises(Refusal):
            services.unseat(actor=leader, seat=row, ends_on=TODAY - timedelta(days=1), at=NOON)
        services.unseat(actor=leader, seat=row, ends_on=TODAY, at=NOON)
        assert held(TODAY).count() == 0
        with pytest.raises(Refusal) as no:
            services.unseat(actor=leader, seat=row, ends_on=TOMORROW, at=NOON)
        assert no.value.code == "move"

    def test_a_closed_team_leaves_nobody_seated(self, leader, school, team):
        a_seat(leader, a_position(leader, team), a_teacher(school))
        a_seat(leader, a_position(leader, team, "以后"), name="乙", starts_on=TOMORROW)
        services.close_team(actor=leader, team=team, at=NOON)
        assert held(TODAY).count() == held(TOMORROW).count() == 0
        with pytest.raises(Refusal) as no:
            a_position(leader, team)
        assert no.value.code == "closed"


class TestLetters:
    def test_numbers_run_by_year_and_stay(self, leader, school, team):
        first, second = (a_seat(leader, a_position(leader, team, f"职{n}"), name=f"甲{n}") for n in (1, 2))
        services.write_letter(actor=leader, seat=first, number="", at=NOON)
        row = services.write_letter(actor=leader, seat=second, number="", at=NOON)
        assert row.letter_number == "聘〔2026〕2号"
        again = services.write_letter(actor=leader, seat=second, number="别的", at=NOON + timedelta(days=9))
        assert (again.letter_number, again.letter_on) == ("聘〔2026〕2号", TODAY)

    def test_a_number_is_used_once(self, leader, school, team):
        first, second = (a_seat(leader, a_position(leader, team, f"职{n}"), name=f"甲{n}") for n in (1, 2))
        services.write_letter(actor=leader, seat=first, number="青教〔2026〕7号", at=NOON)
        with pytest.raises(Refusal) as no:
            services.write_letter(actor=leader, seat=second, number="青教〔2026〕7号", at=NOON)
        assert no.value.field == "number"


STRANGERS = ["bureau officer", "other leader", "class teacher", "admin", "ended leader"]


@pytest.mark.parametrize("who", STRANGERS)
def test_only_those_at_home_keep_the_team(who, leader, school, bureau, team):
    position = a_position(leader, team)
    row = a_seat(leader, position, a_teacher(school))
    gone = a_teacher(school, PostKind.SCHOOL_LEADER, ends_on=TODAY)
    stranger = {
        "bureau officer": lambda: an_actor(PostKind.BUREAU_OFFICER, bureau),
        "other leader": lambda: an_actor(PostKind.SCHOOL_LEADER, a_school(bureau)),
        "class teacher": lambda: an_actor(PostKind.CLASS_TEACHER, a_class(school)),
        "admin": lambda: an_actor(PostKind.SCHOOL_ADMIN, school),
        "ended leader": lambda: actor_of(gone, NOON),
    }[who]()
    verbs = [
        lambda: a_seat(stranger, position, name="甲"),
        lambda: services.unseat(actor=stranger, seat=row, ends_on=TODAY, at=NOON),
        lambda: services.write_letter(actor=stranger, seat=row, number="", at=NOON),
        lambda: a_position(stranger, team),
        lambda: a_team(stranger, school, "另一支"),
        lambda: services.close_team(actor=stranger, team=team, at=NOON),
        lambda: services.drop_position(actor=stranger, position=position, at=NOON),
    ]
    for verb in verbs:
        with pytest.raises(PermissionDenied):
            verb()


def test_a_colleague_with_the_right_keeps_it_too(leader, school, team):
    colleague = an_actor(PostKind.PSYCH_TEACHER, school)
    a_seat(colleague, a_position(leader, team), a_teacher(school))
    assert held(TODAY).count() == 1


def test_a_position_of_the_plan_is_the_plans(leader, team):
    position = a_position(leader, team)
    position.key = "head"
    position.save(update_fields=["key"])
    for verb in (
        lambda: services.drop_position(actor=leader, position=position, at=NOON),
        lambda: services.set_position(
            actor=leader,
            team=team,
            position=position,
            facts={"title": "x", "minimum": 0, "post": "", "profession": "", "credential": ""},
            at=NOON,
        ),
    ):
        with pytest.raises(Refusal) as no:
            verb()
        assert no.value.code == "wanted"


def test_many_schools_take_a_fixed_number_of_queries(bureau, django_assert_num_queries):
    schools = [a_school(bureau) for _n in range(6)]
    for school in schools:
        leader = an_actor(PostKind.SCHOOL_LEADER, school)
        a_position(leader, a_team(leader, school))
    with django_assert_num_queries(1):
        assert len(selectors.vacancies(schools, TODAY)) == 6
    with django_assert_num_queries(3):
        assert len(selectors.rhythms(schools, TODAY)) == 6
