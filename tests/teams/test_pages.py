"""The pages, by hand: from an empty organisation to minutes and contacts, and who does not see what."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook

from tests.factories import NOON, a_bureau, a_class, a_person, a_post, a_school, an_actor, sign_in
from tests.teams.factories import a_held_meeting, a_meeting, a_position, a_seat, a_team
from xinqiao.access.enums import PostKind
from xinqiao.audit.models import Entry
from xinqiao.registry.sealing import set_phone
from xinqiao.teams.models import Decision, Meeting, Position, Seat, Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return a_bureau()


@pytest.fixture
def school(bureau):
    return a_school(bureau, "青禾一中")


@pytest.fixture
def leader(school):
    return an_actor(PostKind.SCHOOL_LEADER, school, "林校长", at=timezone.now())


@pytest.fixture
def teacher(school):
    person = a_person(school, "周老师")
    a_post(person, PostKind.PSYCH_TEACHER, school)
    set_phone(person, "13800138000")
    person.save()
    return person


def text_of(answer):
    return answer.content.decode()


def words_of(data):
    paper = Document(io.BytesIO(data))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in paper.paragraphs] + cells)


def test_from_nothing_to_a_letter(client, leader, school, teacher):
    sign_in(client, leader)
    home = f"{reverse('teams:index')}?organisation={school.pk}"
    assert "还没有队伍" in text_of(client.get(home))
    add = f"{reverse('teams:team_add')}?organisation={school.pk}"
    client.post(add, {"title": "心理工作领导小组", "duties": "统筹\n督导", "meets_per_term": "1"})
    team = Team.objects.get()
    assert team.duties == ["统筹", "督导"]
    page = reverse("teams:team", args=[team.pk])
    client.post(
        reverse("teams:position_add", args=[team.pk]), {"title": "联络员", "minimum": "1", "post": "psych_teacher"}
    )
    position = Position.objects.get()
    assert "还缺 1 人" in text_of(client.get(home))

    form = reverse("teams:seat", args=[position.pk])
    assert "周老师 · 心理教师 · 青禾一中" in text_of(client.get(form))
    wrong = client.post(form, {"person": "", "starts_on": "2026-09-01", "credential": "证书"})
    assert wrong.status_code == 200
    assert 'value="证书"' in text_of(wrong), "nothing typed is lost"
    assert client.post(form, {"person": teacher.pk, "starts_on": "2026-09-01"}).status_code == 302
    seat = Seat.objects.get()
    assert "还缺" not in text_of(client.get(page))

    letter = reverse("teams:letter", args=[seat.pk])
    assert client.get(letter).status_code == 404
    client.post(letter, {"number": ""})
    paper = words_of(client.get(letter).content)
    for words in ("任命书", "周老师同志", "心理工作领导小组“联络员”", "1. 统筹", "青禾一中"):
        assert words in paper


def test_from_a_plan_to_minutes(client, leader, school, teacher):
    sign_in(client, leader)
    team = a_team(leader, school, "心理工作领导小组")
    seat = a_seat(leader, a_position(leader, team, "联络员"), teacher, starts_on=date(2026, 9, 1))
    yesterday = timezone.localtime() - timedelta(days=1)
    client.post(
        reverse("teams:meeting_add", args=[team.pk]),
        {"held_at": f"{yesterday:%Y-%m-%dT%H:%M}", "place": "会议室", "agenda": "心理月安排"},
    )
    meeting = Meeting.objects.get()
    show = reverse("teams:meeting", args=[meeting.pk])
    assert "会议时间已过" in text_of(client.get(show))
    hold = reverse("teams:hold", args=[meeting.pk])
    assert "周老师（联络员）" in text_of(client.get(hold))
    client.post(hold, {"held_at": f"{yesterday:%Y-%m-%dT%H:%M}", "attended": [seat.pk], "guests": ""})
    assert "还没有写纪要" in text_of(client.get(show))
    scan = SimpleUploadedFile("纪要.pdf", b"%PDF-1.7 signed")
    client.post(reverse("teams:minutes", args=[meeting.pk]), {"minutes": "议定三件事", "file": scan})
    assert client.get(reverse("teams:minutes_file", args=[meeting.pk])).getvalue() == b"%PDF-1.7 signed"
    bad = client.post(
        reverse("teams:decide", args=[meeting.pk]), {"words": "办心理月", "unit": school.pk, "due_on": "x"}
    )
    assert "办心理月" in text_of(bad)
    client.post(reverse("teams:decide", args=[meeting.pk]), {"words": "办心理月", "unit": school.pk, "due_on": ""})
    decision = Decision.objects.get()
    client.post(reverse("teams:settle", args=[decision.pk]), {"outcome": "已举办"})
    assert "已举办" in text_of(client.get(show))
    paper = words_of(client.get(reverse("teams:minutes_paper", args=[meeting.pk])).content)
    for words in ("心理工作领导小组会议纪要", "周老师", "议定三件事", "办心理月", "已举办", "记录人"):
        assert words in paper
    book = load_workbook(io.BytesIO(client.get(reverse("teams:meetings_export")).content))
    cells = [str(cell) for row in book.active.iter_rows(values_only=True) for cell in row]
    assert "心理月安排" in cells
    assert "有" in cells


def test_phones_are_for_the_keepers_and_leave_a_trace(client, leader, school, bureau, teacher):
    team = a_team(leader, school)
    a_seat(leader, a_position(leader, team), teacher)
    a_seat(leader, a_position(leader, team, "顾问"), name="某医生", phone="13900139000", workplace="示例医院")
    page, book = (f"{reverse(f'teams:{name}')}?organisation={school.pk}" for name in ("contacts", "contacts_export"))

    def numbers(client):
        cells = load_workbook(io.BytesIO(client.get(book).content)).active.iter_rows(values_only=True)
        return text_of(client.get(page)), [str(cell) for row in cells for cell in row]

    for who in (PostKind.BUREAU_OFFICER, PostKind.BUREAU_LEADER):
        shown, cells = numbers(sign_in(Client(), an_actor(who, bureau)))
        assert "周老师" in shown
        assert "13800138000" not in shown
        assert "13900139000" not in cells
    shown, cells = numbers(sign_in(Client(), an_actor(PostKind.SCHOOL_ADMIN, school)))
    assert "13800138000" not in shown, "a colleague who looks on"
    assert not Entry.objects.filter(action="team.contacts_read").exists()
    shown, cells = numbers(sign_in(client, leader))
    assert "13800138000" in shown
    assert {"13800138000", "13900139000"} <= set(cells)
    assert Entry.objects.filter(action="team.contacts_read", reading=True).count() == 2
    for name in ("index", "picture", "meetings"):
        assert "13800138000" not in text_of(client.get(f"{reverse(f'teams:{name}')}?organisation={school.pk}"))
    assert "13900139000" not in text_of(client.get(reverse("teams:team", args=[team.pk])))


def test_the_bureau_sees_what_each_school_lacks_and_changes_nothing(client, leader, school, bureau):
    team = a_team(leader, school)
    a_position(leader, team, minimum=3)
    sign_in(client, an_actor(PostKind.BUREAU_OFFICER, bureau))
    page = text_of(client.get(f"{reverse('teams:index')}?organisation={bureau.pk}"))
    assert "还缺 3 人" in page
    assert "0 / 1" in page
    of_team = text_of(client.get(reverse("teams:team", args=[team.pk])))
    assert reverse("teams:position_add", args=[team.pk]) not in of_team
    assert client.get(reverse("teams:position_add", args=[team.pk])).status_code == 403
    assert client.post(reverse("teams:team_close", args=[team.pk])).status_code == 403


def test_a_member_finds_the_meeting_and_a_stranger_does_not(client, leader, school):
    room = a_class(school)
    member, stranger = (an_actor(PostKind.CLASS_TEACHER, room, at=timezone.now()) for _n in range(2))
    team = a_team(leader, school)
    a_seat(leader, a_position(leader, team), member.person, starts_on=NOON.date())
    meeting = a_meeting(leader, team, held_at=timezone.now() + timedelta(days=2), at=timezone.now())
    show = reverse("teams:meeting", args=[meeting.pk])
    sign_in(client, member)
    assert show in text_of(client.get("/"))
    assert "心理月" in text_of(client.get(show))
    assert client.get(reverse("teams:team", args=[team.pk])).status_code == 200
    assert client.get(reverse("teams:index")).status_code == 403
    other = sign_in(Client(), stranger)
    assert show not in text_of(other.get("/"))
    assert other.get(show).status_code == 404


def test_the_home_page_asks_for_what_is_missing(client, leader, school):
    team = a_team(leader, school)
    now = timezone.now()
    a_meeting(leader, team, held_at=now - timedelta(hours=1), at=now)
    a_held_meeting(leader, team, held_at=now - timedelta(days=4), at=now)
    page = text_of(sign_in(client, leader).get("/"))
    assert "会议开了吗？请登记" in page
    assert "会议纪要还没有写" in page


def test_the_picture_shows_people_and_gaps(client, leader, school, teacher):
    team = a_team(leader, school)
    a_seat(leader, a_position(leader, team, minimum=2), teacher)
    page = text_of(sign_in(client, leader).get(reverse("teams:picture")))
    assert "周老师" in page
    assert "空缺 1 人" in page


@pytest.mark.parametrize("name", ["index", "meetings"])
def test_more_rows_are_no_more_queries(client, leader, school, bureau, name, django_assert_max_num_queries):
    sign_in(client, an_actor(PostKind.BUREAU_OFFICER, bureau))
    url = f"{reverse(f'teams:{name}')}?organisation={bureau.pk}"
    a_held_meeting(leader, a_team(leader, school))
    client.get(url)
    with django_assert_max_num_queries(60) as few:
        client.get(url)
    for _n in range(3):
        head = an_actor(PostKind.SCHOOL_LEADER, a_school(bureau))
        node = school.__class__.objects.get(pk=head.posts[0].organisation_id)
        a_held_meeting(head, a_team(head, node))
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(url)
