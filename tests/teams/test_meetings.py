"""From the plan of a meeting to how its decisions ended; and the figures that follow."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from tests.factories import NOON, TODAY, a_bureau, a_class, a_person, a_post, a_school, an_actor
from tests.teams.factories import a_held_meeting, a_meeting, a_position, a_seat, a_team
from xinqiao.access.actor import HOUSE
from xinqiao.access.enums import PostKind
from xinqiao.documents.uploads import clean
from xinqiao.indicators.registry import Share
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.models import Announcement
from xinqiao.people.models import Term
from xinqiao.teams import indicators, services
from xinqiao.teams.enums import MeetingState
from xinqiao.teams.models import Decision, Meeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return a_bureau()


@pytest.fixture
def school(bureau):
    return a_school(bureau)


@pytest.fixture
def leader(school):
    return an_actor(PostKind.SCHOOL_LEADER, school, "林校长")


@pytest.fixture
def team(leader, school):
    return a_team(leader, school, meets_per_term=2)


@pytest.fixture
def member(leader, school, team):
    person = a_person(school, "周老师")
    a_post(person, PostKind.PSYCH_TEACHER, school)
    return a_seat(leader, a_position(leader, team), person, starts_on=date(2026, 9, 1))


def test_members_are_told_of_what_is_to_come_and_the_writer_is_not(leader, team, member):
    a_seat(leader, a_position(leader, team, "组长"), leader.person)
    a_meeting(leader, team, held_at=NOON + timedelta(days=2))
    told = Announcement.objects.filter(topic="person.waits")
    assert [row.payload for row in told] == [{"person_id": member.person_id}]
    a_meeting(leader, team, held_at=NOON - timedelta(days=2))
    assert told.count() == 1, "nobody is told of a meeting that is over"


def test_a_meeting_says_what_is_wrong_with_it(leader, team):
    for wrong, field in (
        ({"held_at": NOON + timedelta(days=401)}, "held_at"),
        ({"held_at": NOON - timedelta(days=401)}, "held_at"),
        ({"agenda": " "}, "agenda"),
    ):
        given = {"held_at": NOON, "agenda": "心理月", "place": "", **wrong}
        with pytest.raises(Refusal) as no:
            services.plan_meeting(actor=leader, team=team, at=NOON, **given)
        assert no.value.field == field


def test_who_was_there_can_be_put_right_and_must_have_been_a_member(leader, school, team, member):
    meeting = a_held_meeting(leader, team, member)
    late = a_seat(leader, a_position(leader, team, "后来的人"), name="甲", starts_on=TODAY + timedelta(days=1))
    with pytest.raises(Refusal) as no:
        services.hold(
            actor=leader, meeting=meeting, held_at=meeting.held_at, attended=[member, late], guests="", at=NOON
        )
    assert no.value.field == "attended"
    services.hold(actor=leader, meeting=meeting, held_at=meeting.held_at, attended=[], guests="某主任", at=NOON)
    meeting.refresh_from_db()
    assert (meeting.attended.count(), meeting.guests, meeting.state) == (0, "某主任", MeetingState.HELD)


def test_a_meeting_is_not_held_before_its_hour_nor_without_anybody(leader, team, member):
    meeting = a_meeting(leader, team)
    for wrong, field in (
        ({"held_at": NOON + timedelta(minutes=1)}, "held_at"),
        ({"attended": []}, "attended"),
    ):
        given = {"held_at": meeting.held_at, "attended": [member], "guests": "", **wrong}
        with pytest.raises(Refusal) as no:
            services.hold(actor=leader, meeting=meeting, at=NOON, **given)
        assert no.value.field == field


def test_called_off_needs_a_reason_and_is_over(leader, team, member):
    meeting = a_meeting(leader, team, held_at=NOON + timedelta(days=1))
    with pytest.raises(Refusal):
        services.call_off(actor=leader, meeting=meeting, reason=" ", at=NOON)
    services.call_off(actor=leader, meeting=meeting, reason="停课", at=NOON)
    for verb in (
        lambda: services.call_off(actor=leader, meeting=meeting, reason="又", at=NOON),
        lambda: services.hold(actor=leader, meeting=meeting, held_at=NOON, attended=[member], guests="", at=NOON),
        lambda: services.write_minutes(actor=leader, meeting=meeting, words="x", file=None, at=NOON),
        lambda: services.change_meeting(actor=leader, meeting=meeting, held_at=NOON, place="", agenda="x", at=NOON),
    ):
        with pytest.raises(Refusal) as no:
            verb()
        assert no.value.code == "move"


def test_minutes_are_words_or_a_scan_and_a_new_scan_replaces_the_old(
    leader, team, member, django_capture_on_commit_callbacks
):
    meeting = a_held_meeting(leader, team, member)
    with pytest.raises(Refusal) as no:
        services.write_minutes(actor=leader, meeting=meeting, words=" ", file=None, at=NOON)
    assert no.value.field == "minutes"
    first = clean(io.BytesIO(b"%PDF-1.7 one"), name="纪要.pdf")
    services.write_minutes(actor=leader, meeting=meeting, words="", file=first, at=NOON)
    meeting.refresh_from_db()
    storage, old = meeting.file.storage, meeting.file.name
    second = clean(io.BytesIO(b"%PDF-1.7 two"), name="纪要2.pdf")
    with django_capture_on_commit_callbacks(execute=True):
        services.write_minutes(actor=leader, meeting=meeting, words="议定三件事", file=second, at=NOON)
    meeting.refresh_from_db()
    assert meeting.file.read() == b"%PDF-1.7 two"
    assert not storage.exists(old)
    assert (meeting.minutes_by, meeting.minutes_at) == (leader.person, NOON)


def test_the_database_refuses_half_a_meeting(leader, team):
    given = {"team": team, "held_at": NOON, "agenda": "x", "made_by": leader.person, "made_at": NOON}
    for wrong in (
        {"minutes": "没有签名", "state": "held"},
        {"minutes": "x", "minutes_by": leader.person, "minutes_at": NOON},
        {"state": "called_off"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Meeting.objects.create(**given, **wrong)


class TestDecisions:
    def decide(self, leader, meeting, school, **more):
        given = {"words": "五月办心理月", "unit": school, "due_on": TODAY + timedelta(days=9), **more}
        return services.decide(actor=leader, meeting=meeting, at=NOON, **given)

    def test_are_made_in_a_held_meeting(self, leader, school, team, member):
        with pytest.raises(Refusal) as no:
            self.decide(leader, a_meeting(leader, team), school)
        assert no.value.code == "move"

    def test_say_what_who_and_by_when(self, leader, school, team, member, bureau):
        meeting = a_held_meeting(leader, team, member)
        for wrong, field in (
            ({"words": " "}, "words"),
            ({"unit": bureau}, "unit"),
            ({"unit": a_school(bureau)}, "unit"),
            ({"unit": a_class(school)}, "unit"),
            ({"due_on": TODAY - timedelta(days=1)}, "due_on"),
        ):
            with pytest.raises(Refusal) as no:
                self.decide(leader, meeting, school, **wrong)
            assert no.value.field == field

    def test_end_once_with_a_word(self, leader, school, team, member):
        row = self.decide(leader, a_held_meeting(leader, team, member), school)
        with pytest.raises(Refusal):
            services.settle_decision(actor=leader, decision=row, outcome="", at=NOON)
        services.settle_decision(actor=HOUSE, decision=row, outcome="任务已完成", at=NOON)
        for verb in (
            lambda: services.settle_decision(actor=leader, decision=row, outcome="又", at=NOON),
            lambda: services.drop_decision(actor=leader, decision=row, at=NOON),
        ):
            with pytest.raises(Refusal) as no:
                verb()
            assert no.value.code == "move"

    def test_entered_by_mistake_are_taken_back(self, leader, school, team, member):
        row = self.decide(leader, a_held_meeting(leader, team, member), school)
        services.drop_decision(actor=leader, decision=row, at=NOON)
        assert not Decision.objects.exists()


@pytest.mark.parametrize("who", ["bureau officer", "other leader", "class teacher"])
def test_only_those_at_home_keep_its_meetings(who, leader, school, bureau, team, member):
    meeting = a_held_meeting(leader, team, member)
    row = services.decide(actor=leader, meeting=meeting, words="x", unit=school, due_on=None, at=NOON)
    stranger = {
        "bureau officer": lambda: an_actor(PostKind.BUREAU_OFFICER, bureau),
        "other leader": lambda: an_actor(PostKind.SCHOOL_LEADER, a_school(bureau)),
        "class teacher": lambda: an_actor(PostKind.CLASS_TEACHER, a_class(school)),
    }[who]()
    for verb in (
        lambda: a_meeting(stranger, team),
        lambda: services.hold(actor=stranger, meeting=meeting, held_at=NOON, attended=[member], guests="", at=NOON),
        lambda: services.write_minutes(actor=stranger, meeting=meeting, words="x", file=None, at=NOON),
        lambda: services.decide(actor=stranger, meeting=meeting, words="y", unit=school, due_on=None, at=NOON),
        lambda: services.settle_decision(actor=stranger, decision=row, outcome="y", at=NOON),
        lambda: services.drop_decision(actor=stranger, decision=row, at=NOON),
    ):
        with pytest.raises(PermissionDenied):
            verb()


class TestFigures:
    def test_filled_follows_the_people(self, leader, school, team):
        position = a_position(leader, team, minimum=2)
        a_position(leader, team, "不要求", minimum=0)
        assert indicators.filled([school], TODAY, {}) == {school.pk: Share(0.0, 1.0)}
        rows = [a_seat(leader, position, name=name) for name in ("甲", "乙")]
        assert indicators.filled([school], TODAY, {}) == {school.pk: Share(1.0, 1.0)}
        services.unseat(actor=leader, seat=rows[0], ends_on=TODAY, at=NOON)
        assert indicators.filled([school], TODAY, {}) == {school.pk: Share(0.0, 1.0)}
        services.close_team(actor=leader, team=team, at=NOON)
        assert indicators.filled([school], TODAY, {}) == {}

    def test_meetings_count_in_the_term_they_were_held_in(self, leader, bureau, school, team, member):
        Term.objects.create(
            organisation=bureau,
            school_year=2026,
            name="上学期",
            starts_on=date(2026, 9, 1),
            ends_on=date(2027, 1, 20),
        )
        a_team(leader, school, "不要求开会", meets_per_term=0)
        for day, met in ((date(2026, 8, 20), 0.0), (date(2026, 10, 8), 0.0), (date(2026, 11, 20), 1.0)):
            moment = NOON.replace(month=day.month, day=day.day)
            a_held_meeting(leader, team, held_at=moment)
            assert indicators.meetings([school], TODAY, {}) == {school.pk: Share(met, 1.0)}, day
        assert indicators.meetings([school], date(2026, 11, 19), {}) == {school.pk: Share(0.0, 1.0)}
        a_meeting(leader, team)
        assert indicators.meetings([bureau, school], TODAY, {}) == {school.pk: Share(1.0, 1.0)}

    def test_minutes_count_when_they_are_written(self, leader, school, team, member):
        assert indicators.minutes([school], TODAY, {}) == {}
        meeting = a_held_meeting(leader, team, member)
        a_held_meeting(leader, team, held_at=NOON - timedelta(days=200))
        assert indicators.minutes([school], TODAY, {}) == {school.pk: Share(0.0, 1.0)}
        services.write_minutes(actor=leader, meeting=meeting, words="议定", file=None, at=NOON)
        assert indicators.minutes([school], TODAY, {}) == {school.pk: Share(1.0, 1.0)}
        assert indicators.minutes([school], TODAY - timedelta(days=1), {}) == {}
