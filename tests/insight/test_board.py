"""The wall board: what stands there, who puts it up, and that nobody is named or ranked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.urls import reverse

from tests.factories import NOON, a_class, a_student, an_actor, sign_in
from tests.plans.factories import a_county, a_plan, a_task, end_posts, handed_in
from xinqiao.access.enums import PostKind
from xinqiao.audit.models import Entry
from xinqiao.insight.boards import map as drawing
from xinqiao.insight.boards.board import board, in_time
from xinqiao.insight.boards.paper import paper
from xinqiao.insight.boards.words import face_of
from xinqiao.plans.counting import Counts
from xinqiao.plans.models import Task
from xinqiao.plans.services import running
from xinqiao.plans.services.tasks import accept


@pytest.mark.parametrize(
    ("share", "tone"),
    [
        (None, "neutral"), (100, "good"), (95, "good"), (94, "info"), (80, "info"), (79, "warn"), (60, "warn"),
        (59, "bad"), (0, "bad"),
    ],
)  # fmt: skip
def test_every_share_has_a_colour_and_a_word(share, tone):
    assert face_of(share).tone == tone
    assert str(face_of(share).words)


def test_in_time_is_what_was_never_late():
    assert in_time(Counts()) is None
    assert in_time(Counts(total=9, due=4, was_late=1)) == 75
    assert in_time(Counts(total=9, due=1, was_late=2)) == 0


@pytest.mark.parametrize("count", [1, 2, 3, 7, 12, 60, 500])
def test_tiles_lie_in_the_field_and_on_nothing_else(count):
    found = drawing.tiles([f"第{n}实验学校" for n in range(count)])
    for spot in found:
        assert spot.x >= 0
        assert spot.y >= -0.1
        assert spot.x + spot.width <= drawing.WIDTH + 0.1
        assert spot.y + spot.height <= drawing.HEIGHT + 0.1
        assert all(drawing.wide(line) * spot.size <= spot.width for line in spot.lines)
    corners = {(spot.x, spot.y) for spot in found}
    assert len(corners) == count


@pytest.mark.parametrize("options", [None, {}, {"location": "北"}, {"location": [1]}, {"location": ["1", 2]}])
def test_a_place_that_says_nothing_lies_nowhere(options):
    assert drawing.location_of(options) is None


def test_places_fill_the_field_and_stay_in_it():
    assert drawing.location_of({"location": [-5, 2000]}) == (0.0, 1000.0)
    found = drawing.spots([(400, 400), (500, 500), (420, 480)], ["甲", "乙", "丙"])
    assert all(0 <= spot.x <= drawing.WIDTH and 0 <= spot.y <= drawing.HEIGHT for spot in found)
    assert drawing.land(found).count(",") == 3
    assert drawing.spots([(10, 10)], ["甲"])[0].middle == drawing.WIDTH / 2


@pytest.fixture
def county(db):
    return a_county()


def test_the_board_says_how_plans_and_places_stand(county):
    plan = a_plan(county)
    later = NOON + timedelta(days=40)
    Task.objects.filter(plan=plan, unit=county.schools[1], due_on__lt=later.date()).update(late_on=later.date())
    shown = board(county.bureau, later, counts_children=True)
    assert [line.title for line in shown.plans] == [plan.title]
    assert shown.plans[0].late > 0
    assert [place.name for place in shown.places] == sorted(place.name for place in shown.places)
    words = {place.name: str(place.face.words) for place in shown.places}
    assert words[county.schools[1].name] == "需要支持"
    assert all(0 <= due.days <= 14 for due in shown.due)
    assert dict(shown.numbers)["在校学生"] in {"0", "—"}


def test_work_of_today_is_counted(county):
    plan = a_plan(county)
    task = handed_in(county, a_task(plan, unit=county.schools[0]))
    assert dict(board(county.bureau, NOON, counts_children=False).today)["今天上交"] == "1"
    assert dict(board(county.bureau, NOON, counts_children=False).today)["等待审核"] == "1"
    accept(actor=county.again(county.shao), task=task, words="", at=NOON)
    today = dict(board(county.bureau, NOON, counts_children=False).today)
    assert (today["今天通过"], today["等待审核"]) == ("1", "0")


def test_a_paused_plan_asks_for_nothing(county):
    plan = a_plan(county)
    running.pause(actor=county.again(county.shao), plan=plan, reason="放假", at=NOON)
    shown = board(county.bureau, NOON, counts_children=False)
    assert shown.plans[0].paused
    assert not shown.due


def test_a_school_sees_its_own_part(county):
    a_plan(county)
    shown = board(county.schools[0], NOON, counts_children=False)
    assert shown.plans[0].led_by == county.bureau.name
    assert shown.places == []
    whole = board(county.bureau, NOON, counts_children=False)
    assert shown.plans[0].total < whole.plans[0].total


def test_places_are_drawn_where_all_of_them_lie(county):
    a_plan(county)
    for number, school in enumerate(county.schools):
        school.options = {"location": [100 * number, 200]}
        school.save()
    assert board(county.bureau, NOON, counts_children=False).located
    county.schools[0].options = {}
    county.schools[0].save()
    assert not board(county.bureau, NOON, counts_children=False).located


def test_the_number_of_queries_does_not_grow(county, django_assert_max_num_queries):
    a_plan(county)
    board(county.bureau, NOON, counts_children=True)
    with django_assert_max_num_queries(24):
        board(county.bureau, NOON, counts_children=True)
    more = a_county(9)
    a_plan(more, edition=county_edition())
    board(more.bureau, NOON, counts_children=True)
    with django_assert_max_num_queries(24):
        board(more.bureau, NOON, counts_children=True)


def county_edition():
    from xinqiao.packs.models import Edition

    return Edition.objects.get(owner=None, pack="county")


def test_the_board_shows_no_exact_figures_of_children(county):
    """Even a psychology teacher puts up what everybody may see."""
    node = a_class(county.schools[0])
    a_student(node, "王小雨")
    from xinqiao.insight.releasing import release_of

    shown = board(county.schools[0], NOON, counts_children=True)
    told = release_of(county.schools[0], NOON).figures["nodes"][str(county.schools[0].pk)]
    assert dict(shown.numbers)["信号按时处理"] == "—"
    assert told["students"] is not None
    assert "王小雨" not in repr(shown)


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_page_and_its_inside(county, client):
    a_plan(county)
    sign_in(client, county.shao)
    page = client.get(reverse("insight:board"))
    assert page.status_code == 200
    assert county.bureau.name in page.content.decode()
    inside = client.get(reverse("insight:board_of", args=[county.bureau.pk]), headers={"HX-Request": "true"})
    assert "<html" not in inside.content.decode()


def test_a_neighbour_has_no_board_of_others(county, client):
    sign_in(client, county.heads[0])
    assert client.get(reverse("insight:board_of", args=[county.schools[1].pk])).status_code == 404
    assert client.get(reverse("insight:board_of", args=[county.bureau.pk])).status_code == 404
    teacher = an_actor(PostKind.CLASS_TEACHER, a_class(county.schools[0]))
    sign_in(client, teacher)
    assert client.get(reverse("insight:board")).status_code == 403


def test_the_picture_is_one_page(county, client):
    a_plan(county)
    data = paper(board(county.bureau, NOON, counts_children=True), made_by="邵专干")
    assert data.startswith(b"%PDF")
    assert data.count(b"/Type /Page\n") + data.count(b"/Type/Page\n") + data.count(b"/Type /Page ") <= 1
    sign_in(client, county.shao)
    answer = client.get(reverse("insight:board_pdf", args=[county.bureau.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert Entry.objects.filter(action="board.printed").exists()


def test_put_on_the_wall_the_account_is_gone_and_only_the_board_is_left(county, client):
    a_plan(county)
    sign_in(client, county.shao)
    answer = client.post(reverse("insight:board_cast", args=[county.bureau.pk]))
    assert answer["Location"] == reverse("insight:wall")
    assert not get_user(client).is_authenticated
    page = client.get(reverse("insight:wall"))
    assert page.status_code == 200
    assert "结束投屏" in page.content.decode()
    assert client.get(reverse("insight:board")).status_code == 302
    assert Entry.objects.filter(action="board.cast").exists()


def test_a_screen_nobody_prepared_shows_nothing(client, db):
    assert client.get(reverse("insight:wall")).status_code == 302


def test_it_comes_down_when_the_post_ends_and_when_time_is_over(county, client):
    sign_in(client, county.shao)
    client.post(reverse("insight:board_cast", args=[county.bureau.pk]))
    session = client.session
    session["wall"] = {**session["wall"], "until": "2020-01-01T00:00:00+00:00"}
    session.save()
    assert client.get(reverse("insight:wall")).status_code == 302
    sign_in(client, county.shao)
    client.post(reverse("insight:board_cast", args=[county.bureau.pk]))
    end_posts(county.shao, NOON.date() - timedelta(days=1))
    answer = client.get(reverse("insight:wall"), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == reverse("insight:wall")


def test_taking_it_down(county, client):
    sign_in(client, county.shao)
    client.post(reverse("insight:board_cast", args=[county.bureau.pk]))
    client.post(reverse("insight:wall_end"))
    assert client.get(reverse("insight:wall")).status_code == 302
