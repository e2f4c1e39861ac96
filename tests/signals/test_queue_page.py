"""The queue: order, freshness, filters, export, and how often it asks."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import NOON, a_student, an_actor
from tests.screening.factories import a_campaign, sitting_of
from tests.screening.factories import a_world as a_screened_world
from tests.signals.factories import (
    DAY,
    MINUTE,
    a_level,
    a_signal,
    a_world,
    post_of,
    taken,
)
from tests.signals.pages import text_of, url
from xinqiao.access.enums import PostKind
from xinqiao.audit.models import Entry
from xinqiao.outbox.services import announce, deliver_announcements
from xinqiao.signals.enums import Source, Urgency
from xinqiao.signals.models import Nudge, Signal
from xinqiao.signals.services import triage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


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


@pytest.mark.parametrize("name", ["mine", "seconds", "observe"])
def test_lists_ask_as_often_for_many_rows_as_for_one(name, signed_in):
    """A page of reports, of lowerings, of a class."""
    world = a_world(children=6)
    who = {"mine": world.he, "seconds": world.wei, "observe": world.he}[name]
    client = signed_in(who)

    def add(child):
        if name == "seconds":
            a_level(world, 3, child, at=NOON - DAY)
            a_level(world, 1, child)
        else:
            a_signal(world, child)

    def queries():
        with CaptureQueriesContext(connection) as found:
            text_of(client.get(url(name)))
        return len(found)

    add(world.children[0])
    client.get(url(name))
    one = queries()
    for child in world.children[1:]:
        add(child)
    assert queries() == one
