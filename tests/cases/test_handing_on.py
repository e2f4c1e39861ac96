"""A post ends: what it held is with the next person within seconds, and who ends it saw how much that is."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.cases.factories import DAY, a_case, a_duty, a_task, a_world
from tests.factories import NOON, a_class, an_actor
from tests.signals.factories import a_signal, taken
from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.cases.models import CareDuty
from xinqiao.outbox.models import Announcement
from xinqiao.outbox.services import announce, settle
from xinqiao.registry.services.appointing import end_post
from xinqiao.signals.models import Signal

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = a_world()
    world.admin = an_actor(PostKind.SCHOOL_ADMIN, world.school, "教务")
    return world


def post_of(actor):
    return actor.person.posts.get()


def ended(world, actor, on=NOON):
    """Through the verb, and what the worker does next: no sweep."""
    end_post(actor=world.admin, post=post_of(actor), ends_on=on.date(), at=NOON)
    settle(NOON)


def test_everything_a_teacher_held_is_with_somebody_else_at_once(world):
    case = a_case(world, 3)
    task = a_task(world, case, world.lin)
    signal = taken(world, a_signal(world, world.children[1]))
    assert {case.owner, signal.owner, task.holder} == {world.lin.person}
    ended(world, world.lin)
    for row in (case, signal, task):
        row.refresh_from_db()
    assert case.owner == signal.owner == world.bai.person
    assert task.holder != world.lin.person
    assert not CareDuty.objects.filter(state="open", holder=world.lin.person).exists()


def test_a_class_teachers_duty_goes_up_the_chain(world):
    duty = a_duty(world, 1, "class_care")
    ended(world, world.he)
    duty.refresh_from_db()
    assert duty.holder == world.gao.person


def test_a_post_that_ends_later_keeps_what_it_holds_until_that_day(world):
    signal = taken(world, a_signal(world))
    ended(world, world.lin, NOON + 2 * DAY)
    signal.refresh_from_db()
    assert signal.owner == world.lin.person


def test_only_what_that_post_held_is_touched(world):
    """Somebody's post ended behind our back: the sweep brings that, the announcement of another post does not."""
    signal = taken(world, a_signal(world))
    post = post_of(world.lin)
    post.ends_on = NOON.date()
    post.save(update_fields=["ends_on"])
    ended(world, world.he)
    signal.refresh_from_db()
    assert signal.owner == world.lin.person


def test_students_who_moved_take_their_duties_along_at_once(world):
    duty = a_duty(world, 1, "class_care")
    place = duty.person.enrolments.get(ends_on=None)
    place.class_node = a_class(world.school, number=9)
    place.save(update_fields=["class_node"])
    announce("people.changed", at=NOON, school_id=world.school.pk, operation_id=7)
    settle(NOON)
    duty.refresh_from_db()
    assert (duty.holder, duty.class_node) == (world.other.person, place.class_node)


def test_where_nobody_is_left_the_announcement_is_done_and_the_sweep_goes_on(world):
    """One row that finds no heir holds up neither the others nor the announcements behind it."""
    taken(world, a_signal(world))
    Post.objects.exclude(pk=post_of(world.admin).pk).update(ends_on=NOON.date())
    announce("post.ended", at=NOON, post_id=post_of(world.lin).pk)
    settle(NOON)
    assert not Announcement.objects.filter(done_at=None).exists()
    assert Signal.objects.get(closed_at=None).owner in (world.lin.person, world.admin.person)


# --- pages ---------------------------------------------------------------------------------------------------------


def test_who_ends_a_post_sees_how_much_it_holds_and_no_name(world, signed_in, at_noon):
    case = a_case(world, 3)
    a_task(world, case, world.lin)
    a_signal(world, world.children[1])
    taken(world, Signal.objects.get(closed_at=None))
    client = signed_in(world.admin)
    page = client.get(reverse("registry:post_end", args=[post_of(world.lin).pk])).content.decode()
    assert "还没有办完的事" in page
    for words in ("信号", "个案", "关怀任务", "支持任务"):
        assert words in page
    assert not [child.name for child in world.children if child.name in page]
    page = client.get(reverse("registry:post_end", args=[post_of(world.ding).pk])).content.decode()
    assert "没有未结束的信号、个案和任务" in page


def test_beside_a_signal_stands_the_care_that_is_under_way(world, signed_in, at_noon):
    case = a_case(world, 3)
    signal = a_signal(world, case.person)
    address = reverse("signals:show", args=[signal.pk])
    page = signed_in(world.lin).get(address).content.decode()
    assert "正在得到的关心" in page
    assert reverse("cases:case", args=[case.pk]) in page
    assert "班主任看护与陪伴" in page
    calm = a_signal(world, world.children[1])
    assert "正在得到的关心" not in signed_in(world.lin).get(reverse("signals:show", args=[calm.pk])).content.decode()


def test_the_bureau_reads_nothing_of_it_beside_a_signal_that_climbed(world, signed_in, at_noon):
    case = a_case(world, 3)
    signal = a_signal(world, case.person)
    Signal.objects.filter(pk=signal.pk).update(owner=world.zhou.person, owner_post=post_of(world.zhou))
    page = signed_in(world.zhou).get(reverse("signals:show", args=[signal.pk]))
    assert page.status_code == 200
    assert "正在得到的关心" not in page.content.decode()
