"""A level is looked at again in time, also where there is no case: somebody holds that, and a new level settles it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import RequestFactory

from tests.cases.factories import DAY, HOUR, a_case, a_world, end_posts, left, levelled, moved
from tests.factories import NOON, SHANGHAI, a_class
from tests.plants import plants
from tests.signals.factories import a_signal, an_interview, taken
from xinqiao.access.enums import PostKind
from xinqiao.cases import checks, sweeps
from xinqiao.cases.models import Case
from xinqiao.kernel.refusal import Refusal
from xinqiao.signals import components
from xinqiao.signals import sweeps as signal_sweeps
from xinqiao.signals.enums import SignalState, Source, Urgency
from xinqiao.signals.models import Climb, LevelChange, Signal
from xinqiao.signals.selectors.words import grounds
from xinqiao.signals.services import levels, triage

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return a_world()


def reviews():
    """Open signals that ask for a review (those by which the worlds' levels were set have ended)."""
    return Signal.objects.filter(source=Source.REVIEW, closed_at=None)


def asked(at):
    sweeps.review(at)
    return reviews().get()


def found(at):
    return {finding.code for finding in checks.violations(at)} & {"review"}


@pytest.mark.parametrize(
    ("level", "days", "urgency"),
    [(1, 106, Urgency.ROUTINE), (2, 16, Urgency.SOON), (3, 5, Urgency.SOON), (4, 1, Urgency.URGENT)],
)
def test_a_review_is_asked_for_in_time_and_once(world, level, days, urgency):
    levelled(world, level)
    sweeps.review(NOON + (days - 1) * DAY)
    assert not reviews().exists()
    sweeps.review(NOON + days * DAY)
    sweeps.review(NOON + days * DAY + HOUR)
    signal = reviews().get()
    assert (signal.subject, signal.urgency, signal.state) == (world.children[0], urgency, SignalState.RAISED)
    assert signal.owner_post.kind == PostKind.PSYCH_TEACHER
    assert signal.respond_by > NOON + days * DAY


def test_it_says_why_and_by_when(world):
    levelled(world, 2)
    (ground,) = grounds(asked(NOON + 16 * DAY))
    assert [text for _label, text in ground.lines] == [(NOON + 21 * DAY).date().isoformat()]


def test_nobody_is_asked_in_the_night(world):
    levelled(world, 4)
    night = datetime(2026, 11, 24, 6, 50, tzinfo=SHANGHAI)
    sweeps.review(night)
    assert not reviews().exists()
    assert asked(night + timedelta(minutes=10))


def test_it_stands_on_the_teachers_home_page(world):
    levelled(world, 2)
    at = NOON + 16 * DAY
    owner = asked(at).owner
    request = RequestFactory().get("/")
    request.actor = world.again(world.lin, at)
    components.timezone.now, real = (lambda: at), components.timezone.now
    try:
        shown = components.home(request)
    finally:
        components.timezone.now = real
    assert owner in (world.lin.person, world.bai.person)
    (line,) = [row for row in shown if row["title"] == "到期复评"]
    assert (line["count"], line["url"].endswith("?source=review")) == (1, True)


@pytest.mark.parametrize("level", [2, 1, 3])
def test_a_new_level_settles_it_also_the_same_one(world, level):
    levelled(world, 2)
    at = NOON + 16 * DAY
    interview = an_interview(world, taken(world, asked(at), at=at), at=at)
    levels.set_level(actor=world.lin, interview=interview, level=level, reason="访谈所见", at=at)
    assert not reviews().exists()
    sweeps.review(at + DAY)
    assert not reviews().exists()
    assert found(at + 2 * DAY) == set()
    due = LevelChange.objects.order_by("-pk")[0].review_on
    assert due > at.date()


def test_it_cannot_be_closed_without_a_level(world):
    levelled(world, 2)
    at = NOON + 16 * DAY
    signal = taken(world, asked(at), at=at)
    with pytest.raises(Refusal) as refused:
        triage.close_as_no_concern(actor=world.lin, signal=signal, reason="看起来不错", at=at)
    assert refused.value.code == "review"
    left(signal.subject, at)
    assert triage.close_as_no_concern(actor=world.lin, signal=signal, reason="已转学", at=at).closed_at == at


def test_a_missed_review_climbs_and_a_post_that_ends_hands_it_on(world):
    levelled(world, 2)
    at = NOON + 16 * DAY
    signal = asked(at)
    signal_sweeps.climb_overdue(signal.respond_by + HOUR)
    climb = Climb.objects.get()
    assert climb.from_person == signal.owner
    signal.refresh_from_db()
    assert signal.owner == climb.to_person != climb.from_person
    end_posts(world.again(world.bai if signal.owner == world.bai.person else world.shen, at), at)
    signal_sweeps.keep_owned(at + DAY)
    signal.refresh_from_db()
    assert signal.owner_post.ends_on is None


@pytest.mark.parametrize("why", ["case", "signal", "left", "moved", "none"])
def test_who_is_in_somebodys_hands_already_or_gone_is_not_asked_for(world, why):
    at = NOON + 16 * DAY
    if why == "case":
        a_case(world, 2)
    else:
        levelled(world, 2)
    child = world.children[0]
    if why == "signal":
        a_signal(world, child, at=at)
    elif why == "left":
        left(child, at)
    elif why == "moved":
        moved(child, a_class(world.stranger.person.posts.get().organisation), at)
    sweeps.review(at)
    assert reviews().exists() == (why == "none")
    assert found(at + DAY) == set()


def test_a_case_that_was_closed_is_followed_by_a_review_in_its_turn(world):
    """Closing by two is a look as well: the next one comes a level's time later, not the next hour."""
    case = a_case(world, 2)
    closed = NOON + 30 * DAY
    Case.objects.filter(pk=case.pk).update(
        state="closed", outcome="referred", next_at=None, closing_asked_by=world.lin.person,
        closing_asked_at=closed, closed_by=world.wei.person, closed_at=closed,
    )  # fmt: skip
    sweeps.review(closed + 15 * DAY)
    assert not reviews().exists()
    assert asked(closed + 16 * DAY)


@plants("cases.review")
def test_the_doctor_finds_a_review_nobody_was_asked_for(world):
    levelled(world, 2)
    assert found(NOON + 16 * DAY) == set()
    late = NOON + 18 * DAY
    assert found(late) == {"review"}
    sweeps.review(late)
    assert found(late) == set()


def test_a_review_that_was_merged_away_comes_back(world):
    levelled(world, 2)
    at = NOON + 16 * DAY
    review, other = taken(world, asked(at), at=at), None
    other = taken(world, a_signal(world, review.subject, source=Source.PEER, at=at), at=at)
    triage.merge(actor=world.lin, signal=review, into=other, at=at)
    with pytest.raises(Refusal):
        triage.close_as_no_concern(actor=world.lin, signal=other, reason="误会", at=at)
