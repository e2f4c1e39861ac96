"""What each page shows to owner, colleague and stranger, and that it costs the same at one row and at many."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from tests.factories import TODAY, a_class, a_guardian, a_person, a_post, a_school, a_student, an_actor, sign_in
from tests.registry.factories import a_world
from xinqiao.access.enums import PostKind
from xinqiao.access.models import DutyTurn, Post
from xinqiao.accounts.models import Account
from xinqiao.audit import words
from xinqiao.audit.models import Entry
from xinqiao.people.models import Enrolment, GroupMembership, Organisation, Person, PopulationGroup
from xinqiao.people.services import add_organisation
from xinqiao.registry.models import Operation
from xinqiao.registry.words import WORDS
from xinqiao.ui import slots

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings):
    settings.DEMO = True  # nobody is asked for a second factor or for the password again
    return a_world()


def asks(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200
    return len(found)


def page(who, name, /, *args, **query):
    address = reverse(f"registry:{name}", args=args)
    if query:
        address += "?" + "&".join(f"{key}={value}" for key, value in query.items())
    return sign_in(Client(), who).get(address)


def post(who, name, /, *args, **data):
    return sign_in(Client(), who).post(reverse(f"registry:{name}", args=args), data)


# --- the same number of queries at one row and at many --------------------------------------------------------------
def more_students(world):
    for _n in range(6):
        a_guardian(a_student(world.node))


def more_classes(world):
    for _n in range(6):
        a_student(a_class(world.school, number=Organisation.objects.filter(kind="class").count() + 1))


def more_schools(world):
    for _n in range(6):
        a_student(a_class(a_school(world.bureau)))


def more_staff(world):
    for _n in range(6):
        a_post(a_person(world.school), PostKind.SUBJECT_TEACHER, world.other)


def more_turns(world):
    held = Post.objects.get(person=world.lin.person)
    now = timezone.now()
    for day in range(6):
        start = now + timedelta(days=day + 1)
        DutyTurn.objects.create(school=world.school, post=held, starts_at=start, ends_at=start + timedelta(hours=1))


def more_operations(world):
    for _n in range(6):
        Operation.objects.create(
            school=world.school, kind="leave", digest="x", made_by=world.admin.account, made_at=timezone.now()
        )


def more_members(world):
    group = PopulationGroup.objects.get(code="migrant")
    for _n in range(6):
        GroupMembership.objects.create(person=a_student(world.node), group=group, source="x", starts_on=TODAY)


@pytest.mark.parametrize(
    ("who", "name", "args", "grow", "query"),
    [
        ("admin", "class", ["node"], more_students, ""),
        ("lin", "class", ["node"], more_members, ""),
        ("admin", "node", ["school"], more_classes, ""),
        ("officer", "index", [], more_schools, ""),
        ("officer", "node", ["bureau"], more_schools, ""),
        ("admin", "staff", [], more_staff, ""),
        ("lin", "duty", [], more_turns, ""),
        ("admin", "operations", [], more_operations, ""),
        ("lin", "groups", [], more_members, ""),
        ("officer", "calendars", [], more_schools, ""),
        ("admin", "class_group", ["node", "group"], more_members, ""),
    ],
)
def test_a_page_costs_the_same_at_one_row_and_at_many(world, who, name, args, grow, query):
    if name == "class_group":
        who = "lin"
    ids = {"group": PopulationGroup.objects.get(code="migrant").pk}
    address = reverse(f"registry:{name}", args=[ids.get(a) or getattr(world, a).pk for a in args]) + query
    client = sign_in(Client(), getattr(world, who))
    grow(world)
    client.get(address)
    before = asks(client, address)
    grow(world)
    assert asks(client, address) == before
    assert before <= 40


# --- the tree -------------------------------------------------------------------------------------------------------
def test_a_bureau_sees_schools_and_numbers_and_no_name(world):
    shown = page(world.officer, "node", world.school.pk).content.decode()
    assert "八年级" in shown
    assert "林老师" not in shown
    assert page(world.officer, "class", world.node.pk).status_code == 404
    assert page(world.officer, "person", world.students[0].pk).status_code == 404
    assert post(world.officer, "node_close", world.node.pk).status_code == 403


def test_a_class_teacher_goes_straight_to_the_class(world):
    answer = page(world.teacher, "index")
    assert answer.url == reverse("registry:class", args=[world.node.pk])
    shown = page(world.teacher, "class", world.node.pk).content.decode()
    assert world.students[0].name in shown
    assert "添加学生" not in shown


def test_search_by_name_and_by_number(world):
    wanted = world.students[0]
    number = Enrolment.objects.get(person=wanted).student_number
    for words_ in (wanted.name, number):
        shown = page(world.admin, "class", world.node.pk, words=words_).content.decode()
        assert wanted.name in shown
        assert world.students[1].name not in shown
    assert "没有找到" in page(world.admin, "class", world.node.pk, words="查无此人").content.decode()


def test_a_node_is_added_in_two_steps(world):
    assert "类别" in page(world.admin, "node_add", world.school.pk).content.decode()
    address = reverse("registry:node_add", args=[world.school.pk]) + "?kind=grade"
    client = sign_in(Client(), world.admin)
    answer = client.post(address, {"stage": "junior", "entry_year": 2026})
    assert answer.status_code == 302
    again = client.post(address, {"stage": "junior", "entry_year": 2026})
    assert "已经有了" in again.content.decode()


# --- export ---------------------------------------------------------------------------------------------------------
def test_the_export_is_noted_and_holds_no_phone_and_no_group_the_reader_may_not_know(world):
    group = PopulationGroup.objects.get(code="left_behind")
    GroupMembership.objects.create(person=world.students[0], group=group, source="x", starts_on=TODAY)
    for who, knows in ((world.admin, False), (world.lin, True)):
        answer = page(who, "class_export", world.node.pk)
        sheet = load_workbook(io.BytesIO(answer.content)).active
        cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
        assert world.students[0].name in cells
        assert (group.name in cells) is knows
        assert ("关注群体" in cells) is knows
    noted = Entry.objects.filter(action="class.exported", reading=True)
    assert [entry.facts["students"] for entry in noted] == [2, 2]


def test_strangers_export_nothing(world):
    assert page(world.stranger, "class_export", world.node.pk).status_code == 404
    assert not Entry.objects.filter(action="class.exported").exists()


# --- staff ----------------------------------------------------------------------------------------------------------
def test_from_a_name_to_an_account_that_works_once(world):
    post(world.admin, "staff_add", keeper=world.school.pk, name="赵新", sex="", phone="")
    person = Person.objects.get(name="赵新")
    address = reverse("registry:post_add", args=[person.pk]) + f"?organisation={world.node.pk}"
    sign_in(Client(), world.admin).post(address, {"kind": "class_teacher", "starts_on": "2026-09-01", "ends_on": ""})
    assert Post.objects.get(person=person).kind == "class_teacher"
    answer = post(world.admin, "account_open", person.pk, username="zhaoxin")
    account = Account.objects.get(username="zhaoxin")
    assert "no-cache" in answer["Cache-Control"]
    password = answer.context["password"]
    assert account.check_password(password)
    assert account.must_change_password
    assert password not in page(world.admin, "staff_person", person.pk).content.decode()


def test_a_department_on_its_own_registers_its_staff(settings):
    """A task force set up by ``xinqiao begin --kind department`` has people; a department inside an office has none."""
    settings.DEMO = True
    force = add_organisation(parent=None, kind="department", name="心理服务专班")
    add_organisation(parent=force, kind="department", name="宣传组")
    admin = an_actor(PostKind.SYSTEM_ADMIN, force)
    (keeper,) = page(admin, "staff_add").context["form"].fields["keeper"].queryset
    assert keeper == force


def test_a_taken_user_name_is_said_on_the_page(world):
    person = Person.objects.create(name="赵新", keeper=world.school)
    taken = world.lin.account.username
    client = sign_in(Client(), world.admin)
    address = reverse("registry:account_open", args=[person.pk])
    assert "已有人使用" in client.post(address, {"username": taken}, follow=True).content.decode()


def test_what_a_post_answers_for_is_shown_by_the_rooms_above(world):
    held = Post.objects.get(person=world.lin.person)
    slots.fill("post.end", lambda request, post, at: f"手上有 {post.pk} 件事")
    try:
        shown = page(world.admin, "post_end", held.pk).content.decode()
    finally:
        slots.empty("post.end")
    assert f"手上有 {held.pk} 件事" in shown
    assert "方校长" in shown


def test_the_last_person_of_the_chain_stays_and_the_page_says_what_to_do(world):
    Post.objects.filter(person=world.leader.person).update(ends_on=TODAY - timedelta(days=1))
    held = Post.objects.get(person=world.lin.person)
    answer = post(world.admin, "post_end", held.pk, ends_on=timezone.localdate())
    assert answer.status_code == 200
    assert "先任命接替的人" in answer.content.decode()


# --- operations -----------------------------------------------------------------------------------------------------
def test_from_form_to_preview_to_done(world):
    address = reverse("registry:operation_new", args=[world.school.pk, "split"]) + f"?source={world.node.pk}"
    client = sign_in(Client(), world.admin)
    answer = client.post(address, {"people": [world.students[0].pk], "number": ""}, follow=True)
    shown = answer.content.decode()
    assert "这只是预览" in shown
    assert "八年级(3)班" in shown
    operation = Operation.objects.get()
    client.post(reverse("registry:operation_apply", args=[operation.pk]))
    assert Organisation.objects.filter(kind="class", number=3).exists()
    again = client.post(reverse("registry:operation_apply", args=[operation.pk]), follow=True)
    assert "现在的状态不能这样做" in again.content.decode()


def test_a_refusal_keeps_what_was_typed(world):
    address = reverse("registry:operation_new", args=[world.school.pk, "split"]) + f"?source={world.node.pk}"
    answer = sign_in(Client(), world.admin).post(address, {"people": [world.students[0].pk], "number": "2"})
    assert answer.context["form"].errors["number"]
    assert f'value="{world.students[0].pk}"' in answer.content.decode()
    assert "checked" in answer.content.decode()


@pytest.mark.parametrize("kind", ["new_year", "split", "merge", "move", "transfer", "leave"])
def test_every_operation_has_a_form(world, kind):
    query = {"source": world.node.pk}
    if kind == "transfer":
        a_class(world.next_door)
        query["other"] = world.next_door.pk
    answer = page(world.admin, "operation_new", world.school.pk, kind, **query)
    assert answer.context["form"] is not None
    assert page(world.stranger, "operation_new", world.school.pk, kind).status_code == 404


# --- persons and groups ---------------------------------------------------------------------------------------------
def test_a_phone_is_shown_on_request_only_and_noted(world):
    child = world.students[0]
    post(world.admin, "guardian_add", child.pk, name="赵芳", relation="mother", phone="13800138000")
    assert "13800138000" not in page(world.admin, "person", child.pk).content.decode()
    answer = post(world.teacher, "phones", child.pk)
    assert "13800138000" in answer.content.decode()
    assert Entry.objects.filter(action="person.phones_read", person=child.pk).count() == 1


def test_a_person_page_holds_no_care_data(world):
    """What an administrator may know of a child ends with class, guardians and groups of their depth."""
    shown = page(world.admin, "person", world.students[0].pk)
    assert set(shown.context["about"].__dict__) == {"person", "place", "stays", "guardians", "posts", "memberships"}
    assert shown.context["about"].memberships is None


def test_a_typed_identity_number_never_comes_back(world):
    number = "990000201205010044"
    answer = post(world.admin, "identity", world.students[0].pk, number=number)
    assert answer.status_code == 200
    assert "校验位不对" in answer.content.decode()
    assert "data-secret" in answer.content.decode()


def test_ticking_a_class_into_a_group(world):
    group = PopulationGroup.objects.get(code="left_behind")
    post(world.lin, "class_group", world.node.pk, group.pk, people=[world.students[0].pk], source="花名册")
    assert GroupMembership.objects.get().person == world.students[0]
    assert page(world.teacher, "class_group", world.node.pk, group.pk).status_code == 404
    shown = page(world.lin, "group", world.school.pk, group.pk).content.decode()
    assert world.students[0].name in shown
    assert page(world.leader, "group", world.school.pk, group.pk).status_code == 404


# --- settings, duty, calendar ---------------------------------------------------------------------------------------
def test_what_a_school_says_is_on_the_pages_of_its_people(world):
    data = {"room": "综合楼 203", "label_0": "校医室", "number_0": "62345678", "guardian_signs": ""}
    assert post(world.admin, "settings", **data).status_code == 302
    half = post(world.admin, "settings", room="203", label_0="校医室", guardian_signs="")
    assert half.context["form"].errors["number_0"]


def test_duty_is_arranged_on_one_page(world):
    held = Post.objects.get(person=world.lin.person)
    start = timezone.localtime() + timedelta(days=1)
    data = {"post": held.pk, "starts_at": f"{start:%Y-%m-%dT08:00}", "ends_at": f"{start:%Y-%m-%dT18:00}", "weeks": 2}
    assert post(world.leader, "duty", **data).status_code == 302
    assert DutyTurn.objects.count() == 2
    again = post(world.leader, "duty", **data)
    assert "林老师" in again.context["form"].errors["starts_at"][0]
    turn = DutyTurn.objects.first()
    assert post(world.stranger, "duty_remove", turn.pk).status_code == 404
    assert post(world.lin, "duty_remove", turn.pk).status_code == 302


def test_a_calendar_page_for_every_month(world):
    for text in ("2026-02", "2100-12", "nonsense", "2026-13"):
        assert page(world.admin, "calendar", world.school.pk, month=text).status_code == 200
    data = {"kind": "exam", "name": "期中", "first": "2026-11-28", "last": "2026-11-29"}
    assert post(world.admin, "days_add", world.school.pk, **data).status_code == 302
    shown = page(world.admin, "calendar", world.school.pk, month="2026-11").content.decode()
    assert "期中" in shown
    assert post(world.admin, "days_remove", world.school.pk, first="2026-11-28", last="2026-11-29").status_code == 302


def test_every_act_of_the_room_has_words():
    assert set(WORDS) <= words.known()
