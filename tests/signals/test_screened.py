"""From an answer to a person: delivered twice, several items, several saves, a careless sheet, a lost worker."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from tests.factories import NOON, an_actor
from tests.screening.factories import a_campaign, a_sheet, says_yes, sitting_of
from tests.screening.factories import a_world as a_screened_world
from tests.signals.factories import an_interview
from xinqiao.access.actor import HOUSE
from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.outbox.models import Announcement
from xinqiao.outbox.services import announce, deliver_announcements
from xinqiao.people.models import Organisation
from xinqiao.screening.models import Campaign, Result
from xinqiao.screening.services.results import score_sitting
from xinqiao.signals.enums import SignalState, Source, Urgency
from xinqiao.signals.models import Evidence, Nudge, Signal
from xinqiao.signals.policies import visible_signals
from xinqiao.signals.services import screened, triage

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = a_screened_world()
    world.campaign = a_campaign(world)
    for child in world.students:
        says_yes(child)
    world.sitting = sitting_of(world.campaign, world.students[0])
    return world


def urgent(world, *items, part=1):
    return announce("answer.urgent", at=NOON, sitting_id=world.sitting.pk, part=part, items=list(items))


def test_an_urgent_answer_is_in_the_queue_after_one_delivery(world):
    urgent(world, "q9")
    deliver_announcements(NOON)
    signal = visible_signals(world.lin, NOON).get()
    assert (signal.source, signal.urgency, signal.state) == (Source.SAFETY, Urgency.URGENT, SignalState.RAISED)
    assert (signal.owner, signal.respond_by) == (world.lin.person, NOON + timedelta(minutes=10))
    assert signal.class_node == world.node


def test_delivered_twice_is_one_signal(world):
    for _ in range(2):
        urgent(world, "q9")
        deliver_announcements(NOON)
    row = Announcement.objects.filter(topic="answer.urgent").first()
    Announcement.objects.filter(pk=row.pk).update(done_at=None)
    deliver_announcements(NOON)
    assert (Signal.objects.count(), Evidence.objects.count(), Nudge.objects.count()) == (1, 1, 1)


def test_several_items_and_saves_meet_in_one_open_signal(world):
    urgent(world, "q9")
    urgent(world, "q9", "q8")
    urgent(world, "q9", part=2)
    deliver_announcements(NOON)
    assert Signal.objects.count() == 1
    assert [row.items for row in Evidence.objects.all()] == ["q9", "q8", "q9"]


def test_after_the_talk_the_same_item_is_not_news_and_another_one_is(world):
    urgent(world, "q9")
    deliver_announcements(NOON)
    signal = Signal.objects.get()
    an_interview(world, signal, by=world.lin)
    triage.close_as_no_concern(actor=world.lin, signal=signal, reason="点错了", at=NOON)
    urgent(world, "q9")
    deliver_announcements(NOON)
    assert Signal.objects.count() == 1
    urgent(world, "q8")
    deliver_announcements(NOON)
    assert Signal.objects.filter(state=SignalState.RAISED).count() == 1


def test_a_lost_receiver_comes_again(world, monkeypatch):
    urgent(world, "q9")
    monkeypatch.setattr(screened, "raise_signal", lambda **_: 1 / 0)
    deliver_announcements(NOON)
    assert not Signal.objects.exists()
    monkeypatch.undo()
    deliver_announcements(NOON + timedelta(minutes=11))
    assert Signal.objects.count() == 1


def test_a_sitting_that_is_gone_is_no_signal(world):
    announce("answer.urgent", at=NOON, sitting_id=10**9, part=1, items=["q9"])
    announce("result.made", at=NOON, result_id=10**9)
    deliver_announcements(NOON)
    assert not Signal.objects.exists()
    assert not Announcement.objects.filter(done_at=None).exists()


def test_only_the_house_brings_answers(world):
    for verb, facts in (
        (screened.answer_is_urgent, {"sitting_id": 1, "part": 1, "items": ["a"]}),
        (screened.result_was_made, {"result_id": 1}),
    ):
        with pytest.raises(PermissionDenied):
            verb(actor=world.lin, at=NOON, **facts)


def a_result(world, answers, **changes):
    a_sheet(world.sitting, answers)
    score_sitting(actor=HOUSE, sitting_id=world.sitting.pk, at=NOON)
    if changes:
        Result.objects.update(**changes)
    deliver_announcements(NOON)
    return Result.objects.get()


PHQ = [f"q{n}" for n in range(1, 10)]


def phq(total):
    """A PHQ-9 sheet with that total and nothing on its ninth item."""
    answers = dict.fromkeys(PHQ, "0")
    for item in PHQ[:8]:
        step = min(3, total)
        answers[item], total = str(step), total - step
    assert not total
    return answers


@pytest.mark.parametrize(("total", "urgency"), [(4, None), (9, None), (10, Urgency.ROUTINE), (15, Urgency.SOON)])
def test_a_result_is_looked_at_from_its_band(world, total, urgency):
    result = a_result(world, phq(total), needs_retest=False)
    assert result.alerts == [] or urgency
    found = list(Signal.objects.values_list("urgency", "source"))
    assert found == ([] if urgency is None else [(urgency, Source.SCORE)])


def test_a_careless_sheet_asks_for_a_retest_not_for_a_signal(world):
    a_result(world, phq(24), needs_retest=True)
    assert not Signal.objects.exists()


def test_a_safety_answer_counts_in_a_careless_sheet_and_even_when_the_save_said_nothing(world):
    a_result(world, {**dict.fromkeys(PHQ, "0"), "q9": "3"}, needs_retest=True)
    assert Signal.objects.get().source == Source.SAFETY


def test_a_result_joins_the_open_safety_signal(world):
    urgent(world, "q9")
    deliver_announcements(NOON)
    a_result(world, dict.fromkeys(PHQ, "3"), needs_retest=False)
    signal = Signal.objects.get()
    assert [row.kind for row in signal.evidence.all()] == ["items", "result"]


def test_a_told_item_alone_does_not_raise_twice(world):
    urgent(world, "q9")
    deliver_announcements(NOON)
    signal = Signal.objects.get()
    an_interview(world, signal, by=world.lin)
    triage.close_as_no_concern(actor=world.lin, signal=signal, reason="点错了", at=NOON)
    a_result(world, {**dict.fromkeys(PHQ, "0"), "q9": "1"}, needs_retest=False)
    assert Signal.objects.filter(state=SignalState.RAISED).count() == 0


def test_the_same_result_twice_is_one_ground_and_a_mended_one_is_another(world):
    result = a_result(world, phq(15), needs_retest=False)
    announce("result.made", at=NOON, result_id=result.pk)
    deliver_announcements(NOON)
    assert Evidence.objects.count() == 1
    Result.objects.update(severity=4)
    announce("result.made", at=NOON, result_id=result.pk)
    deliver_announcements(NOON)
    assert Evidence.objects.count() == 2


def test_the_post_the_campaign_named_answers_when_nobody_has_a_turn(world):
    head = an_actor(PostKind.MORAL_HEAD, world.school)
    Campaign.objects.update(duty_post=Post.objects.get(person=head.person))
    urgent(world, "q9")
    deliver_announcements(NOON)
    assert Signal.objects.get().owner == head.person


def test_a_tenant_may_look_earlier(world):
    Organisation.objects.filter(pk=world.bureau.pk).update(options={"signals": {"routine_from": 1}})
    a_result(world, phq(6), needs_retest=False)
    assert Signal.objects.get().urgency == Urgency.ROUTINE
