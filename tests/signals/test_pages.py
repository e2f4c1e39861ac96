"""Pages: what they show, what they never show, what they keep, and what they leave in the trail."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import NOON, a_student, an_actor
from tests.screening.factories import a_campaign, a_sheet, sitting_of
from tests.screening.factories import a_world as a_screened_world
from tests.signals.factories import (
    DAY,
    HOUR,
    MINUTE,
    a_level,
    a_peer_rep,
    a_signal,
    a_world,
    an_interview,
    end_posts,
    enrolment,
    on_duty,
    post_of,
    student,
    taken,
)
from xinqiao.access.actor import HOUSE
from xinqiao.access.enums import Depth, PostKind
from xinqiao.audit.models import Entry
from xinqiao.outbox.services import announce, deliver_announcements
from xinqiao.signals import components
from xinqiao.signals.enums import InterviewState, SignalState, Source, Urgency
from xinqiao.signals.models import Evidence, Interview, LevelChange, Nudge, Signal
from xinqiao.signals.services import interviews, triage
from xinqiao.signals.services.levels import set_level

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
WORDS = "说最近总是很累"


def url(name, *arguments):
    return reverse(f"signals:{name}", args=arguments)


def text_of(answer, status=200):
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def main_of(answer):
    """The page without its frame, menus and tokens."""
    return re.search(r"<main.*</main>", text_of(answer), re.DOTALL)[0]


def actions():
    return list(Entry.objects.order_by("pk").values_list("action", flat=True))


# --- the queue -----------------------------------------------------------------------------------------------------


def test_the_most_pressing_comes_first(signed_in):
    world = a_world(children=3)
    for child, urgency in zip(world.children, (3, 1, 2), strict=True):
        a_signal(world, child, urgency=urgency)
    page = text_of(signed_in(world.lin).get(url("queue")))
    places = [page.index(f">{world.children[n].name}<") for n in (1, 2, 0)]
    assert places == sorted(places)
    assert "1 件紧急信号待接手" in page


def test_an_empty_queue_says_so(signed_in):
    page = text_of(signed_in(a_world().lin).get(url("queue")))
    assert "没有符合条件的信号" in page


def test_an_urgent_answer_shows_in_the_live_part_without_a_reload(signed_in):
    world = a_world()
    client = signed_in(world.lin)
    first = client.get(url("queue"))
    mark = first.context["mark"]
    assert client.get(url("rows"), {"mark": mark}).status_code == 204
    screened = a_screened_world()
    sitting = sitting_of(a_campaign(screened), screened.students[0])
    client = signed_in(screened.lin)
    mark = client.get(url("queue")).context["mark"]
    announce("answer.urgent", at=NOON, sitting_id=sitting.pk, part=1, items=["q9"])
    deliver_announcements(NOON)
    page = text_of(client.get(url("rows"), {"mark": mark}))
    assert screened.students[0].name in page
    assert "<html" not in page


def test_clocks_tick_by_the_minute(signed_in):
    world = a_world()
    a_signal(world, urgency=Urgency.URGENT)
    client = signed_in(world.lin)
    mark = client.get(url("queue")).context["mark"]
    with time_machine.travel(NOON + MINUTE, tick=False):
        assert "还有9分钟" in text_of(client.get(url("rows"), {"mark": mark}))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {0, 1, 2}),
        ({"q": "名字0"}, {0}),
        ({"q": "不存在"}, set()),
        ({"urgency": "1"}, {1}),
        ({"source": "peer"}, {2}),
        ({"show": "mine"}, {0}),
        ({"show": "ended"}, {3}),
        ({"show": "all"}, {0, 1, 2, 3}),
        ({"urgency": "x", "source": "nonsense", "show": "?"}, {0, 1, 2}),
    ],
)
def test_filters_and_search(query, found, signed_in):
    world = a_world(children=4)
    for number, child in enumerate(world.children):
        child.name = f"名字{number}"
        child.save(update_fields=["name"])
    taken(world, a_signal(world, world.children[0]))
    a_signal(world, world.children[1], urgency=1)
    a_signal(world, world.children[2], source=Source.PEER)
    triage.close_as_no_concern(
        actor=world.bai, signal=taken(world, a_signal(world, world.children[3]), by=world.bai), reason="x", at=NOON
    )
    Signal.objects.exclude(subject=world.children[0]).update(owner=world.bai.person, owner_post=post_of(world.bai))
    page = text_of(signed_in(world.lin).get(url("queue"), query))
    assert {n for n in range(4) if f"名字{n}<" in page} == found


def test_the_queue_asks_as_often_for_thirty_rows_as_for_one(signed_in):
    world = a_world()
    client = signed_in(world.lin)

    def queries():
        with CaptureQueriesContext(connection) as found:
            text_of(client.get(url("rows")))
        return len(found)

    a_signal(world)
    client.get(url("rows"))
    one = queries()
    for _ in range(29):
        a_signal(world, a_student(world.node))
    assert queries() == one
    assert one <= 14


def test_the_export_names_nobody_and_is_traced(signed_in):
    world = a_world()
    world.children[0].name = "=欧阳晓晓"
    world.children[0].save()
    a_signal(world)
    answer = signed_in(world.lin).get(url("export"))
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert not any("晓" in cell for cell in cells)
    assert any("快速上报" in cell for cell in cells)
    assert Entry.objects.get(action="signal.exported").facts == {"count": 1}


def test_what_was_handed_over_is_told_until_it_is_opened(signed_in):
    world = a_world()
    signal = triage.hand_over(actor=world.lin, signal=taken(world), to=post_of(world.bai), at=NOON)
    client = signed_in(world.bai)
    page = text_of(client.get(url("rows")))
    assert "同事转交给您" in page
    assert ">新<" in page
    client.get(url("show", signal.pk))
    page = text_of(client.get(url("rows")))
    assert "同事转交给您" not in page
    assert ">新<" not in page
    assert not Nudge.objects.filter(seen_at=None, person=world.bai.person).exists()


# --- one signal ----------------------------------------------------------------------------------------------------


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


# --- interview and level -------------------------------------------------------------------------------------------


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


# --- reports -------------------------------------------------------------------------------------------------------


def test_an_observation_on_a_phone_and_the_list_that_tells_nothing(signed_in):
    world = a_world()
    client, row = signed_in(world.he), enrolment(world.children[0])
    page = client.get(url("observe_about", row.pk))
    form = page.context["form"]["form"].value()
    given = {"form": form, "areas": ["mood"], "period": "week", "event": WORDS, "done": "", "urgency": "3"}
    for _ in range(2):
        assert client.post(url("observe_about", row.pk), given).status_code == 302
    signal = Signal.objects.get()
    assert Evidence.objects.count() == 1
    mine = text_of(client.get(url("mine")))
    assert world.children[0].name in mine
    assert "已送达" in mine
    assert WORDS not in mine
    taken(world, signal)
    followed = main_of(client.get(url("mine")))
    an_interview(world, signal)
    triage.close_as_no_concern(actor=world.lin, signal=signal, reason="没事", at=NOON)
    assert main_of(client.get(url("mine"))) == followed
    assert client.get(url("show", signal.pk)).status_code == 404


def test_closed_and_levelled_look_the_same_to_who_reported(signed_in):
    world = a_world()
    for child, level in ((world.children[0], None), (world.children[1], 3)):
        interview = an_interview(world, a_signal(world, child))
        if level is None:
            triage.close_as_no_concern(actor=world.lin, signal=interview.signal, reason="没事", at=NOON)
        else:
            set_level(actor=world.lin, interview=interview, level=level, reason="x", at=NOON)
    page = text_of(signed_in(world.he).get(url("mine")))
    assert page.count("心理老师已在跟进") == 2


def test_an_observation_needs_something_to_say(signed_in):
    world = a_world()
    row = enrolment(world.children[0])
    given = {"form": "f", "period": "week", "urgency": "3"}
    page = text_of(signed_in(world.he).post(url("observe_about", row.pk), given), 422)
    assert "至少一个方面" in page


def test_a_quick_report_is_found_by_name_or_number(signed_in):
    world = a_world()
    row = enrolment(world.children[0])
    client = signed_in(world.ding)
    for text in (row.person.name, row.student_number):
        page = text_of(client.get(url("quick"), {"q": text}))
        assert url("quick_about", row.pk) in page
    assert "没有找到" in text_of(client.get(url("quick"), {"q": "查无此人"}))
    client.post(url("quick_about", row.pk), {"form": "f", "grade": "1", "event": "在楼顶"})
    assert Signal.objects.get().urgency == Urgency.URGENT


def test_a_peer_report_and_a_wish_to_talk(signed_in):
    world = a_world()
    rep = signed_in(a_peer_rep(world.node))
    page = main_of(rep.get(url("peer")))
    assert world.children[0].name in page
    assert "心委同学" not in page
    row = enrolment(world.children[0])
    text_of(rep.post(url("peer"), {"form": "f", "who": row.pk}), 422)
    assert rep.post(url("peer"), {"form": "f", "who": row.pk, "noticed": ["sad"]}).status_code == 302
    child = signed_in(student(world.children[1]))
    assert child.post(url("talk"), {"form": "t", "urgent": "1"}).status_code == 302
    assert "老师已经收到" in text_of(child.get(url("talk")))
    assert set(Signal.objects.values_list("source", "urgency")) == {("peer", 3), ("self", 1)}


@pytest.mark.parametrize("name", ["observe", "quick", "mine", "talk", "peer", "thanks"])
def test_no_student_page_holds_a_word_that_labels(name, signed_in):
    world = a_world()
    actor = a_peer_rep(world.node) if name in {"talk", "peer", "thanks"} else world.he
    page = text_of(signed_in(actor).get(url(name)))
    assert not re.search("高危|异常|阳性|病人|危机", re.sub(r"<nav.*?</nav>", "", page, flags=re.DOTALL))


def test_nobody_to_answer_keeps_what_was_written(signed_in):
    world = a_world()
    for actor in (world.lin, world.bai, world.shen, world.wei, world.zhou, world.shao):
        end_posts(actor, NOON)
    row = enrolment(world.children[0])
    given = {"form": "f", "grade": "2", "event": WORDS}
    page = text_of(signed_in(world.ding).post(url("quick_about", row.pk), given), 422)
    assert WORDS in page
    assert "当面告诉校领导" in page


# --- home page and student file ------------------------------------------------------------------------------------


def home_of(actor, rf):
    request = rf.get("/")
    request.actor = actor
    return components.home(request)


def test_the_home_page_says_what_waits(rf):
    world = a_world()
    a_signal(world, urgency=Urgency.URGENT)
    a_signal(world, world.children[1])
    an_interview(world, a_signal(world, world.children[2]))
    items = {item["title"]: item for item in home_of(world.lin, rf)}
    assert items["分诊"]["text"] == "2 件待接手，其中 1 件紧急"
    assert (items["分诊"]["urgency"], items["分诊"]["due_at"]) == (3, NOON + 10 * MINUTE)
    assert items["进行中的信号"]["count"] == 1


@pytest.mark.parametrize(
    ("who", "titles"),
    [("he", ["记录观察"]), ("ding", ["快速上报"]), ("wei", []), ("zhou", []), ("lin", []), ("stranger", [])],
)
def test_a_quiet_home_page(who, titles, rf):
    world = a_world()
    assert [item["title"] for item in home_of(getattr(world, who), rf)] == titles


def test_a_leader_is_told_without_a_name(rf):
    world = a_world()
    signal = a_signal(world, urgency=Urgency.URGENT)
    for minutes in (11, 22, 33):
        triage.climb(actor=HOUSE, signal=signal, at=NOON + minutes * MINUTE)
    (item,) = home_of(world.wei, rf)
    assert item["title"] == "交到您手上的信号"
    assert world.children[0].name not in json.dumps(item, default=str, ensure_ascii=False)


def test_students_have_a_way_to_ask(rf):
    world = a_world()
    assert [i["title"] for i in home_of(student(world.children[0]), rf)] == ["想和老师聊聊"]
    assert [i["title"] for i in home_of(a_peer_rep(world.node), rf)] == ["想和老师聊聊", "关心同学"]


@pytest.mark.parametrize("depth", list(Depth))
def test_the_file_has_no_section_below_notes(depth, rf):
    world = a_world()
    triage.close_as_no_concern(actor=world.lin, signal=taken(world), reason="误会", at=NOON)
    request = rf.get("/")
    request.actor = world.lin if depth == Depth.NOTES else world.he
    sections = components.file(request, person=world.children[0], depth=depth, at=NOON)
    assert bool(sections) == (depth == Depth.NOTES)


def test_bureau_and_admin_pages_stay_small(signed_in):
    world = a_world()
    admin = an_actor(PostKind.SCHOOL_ADMIN, world.school)
    a_signal(world)
    page = text_of(signed_in(admin).get(url("queue")))
    assert world.children[0].name not in page


def test_dates_of_tomorrow_are_told_in_words(signed_in):
    world = a_world()
    signal = taken(world)
    Signal.objects.filter(pk=signal.pk).update(respond_by=NOON + DAY + timedelta(hours=1))
    assert "明天" in text_of(signed_in(world.lin).get(url("queue")))
