"""One signal, its interview, its level: what each reader sees and what stays in the trail."""

from __future__ import annotations

import re

import pytest

from tests.factories import NOON
from tests.screening.factories import a_campaign, a_sheet, sitting_of
from tests.screening.factories import a_world as a_screened_world
from tests.signals.factories import (
    HOUR,
    MINUTE,
    a_level,
    a_signal,
    a_world,
    an_interview,
    on_duty,
    post_of,
    taken,
)
from tests.signals.pages import WORDS, actions, text_of, url
from xinqiao.access.actor import HOUSE
from xinqiao.access.enums import Depth
from xinqiao.audit.models import Entry
from xinqiao.outbox.services import announce, deliver_announcements
from xinqiao.signals.enums import InterviewState, SignalState, Source, Urgency
from xinqiao.signals.models import Interview, LevelChange, Signal
from xinqiao.signals.services import interviews, triage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def test_reading_is_traced_and_words_wait_for_a_press(signed_in):
    world = a_world()
    signal = a_signal(world, words={"words": WORDS})
    client = signed_in(world.lin)
    page = text_of(client.get(url("show", signal.pk)))
    assert WORDS not in page
    assert Entry.objects.get(action="signal.read").reading
    opened = text_of(client.get(url("grounds", signal.pk), headers={"HX-Request": "true"}))
    assert WORDS in opened
    assert "<html" not in opened
    assert "<html" in text_of(client.get(url("grounds", signal.pk)))
    entry = Entry.objects.filter(action="signal.words_read").first()
    assert (entry.person, entry.reading) == (signal.subject_id, True)


def test_safety_items_are_shown_with_what_was_chosen(signed_in):
    world = a_screened_world()
    sitting = sitting_of(a_campaign(world), world.students[0])
    a_sheet(sitting, {"q9": "2"}, at=None, state="started")
    announce("answer.urgent", at=NOON, sitting_id=sitting.pk, part=1, items=["q9"])
    deliver_announcements(NOON)
    page = text_of(signed_in(world.lin).get(url("grounds", Signal.objects.get().pk)))
    assert re.search(r"<dt>.{6,}</dt><dd[^>]*>.+</dd>", page)


def test_leaders_get_no_words_even_when_they_ask(signed_in):
    world = a_world()
    a_level(world, 3)
    signal = Signal.objects.get()
    client = signed_in(world.wei)
    page = text_of(client.get(url("show", signal.pk)))
    assert world.children[0].name in page
    assert "查看依据" not in page
    assert client.get(url("grounds", signal.pk)).status_code == 403


def test_the_bureau_sees_initials_and_may_hand_it_back(signed_in):
    world = a_world()
    world.children[0].name = "欧阳晓晓"
    world.children[0].save()
    signal, at = a_signal(world, urgency=Urgency.URGENT), NOON
    while signal.owner != world.zhou.person:
        at += 11 * MINUTE
        triage.climb(actor=HOUSE, signal=signal, at=at)
        signal.refresh_from_db()
    client = signed_in(world.zhou)
    page = text_of(client.get(url("show", signal.pk)))
    assert "欧阳" not in page
    assert "晓" not in page
    assert "欧某" in page
    assert Entry.objects.get(action="signal.read").facts == {"depth": int(Depth.CARE)}
    client.post(url("hand_over", signal.pk), {"to": post_of(world.bai).pk})
    signal.refresh_from_db()
    assert signal.owner == world.bai.person


def test_the_teacher_on_duty_reads_what_to_do(signed_in):
    world = a_world()
    on_duty(world, post_of(world.he), NOON - HOUR)
    signal = a_signal(world, urgency=Urgency.URGENT, words={"words": WORDS})
    page = text_of(signed_in(world.he).get(url("show", signal.pk)))
    assert "不要让他/她独处" in page
    assert WORDS not in page


def test_buttons_follow_the_table(signed_in):
    world = a_world()
    signal = a_signal(world)
    client = signed_in(world.lin)
    assert "接手" in text_of(client.get(url("show", signal.pk)))
    client.post(url("take_up", signal.pk))
    page = text_of(client.get(url("show", signal.pk)))
    assert url("take_up", signal.pk) not in page
    for name in ("start_interview", "hand_over", "defer", "close"):
        assert url(name, signal.pk) in page


def test_a_refused_move_says_why_and_keeps_the_words(signed_in):
    world = a_world()
    signal = taken(world)
    answer = signed_in(world.lin).post(url("defer", signal.pk), {"until": "2020-01-01T08:00", "why": "absent"})
    page = text_of(answer, 422)
    assert "新的时间要在现在之后" in page
    assert "2020-01-01T08:00" in page


def test_taking_up_twice_is_told_kindly(signed_in):
    world = a_world()
    signal = taken(world)
    page = text_of(signed_in(world.bai).post(url("take_up", signal.pk), follow=True))
    assert "请刷新页面" in page


def test_merging_and_closing_from_the_page(signed_in):
    world = a_world()
    one, two = a_signal(world), a_signal(world, source=Source.PEER)
    client = signed_in(world.lin)
    client.post(url("merge", one.pk), {"into": two.pk})
    client.post(url("take_up", two.pk))
    client.post(url("close", two.pk), {"reason": "弄错了"})
    assert set(Signal.objects.values_list("state", flat=True)) == {SignalState.MERGED, SignalState.CLOSED}


def form_of(**changes):
    return {
        "held_at": "2026-11-23T11:30",
        "ideas": "none",
        "plan": "none",
        "means": "no",
        "acts": "no",
        "others": "no",
        "mood": "some",
        "mood_words": "最近容易哭",
        "guardian_told": "not_yet",
        "edits": "0",
        **changes,
    }


def a_draft(world):
    return interviews.start_interview(actor=world.lin, signal=a_signal(world), at=NOON)


def test_what_is_typed_is_saved_as_it_stands_and_comes_back(signed_in):
    world = a_world()
    draft, client = a_draft(world), signed_in(world.lin)
    saved = text_of(
        client.post(url("interview_save", draft.pk), {"mood_words": "哭", "held_at": "昨天下", "edits": "0"})
    )
    assert 'name="edits" value="1"' in saved
    page = text_of(client.get(url("interview", draft.pk)))
    assert "哭" in page
    assert "昨天下" in page
    assert 'value="1"' in page


def test_another_window_is_told_and_nothing_is_overwritten(signed_in):
    world = a_world()
    draft, client = a_draft(world), signed_in(world.lin)
    client.post(url("interview_save", draft.pk), {"mood_words": "第一", "edits": "0"})
    answer = client.post(url("interview_save", draft.pk), {"mood_words": "第二", "edits": "0"})
    assert "别的窗口" in text_of(answer, 409)
    assert "第一" in Interview.objects.get().content.reveal()


def test_finishing_says_what_is_missing_and_keeps_the_rest(signed_in):
    world = a_world()
    draft = a_draft(world)
    given = form_of(ideas="", held_at="2030-01-01T08:00")
    page = text_of(signed_in(world.lin).post(url("interview_complete", draft.pk), given), 422)
    assert "没有谈到，也请选" in page
    assert "最近容易哭" in page
    assert Interview.objects.get().state == InterviewState.DRAFT
    page = text_of(
        signed_in(world.lin).post(url("interview_complete", draft.pk), form_of(held_at="2030-01-01T08:00")), 422
    )
    assert "不能晚于现在" in page


def test_the_whole_way_to_a_level(signed_in):
    world = a_world()
    client, signal = signed_in(world.lin), a_signal(world)
    begun = client.post(url("start_interview", signal.pk))
    draft = Interview.objects.get()
    assert begun.headers["Location"] == url("interview", draft.pk)
    ended = client.post(url("interview_complete", draft.pk), form_of(plan="concrete", guardian_told="not_yet"))
    assert ended.headers["Location"] == url("decide", draft.pk)
    page = text_of(client.get(url("decide", draft.pk)))
    assert "具体的计划" in page
    assert "还没有告知家长" in page
    assert 'value="0"' not in page
    client.post(url("decide", draft.pk), {"kind": "level", "level": "3", "reason": "有具体计划"})
    assert LevelChange.objects.get().level == 3
    assert client.get(url("decide", draft.pk)).status_code == 404
    read = text_of(client.get(url("interview", draft.pk)))
    assert "最近容易哭" in read
    assert "interview_complete" not in read
    assert actions().count("interview.read") == 2


def test_a_decision_without_a_reason_is_asked_again(signed_in):
    world = a_world()
    interview = an_interview(world)
    page = text_of(
        signed_in(world.lin).post(url("decide", interview.pk), {"kind": "level", "level": "2", "reason": ""}), 422
    )
    assert not LevelChange.objects.exists()
    assert "checked" in page


def test_closing_after_a_talk(signed_in):
    world = a_world()
    interview = an_interview(world, a_signal(world, source=Source.SAFETY, urgency=1))
    signed_in(world.lin).post(url("decide", interview.pk), {"kind": "close", "close-reason": "点错了"})
    assert Signal.objects.get().state == SignalState.CLOSED


def test_the_second_person_reads_the_reason_and_not_the_interview(signed_in):
    world = a_world()
    a_level(world, 3)
    change = a_level(world, 1, at=NOON)
    client = signed_in(world.wei)
    assert world.children[0].name in text_of(client.get(url("seconds")))
    page = text_of(client.get(url("second", change.pk)))
    assert "访谈所见" in page
    assert "常失眠" not in page
    assert "level.read" in actions()
    text_of(client.post(url("second", change.pk), {"decision": "refuse", "reason": ""}), 422)
    client.post(url("second", change.pk), {"decision": "confirm"})
    change.refresh_from_db()
    assert change.second_by == world.wei.person


def test_a_review_begins_in_the_file(signed_in):
    world = a_world()
    answer = signed_in(world.lin).post(url("review", world.children[0].pk))
    assert answer.headers["Location"] == url("show", Signal.objects.get().pk)
