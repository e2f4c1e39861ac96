"""Reports, the home page and the student file: what goes in, and what never comes out."""

from __future__ import annotations

import json
import re

import pytest

from tests.factories import NOON
from tests.signals.factories import (
    MINUTE,
    a_peer_rep,
    a_signal,
    a_world,
    an_interview,
    end_posts,
    enrolment,
    student,
    taken,
)
from tests.signals.pages import WORDS, main_of, text_of, url
from xinqiao.access.actor import HOUSE
from xinqiao.access.enums import Depth
from xinqiao.signals import components
from xinqiao.signals.enums import Urgency
from xinqiao.signals.models import Evidence, Signal
from xinqiao.signals.services import triage
from xinqiao.signals.services.levels import set_level

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


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
