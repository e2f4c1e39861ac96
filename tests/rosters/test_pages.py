"""The pages of the import: who gets in, what is shown, what a button does, and how many queries it takes."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.factories import a_class, a_school, an_actor, sign_in
from tests.rosters.factories import HEAD, a_workbook
from xinqiao.access.enums import PostKind
from xinqiao.audit.models import Entry
from xinqiao.outbox.services import settle
from xinqiao.people.models import Enrolment, Person
from xinqiao.rosters.models import RosterImport
from xinqiao.rosters.reading import heads
from xinqiao.rosters.reading.workbook import open_workbook

pytestmark = pytest.mark.django_db

LIN = ("2026001", "林小禾", "女", "2013-05-01", "七年级1班")
HE = ("2026002", "何山", "男", "2013-06-02", "七年级1班")


@pytest.fixture
def school():
    return a_school()


@pytest.fixture
def now():
    from django.utils import timezone

    return timezone.now()


@pytest.fixture
def admin(client, school, now):
    actor = an_actor(PostKind.SCHOOL_ADMIN, school, at=now)
    sign_in(client, actor)
    return actor


def handed_in(client, school, rows, head=HEAD):
    file = SimpleUploadedFile("名册.xlsx", a_workbook(rows, head=head))
    return client.post(reverse("rosters:upload"), {"school": school.pk, "file": file})


def asked(client, roster, **changed):
    """Ask for the preview the way the mapping page does."""
    fields = {f"column_{c['index']}": c["field"] for c in roster.head["columns"]}
    form = {
        **fields,
        "scope": "cohorts",
        "school_year": roster.school_year,
        "effective_on": roster.effective_on.isoformat(),
        **changed,
    }
    return client.post(reverse("rosters:columns", args=[roster.pk]), form)


def brought(client, school, rows, now, head=HEAD):
    """Handed in, mapped and previewed."""
    handed_in(client, school, rows, head)
    roster = RosterImport.objects.latest("pk")
    asked(client, roster)
    settle(now)
    roster.refresh_from_db()
    return roster


def carried_out(client, school, rows, now, head=HEAD):
    roster = brought(client, school, rows, now, head)
    client.post(reverse("rosters:apply", args=[roster.pk]))
    settle(now)
    roster.refresh_from_db()
    return roster


def test_from_the_file_to_the_school(client, school, admin, now):
    answer = handed_in(client, school, [LIN, HE])
    roster = RosterImport.objects.get()
    assert answer.url == reverse("rosters:show", args=[roster.pk])
    page = client.get(reverse("rosters:columns", args=[roster.pk])).content.decode()
    assert "林小禾" in page  # the samples

    asked(client, roster)
    assert "正在生成预览" in client.get(reverse("rosters:show", args=[roster.pk])).content.decode()
    settle(now)
    assert "2013-05-01" in client.get(reverse("rosters:show", args=[roster.pk])).content.decode()

    client.post(reverse("rosters:apply", args=[roster.pk]))
    settle(now)
    assert Enrolment.objects.filter(school=school, ends_on=None).count() == 2
    assert "撤销导入" in client.get(reverse("rosters:show", args=[roster.pk])).content.decode()

    client.post(reverse("rosters:undo", args=[roster.pk]))
    assert not Person.objects.filter(name="林小禾").exists()


def test_a_file_that_cannot_be_read_is_said_beside_the_file(client, school, admin):
    file = SimpleUploadedFile("名册.xlsx", b"\x89PNG\r\n\x1a\n" + b"\0" * 99)
    answer = client.post(reverse("rosters:upload"), {"school": school.pk, "file": file})
    assert answer.status_code == 422
    assert "这是图片，不是名册表格" in answer.content.decode()
    assert not RosterImport.objects.exists()


def test_a_mapping_without_a_name_is_refused_on_its_page(client, school, admin):
    handed_in(client, school, [LIN])
    roster = RosterImport.objects.get()
    answer = asked(client, roster, column_1="")
    assert answer.status_code == 422
    assert "还没有指出哪一列是“姓名”" in answer.content.decode()


def test_another_sheet_can_be_chosen(client, school, admin):
    book = openpyxl.Workbook()
    for name in ("七年级", "八年级"):
        page = book.create_sheet(name)
        page.append(["学号", "姓名", "班级"])
        page.append(["1", name, f"{name}1班"])
    kept = io.BytesIO()
    book.save(kept)
    file = SimpleUploadedFile("名册.xlsx", kept.getvalue())
    client.post(reverse("rosters:upload"), {"school": school.pk, "file": file})
    roster = RosterImport.objects.get()
    assert roster.sheet == "七年级"
    client.post(reverse("rosters:sheet", args=[roster.pk]), {"sheet": "八年级"})
    roster.refresh_from_db()
    assert roster.sheet == "八年级"


def test_faulty_rows_come_back_as_a_workbook_with_reasons_that_can_be_mended(client, school, admin, now):
    roster = brought(client, school, [LIN, ("2026002", "何山", "男", "2013.2.30", "七年级1班")], now)
    answer = client.get(reverse("rosters:faulty", args=[roster.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[2][:3] == ["原来的行", "哪里不对，怎么改", "学号"]
    assert rows[3][0] == "3"
    assert "没有 2013.2.30 这一天" in rows[3][1]

    sheet["F4"] = "2013-02-28"
    kept = io.BytesIO()
    sheet.parent.save(kept)
    file = SimpleUploadedFile("改好的.xlsx", kept.getvalue())
    client.post(reverse("rosters:upload"), {"school": school.pk, "file": file})
    mended = RosterImport.objects.latest("pk")
    asked(client, mended, scope="nobody")
    settle(now)
    mended.refresh_from_db()
    assert mended.counts == {"new": 1, "warned": 0}


def test_faulty_rows_of_a_merged_head_keep_what_each_column_means(client, school, admin, now):
    rows = [
        ("学号", "姓名", "班级", "监护人", ""),
        ("", "", "", "姓名", "电话"),
        ("1", "林小禾", "火箭班", "林一", "13800138000"),
    ]
    roster = brought(client, school, rows, now, head=None)
    data = client.get(reverse("rosters:faulty", args=[roster.pk])).content
    head = heads.choose_sheet(open_workbook(data))
    assert head.found() == {"student_number", "name", "class_name", "guardian1_name", "guardian1_phone"}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_template_is_a_roster(client, admin, language):
    data = client.get(reverse("rosters:template"), headers={"accept-language": language}).content
    head = heads.choose_sheet(open_workbook(data))
    assert {"name", "student_number", "class_name", "groups", "guardian1_phone"} <= head.found()
    assert openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]["A3"].number_format == "@"


def test_an_export_can_be_imported_again_and_changes_nothing(client, school, admin, now):
    head = (*HEAD, "住宿", "家长姓名", "关系", "家长电话")
    carried_out(client, school, [(*LIN, "是", "林一", "父亲", "13800138000"), (*HE, "", "", "", "")], now, head)
    data = client.get(reverse("rosters:export", args=[school.pk])).content
    assert b"13800138000" not in data
    assert Entry.objects.filter(action="roster.exported").count() == 1

    file = SimpleUploadedFile("导出.xlsx", data)
    client.post(reverse("rosters:upload"), {"school": school.pk, "file": file})
    again = RosterImport.objects.latest("pk")
    asked(client, again, scope="school")
    settle(now)
    again.refresh_from_db()
    assert again.counts == {"same": 2, "warned": 0}


def test_progress_tells_where_to_go_on(client, school, admin, now):
    handed_in(client, school, [LIN])
    roster = RosterImport.objects.get()
    asked(client, roster)
    url = reverse("rosters:progress", args=[roster.pk])
    assert client.get(url).json()["state"] == "running"
    settle(now)
    assert client.get(url).json() | {"words": ""} == {
        "state": "done",
        "done": 2,
        "total": 2,
        "words": "",
        "next": reverse("rosters:show", args=[roster.pk]),
    }


def test_a_namesake_is_decided_with_a_button(client, school, admin, now):
    carried_out(client, school, [LIN], now)
    roster = brought(client, school, [("2026099", "林小禾", "女", "", "七年级1班")], now)
    page = client.get(reverse("rosters:show", args=[roster.pk])).content.decode()
    assert "是这名学生" in page
    assert "确认导入" not in page

    lin = Person.objects.get(name="林小禾")
    row = roster.rows.get()
    client.post(reverse("rosters:decide", args=[roster.pk]), {"row": row.pk, "person": lin.pk})
    page = client.get(reverse("rosters:show", args=[roster.pk])).content.decode()
    assert "确认导入" in page
    assert "由人确认" in page or "已选" in page


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("show", "get"),
        ("columns", "get"),
        ("progress", "get"),
        ("faulty", "get"),
        ("columns", "post"),
        ("sheet", "post"),
        ("decide", "post"),
        ("decide_all", "post"),
        ("apply", "post"),
        ("undo", "post"),
        ("discard", "post"),
    ],
)
def test_a_stranger_finds_nothing_and_changes_nothing(client, school, admin, now, name, method):
    roster = brought(client, school, [LIN], now)
    stranger = an_actor(PostKind.SCHOOL_ADMIN, a_school(), at=now)
    sign_in(client, stranger)

    assert getattr(client, method)(reverse(f"rosters:{name}", args=[roster.pk])).status_code == 404
    roster.refresh_from_db()
    assert roster.state == "ready"


def test_a_stranger_cannot_hand_in_or_export_for_another_school(client, school, admin, now):
    stranger = an_actor(PostKind.SCHOOL_ADMIN, a_school(), at=now)
    sign_in(client, stranger)
    assert handed_in(client, school, [LIN]).status_code == 422
    assert client.get(reverse("rosters:export", args=[school.pk])).status_code == 404
    assert not RosterImport.objects.exists()


def test_a_colleague_without_the_right_is_turned_away(client, school, now):
    teacher = an_actor(PostKind.CLASS_TEACHER, a_class(school), at=now)
    sign_in(client, teacher)
    assert client.get(reverse("rosters:index")).status_code == 403
    assert client.get(reverse("rosters:template")).status_code == 403


def test_the_home_page_says_what_waits(client, school, admin, now):
    assert "还没有学生" in client.get("/").content.decode()
    carried_out(client, school, [LIN], now)
    brought(client, school, [LIN, HE], now)
    page = client.get("/").content.decode()
    assert "还没有学生" not in page
    assert "名册导入没有完成：名册.xlsx" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_take_as_many_queries_for_one_row_as_for_three(
    client, school, admin, now, rows, django_assert_max_num_queries
):
    for n in range(rows):
        brought(client, school, [(f"20260{at}{n}", "石溪", "男", "", "七年级1班") for at in range(rows)], now)
    roster = RosterImport.objects.latest("pk")
    client.get(reverse("rosters:index"))
    with django_assert_max_num_queries(14):
        client.get(reverse("rosters:index"))
    with django_assert_max_num_queries(14):
        client.get(reverse("rosters:show", args=[roster.pk]))


def test_the_page_of_namesakes_takes_one_query_more(client, school, admin, now, django_assert_max_num_queries):
    carried_out(client, school, [LIN, HE], now)
    rows = [("1", "林小禾", "女", "", "七年级1班"), ("2", "何山", "男", "", "七年级1班")]
    roster = brought(client, school, rows, now)
    url = reverse("rosters:show", args=[roster.pk])
    client.get(url)
    with django_assert_max_num_queries(15):
        client.get(url)
