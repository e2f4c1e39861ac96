"""Figures of small worlds made by hand, as each role sees them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from tests.factories import NOON, a_class, a_school, a_student, an_actor, sign_in
from tests.signals.factories import World, a_level, a_signal, a_world, taken
from xinqiao.access.enums import PostKind
from xinqiao.insight import policies
from xinqiao.insight.models import Release
from xinqiao.insight.numbers import numbers
from xinqiao.insight.releasing import make_release, release_of
from xinqiao.kernel.suppression import HIDDEN
from xinqiao.people.models import Organisation
from xinqiao.signals.models import Signal
from xinqiao.signals.policies import visible_signals

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """Thirteen children; twelve signals, one of them taken up; one child at level 1."""
    world = a_world(children=13)
    for child in world.children[:12]:
        a_signal(world, child)
    taken(world, Signal.objects.order_by("pk").first(), at=NOON + timedelta(hours=1))
    a_level(world, 1, world.children[12])
    return world


def test_the_psychology_teacher_sees_what_their_own_list_counts(world):
    figures = numbers(world.lin, world.school, NOON)
    assert figures.exact
    listed = visible_signals(world.lin, NOON).exclude(state="merged")
    assert figures.own.signals.value == listed.count() == 13
    assert figures.own.open.value == listed.filter(closed_at=None).count() == 12
    assert figures.own.students.value == 13
    assert [cell.value for cell in figures.own.levels] == [1, 0, 0, 0]
    assert [line.signals.value for line in figures.lines] == [13]


def test_leader_and_bureau_see_the_release_with_small_figures_left_out(world):
    for actor, node in ((world.wei, world.school), (world.shao, world.bureau), (world.shao, world.school)):
        figures = numbers(actor, node, NOON)
        assert not figures.exact
        assert figures.own.signals.value == 13
        assert [cell.words for cell in figures.own.levels] == [HIDDEN, "0", "0", "0"]
        assert figures.own.cases.value == 0


def test_figures_of_a_day_do_not_move(world):
    first = release_of(world.school, NOON)
    assert release_of(world.bureau, NOON + timedelta(hours=3)).pk == first.pk
    a_signal(world, world.children[12], at=NOON + timedelta(hours=2))
    assert numbers(world.wei, world.school, NOON + timedelta(hours=3)).own.signals.value == 13
    tomorrow = NOON + timedelta(days=1)
    assert make_release(world.bureau, tomorrow).pk != first.pk
    assert numbers(world.wei, world.school, tomorrow).own.signals.value == 14
    assert Release.objects.count() == 2


def test_a_grade_head_sees_the_grade_and_nothing_else(world):
    grade = world.node.parent
    head = an_actor(PostKind.GRADE_HEAD, grade)
    other = a_class(world.school, entry_year=2026).parent
    assert list(policies.visible_nodes(head)) == [grade]
    assert numbers(head, grade, NOON).own.signals.value == 13
    assert not policies.visible_nodes(head).filter(pk__in=[world.school.pk, other.pk, world.node.pk]).exists()


def test_a_class_has_no_page(world, client):
    sign_in(client, world.shao)
    assert client.get(reverse("insight:numbers_of", args=[world.node.pk])).status_code == 404


def test_rows_stand_in_their_own_order(world, client):
    """By code, whatever the figures are: a bureau's table ranks nobody."""
    figures = numbers(world.shao, world.bureau, NOON)
    assert [line.node.code for line in figures.lines] == sorted(line.node.code for line in figures.lines)


def test_a_small_school_is_covered_on_every_page(world):
    """Two signals in another school: the sum of the bureau minus this school must not tell them."""
    other = a_school(world.bureau)
    child = a_student(a_class(other))
    outsider = World(**{**vars(world), "school": other, "node": a_class(other), "children": [child]})
    a_signal(outsider)
    bureau = numbers(world.shao, world.bureau, NOON)
    shown = [line.signals.words for line in bureau.lines]
    assert bureau.own.signals.value in (None, 14)
    assert bureau.own.signals.value is None or shown.count(HIDDEN) >= 2
    assert numbers(world.shao, world.school, NOON).own.signals.value is None


@pytest.mark.parametrize("who", ["lin", "wei", "shao"])
def test_more_schools_and_signals_ask_no_more_questions(world, who, client, django_assert_max_num_queries):
    sign_in(client, getattr(world, who))
    release_of(world.bureau, NOON)
    page = reverse("insight:numbers")
    client.get(page)
    with django_assert_max_num_queries(40) as few:
        assert client.get(page).status_code == 200
    for _n in range(3):
        a_student(a_class(a_school(world.bureau)))
    for child in world.children[:3]:
        a_signal(world, child, at=NOON + timedelta(days=2))
    with django_assert_max_num_queries(len(few)):
        assert client.get(page).status_code == 200


@pytest.mark.parametrize("who", ["lin", "wei", "shao", "he", "ding"])
def test_home_says_what_to_do_and_offers_ways(world, who, client):
    sign_in(client, getattr(world, who))
    answer = client.get(reverse("insight:home"))
    assert answer.status_code == 200
    assert answer.context["quiet"].ways or who == "ding"
    assert "href" in answer.content.decode()


def test_home_refreshes_by_itself_without_counting_as_a_touch(world, client):
    sign_in(client, world.lin)
    page = client.get(reverse("insight:home")).content.decode()
    assert 'hx-trigger="every 5s' in page
    fragment = client.get(reverse("insight:home"), headers={"HX-Request": "true", "X-Background": "1"})
    assert b"<html" not in fragment.content


def test_report_and_table_leave_a_trace(world, client):
    from xinqiao.audit.models import Entry

    sign_in(client, world.shao)
    pdf = client.get(reverse("insight:report", args=[world.bureau.pk]))
    table = client.get(reverse("insight:table", args=[world.bureau.pk]))
    assert pdf.content.startswith(b"%PDF")
    assert table.content.startswith(b"PK")
    assert set(Entry.objects.values_list("action", flat=True)) >= {"report.made", "table.made"}


def test_a_bureau_gets_no_report_of_one_screening(world, client):
    from tests.insight.url_samples import samples

    class Like:
        school = world.school
        actors = {"insider": world.lin}

    pk = samples(Like)["insight:census"]["pk"]
    sign_in(client, world.shao)
    assert client.get(reverse("insight:census", args=[pk])).status_code == 404
    sign_in(client, world.wei)
    assert client.get(reverse("insight:census", args=[pk])).content.startswith(b"%PDF")
    assert Organisation.objects.filter(pk=world.school.pk).exists()
