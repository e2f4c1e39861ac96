"""Organisations of any kind and depth, the school calendar, and what a school says of itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOON, TODAY, a_bureau, a_class, a_post, a_school, sign_in
from tests.registry.factories import a_world
from xinqiao.access.actor import HOUSE
from xinqiao.access.enums import PostKind
from xinqiao.access.selectors.consents import places_of
from xinqiao.access.selectors.tenant import help_lines, level_words, tenant_options
from xinqiao.audit.models import Entry
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.enums import OrganisationKind
from xinqiao.people.models import CalendarDay, Organisation, Term
from xinqiao.registry.rules import kinds_below
from xinqiao.registry.selectors import tree
from xinqiao.registry.selectors.calendar import month, month_of, own_days
from xinqiao.registry.services.calendar import add_days, remove_days, remove_term, save_term
from xinqiao.registry.services.nodes import add_node, close_node, edit_node, reopen_node
from xinqiao.registry.services.tenant import TenantWords, save_tenant_words

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


# --- the tree -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["street", "community", "hospital", "court", "station", "hotline", "other", "bureau"])
def test_any_kind_stands_below_a_bureau_at_any_depth(kind):
    world = a_world()
    node = world.bureau
    for depth in range(3):
        node = add_node(actor=world.system, parent=node, kind=kind, values={"name": f"{kind}{depth}"}, at=NOON)
    assert node.path == f"{node.parent.path}{node.pk}/"
    assert len(node.ancestors_ids()) == 4


def test_a_school_with_campus_grade_and_class():
    world = a_world()
    values = {"name": "新建中学", "code": "N1", "system": "54"}
    school = add_node(actor=world.system, parent=world.bureau, kind="school", values=values, at=NOON)
    campus = add_node(actor=world.system, parent=school, kind="department", values={"name": "东校区"}, at=NOON)
    cohort = {"stage": "junior", "entry_year": 2026}
    grade = add_node(actor=world.system, parent=campus, kind="grade", values=cohort, at=NOON)
    node = add_node(actor=world.system, parent=grade, kind="class", values={"number": 3}, at=NOON)
    assert tree.titles([grade, node], TODAY) == {grade.pk: "六年级", node.pk: "六年级(3)班"}


@pytest.mark.parametrize("parent", [*OrganisationKind.values, "a kind of tomorrow"])
def test_classes_stand_in_grades_and_grades_in_schools(parent):
    for inside in (True, False):
        below = kinds_below(parent, in_school=inside)
        assert ("class" in below) == (parent == "grade" and inside)
        assert "grade" not in below or inside or parent == "school"
        assert "school" not in below or not inside


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("school", {"name": "", "system": "63"}, "name"),
        ("school", {"name": "青禾中学", "system": "63"}, "name"),
        ("school", {"name": "另一所", "system": ""}, "system"),
        ("class", {"number": 1}, "kind"),
    ],
)
def test_what_does_not_fit_names_its_field(kind, values, field):
    world = a_world()
    with pytest.raises(Refusal) as refused:
        add_node(actor=world.system, parent=world.bureau, kind=kind, values=values, at=NOON)
    assert refused.value.field == field


def test_a_code_is_given_once_whatever_its_case():
    world = a_world()
    values = {"name": "另一所", "system": "63", "code": world.school.code.lower()}
    with pytest.raises(Refusal) as refused:
        add_node(actor=world.system, parent=world.bureau, kind="school", values=values, at=NOON)
    assert refused.value.field == "code"


@pytest.mark.parametrize("who", ["lin", "leader", "teacher", "officer", "stranger"])
def test_only_who_keeps_the_tree_changes_it(who):
    world = a_world()
    actor = getattr(world, who)
    for verb, asked in (
        (add_node, {"parent": world.school, "kind": "department", "values": {"name": "x"}}),
        (edit_node, {"node": world.school, "values": {"name": "x", "system": "63"}}),
        (close_node, {"node": world.node}),
        (reopen_node, {"node": world.node}),
    ):
        with pytest.raises(PermissionDenied):
            verb(actor=actor, at=NOON, **asked)


def test_a_place_with_students_is_not_closed():
    world = a_world()
    with pytest.raises(Refusal, match="2 名学生"):
        close_node(actor=world.admin, node=world.node, at=NOON)
    post = a_post(world.lin.person, PostKind.CLASS_TEACHER, world.other)
    close_node(actor=world.admin, node=world.other, at=NOON)
    post.refresh_from_db()
    assert post.ends_on == TODAY
    with pytest.raises(Refusal):
        close_node(actor=world.admin, node=world.other, at=NOON)
    assert reopen_node(actor=world.admin, node=world.other, at=NOON).closed_on is None


def test_nobody_closes_the_ground_under_their_own_feet():
    world = a_world(0)
    with pytest.raises(Refusal):
        close_node(actor=world.admin, node=world.school, at=NOON)
    close_node(actor=world.system, node=world.school, at=NOON)
    child = Organisation.objects.get(pk=world.node.pk)
    assert child.closed_on == TODAY
    with pytest.raises(Refusal, match="上级"):
        reopen_node(actor=world.system, node=child, at=NOON)


def test_a_root_is_made_on_the_command_line_only():
    world = a_world()
    with pytest.raises(PermissionDenied):
        add_node(actor=world.system, parent=None, kind="bureau", values={"name": "x"}, at=NOON)
    assert add_node(actor=HOUSE, parent=None, kind="court", values={"name": "法院"}, at=NOON).path


def test_numbers_of_students_come_with_one_query(django_assert_num_queries):
    world = a_world()
    paths = [world.bureau.path, world.school.path, world.node.path, world.other.path]
    with django_assert_num_queries(1):
        assert tree.students_below(paths, NOON) == dict.fromkeys(paths[:3], 2)


# --- the calendar ---------------------------------------------------------------------------------------------------
def a_term(world, first=date(2026, 9, 1), last=date(2027, 1, 22), name="第一学期", **more):
    asked = {"actor": world.admin, "organisation": world.school, "at": NOON, **more}
    return save_term(name=name, starts_on=first, ends_on=last, **asked)


@pytest.mark.parametrize(
    ("first", "last", "name", "field"),
    [
        (date(2027, 2, 22), date(2027, 2, 22), "第二学期", "ends_on"),
        (date(2027, 2, 22), date(2027, 2, 1), "第二学期", "ends_on"),
        (date(2027, 2, 22), date(2028, 2, 1), "第二学期", "ends_on"),
        (date(2027, 1, 22), date(2027, 7, 1), "第二学期", "starts_on"),
        (date(2026, 8, 20), date(2026, 9, 1), "夏令", "starts_on"),
        (date(2027, 2, 22), date(2027, 7, 1), "第一学期", "name"),
    ],
)
def test_terms_that_do_not_fit(first, last, name, field):
    world = a_world()
    a_term(world)
    with pytest.raises(Refusal) as refused:
        a_term(world, first, last, name)
    assert refused.value.field == field


def test_a_term_is_changed_without_getting_in_its_own_way():
    world = a_world()
    term = a_term(world)
    assert a_term(world, date(2026, 8, 28), date(2027, 1, 29), term=term).school_year == 2026
    remove_term(actor=world.admin, term=term, at=NOON)
    assert not Term.objects.exists()


@pytest.mark.parametrize("who", ["lin", "leader", "teacher", "stranger"])
def test_only_who_keeps_the_calendar_changes_it(who):
    world = a_world()
    term, actor = a_term(world), getattr(world, who)
    with pytest.raises(PermissionDenied):
        a_term(world, date(2027, 2, 22), date(2027, 7, 1), "第二学期", actor=actor)
    with pytest.raises(PermissionDenied):
        remove_term(actor=actor, term=term, at=NOON)
    days = {"actor": actor, "organisation": world.school, "first": TODAY, "last": TODAY, "at": NOON}
    with pytest.raises(PermissionDenied):
        add_days(kind="holiday", name="x", **days)
    with pytest.raises(PermissionDenied):
        remove_days(**days)


def test_a_bureau_keeps_the_calendar_of_its_schools_too():
    world = a_world()
    a_term(world, actor=world.officer, organisation=world.bureau)
    a_term(world, actor=world.officer)
    assert Term.objects.count() == 2


def marked(world, first, last, kind="holiday", name="运动会"):
    return add_days(actor=world.admin, organisation=world.school, kind=kind, name=name, first=first, last=last, at=NOON)


def test_days_are_marked_and_forgotten_in_stretches():
    world = a_world()
    assert marked(world, TODAY, TODAY + 3 * DAY) == 4
    with pytest.raises(Refusal, match="运动会"):
        marked(world, TODAY + 3 * DAY, TODAY + 5 * DAY, name="别的")
    marked(world, TODAY + 4 * DAY, TODAY + 4 * DAY, "exam", "期中")
    assert [(row.days, row.kind) for row in own_days(world.school, TODAY)] == [(4, "holiday"), (1, "exam")]
    shown = month(world.school, date(2026, 11, 1), TODAY)
    assert sum(day.what.source == "own" for week in shown.weeks for day in week) == 5
    assert remove_days(actor=world.admin, organisation=world.school, first=TODAY, last=TODAY + 3 * DAY, at=NOON) == 4
    with pytest.raises(Refusal):
        remove_days(actor=world.admin, organisation=world.school, first=TODAY, last=TODAY, at=NOON)


def test_too_many_or_backward_days_are_refused():
    world = a_world()
    for first, last in ((TODAY, TODAY - DAY), (TODAY, TODAY + 300 * DAY)):
        with pytest.raises(Refusal) as refused:
            marked(world, first, last)
        assert refused.value.field == "last"
    assert not CalendarDay.objects.exists()


@given(text=st.text(max_size=12))
def test_any_month_in_the_address_is_a_month(text):
    assert month_of(text, TODAY).day == 1


def test_a_month_is_whole_weeks():
    shown = month(a_school(), date(2026, 11, 1), TODAY)
    assert all(len(week) == 7 for week in shown.weeks)
    assert shown.working == 21
    assert (shown.before, shown.after) == ("2026-10", "2026-12")


# --- what a school says of itself -----------------------------------------------------------------------------------
WORDS = TenantWords(
    room="综合楼 203",
    hours="每天中午",
    adult="任何一位老师",
    lines=[("校医室", "010-62345678")],
    level_words=["一", "二", "三", "四", "五"],
    guardian_signs=True,
)


def test_every_page_of_the_school_speaks_its_words():
    world = a_world()
    save_tenant_words(actor=world.admin, school=world.school, words=WORDS, at=NOON)
    for actor in (world.admin, world.lin, world.teacher):
        options = tenant_options(actor, NOON)
        lines = help_lines(options)
        assert [label for label, _number in lines[:3]] == ["心理辅导室", "可以找的大人", "校医室"]
        assert (lines[0][1], lines[3][1]) == ("综合楼 203 · 每天中午", "12356")
        assert level_words(options) == ["一", "二", "三", "四", "五"]
    assert level_words(tenant_options(world.stranger, NOON)) is None
    assert places_of(world.students, TODAY)[world.students[0].pk].guardian_signs


def test_a_bureaus_words_hold_where_a_school_has_none():
    world = a_world()
    Organisation.objects.filter(pk=world.bureau.pk).update(options={"adult": "班主任", "room": "区中心"})
    save_tenant_words(actor=world.admin, school=world.school, words=TenantWords(room="203"), at=NOON)
    assert tenant_options(world.lin, NOON)["room"] == "203"
    assert tenant_options(world.lin, NOON)["adult"] == "班主任"
    assert tenant_options(world.stranger, NOON)["room"] == "区中心"


def test_words_of_a_request_cost_one_query_for_staff(django_assert_num_queries):
    world = a_world()
    with django_assert_num_queries(1):
        tenant_options(world.teacher, NOON)


def test_where_a_school_lies_on_the_drawing_is_set_and_taken_back(client):
    world = a_world()
    sign_in(client, world.admin)
    page = reverse("registry:settings")
    assert client.post(page, {"map_x": "300"}).context["form"].errors.keys() == {"map_y"}
    assert client.post(page, {"map_x": "300", "map_y": "1200"}).context["form"].errors.keys() == {"map_y"}
    client.post(page, {"map_x": "300", "map_y": "0"})
    world.school.refresh_from_db()
    assert world.school.options["location"] == [300, 0]
    assert client.get(page).context["form"].initial["map_x"] == 300
    client.post(page, {"room": "203", "map_x": "", "map_y": ""})
    world.school.refresh_from_db()
    assert "location" not in world.school.options


def test_other_options_of_the_organisation_are_kept():
    world = a_world()
    Organisation.objects.filter(pk=world.school.pk).update(options={"clocks": {"x": 1}, "room": "旧"})
    school = save_tenant_words(actor=world.admin, school=world.school, words=TenantWords(), at=NOON)
    assert school.options == {"clocks": {"x": 1}, "consent": {"guardian_14_17": "notice"}}
    assert Entry.objects.get().facts == {"fields": ["consent", "room"]}


@pytest.mark.parametrize("words", [["一"], ["一", "二", "三", "四"], ["一", "一", "三", "四", "五"]])
def test_level_words_are_five_or_none(words):
    world = a_world()
    with pytest.raises(Refusal):
        save_tenant_words(actor=world.admin, school=world.school, words=TenantWords(level_words=words), at=NOON)


@pytest.mark.parametrize("who", ["lin", "leader", "teacher", "officer", "system", "stranger"])
def test_only_the_schools_administrator_changes_its_words(who):
    world = a_world()
    with pytest.raises(PermissionDenied):
        save_tenant_words(actor=getattr(world, who), school=world.school, words=WORDS, at=NOON)


def test_a_bureau_without_schools_has_an_empty_tree():
    bureau = a_bureau()
    assert tree.children(bureau, NOON) == []
    assert [line.title for line in tree.below(a_school(bureau), NOON)] == []


def test_the_tree_of_a_school_is_in_the_order_people_expect():
    school = a_school()
    for year, number in ((2024, 1), (2026, 2), (2026, 1), (2025, 1)):
        a_class(school, entry_year=year, number=number)
    titles = [line.title for line in tree.below(school, NOON)]
    assert titles == ["七年级", "七年级(1)班", "七年级(2)班", "八年级", "八年级(1)班", "九年级", "九年级(1)班"]
