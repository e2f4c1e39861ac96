"""Ledgers of the plan side: what is in them, who sees it, and the workbook."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from tests.factories import NOON, a_class, a_student, an_actor, sign_in
from tests.plans.factories import a_county, a_plan, a_task, handed_in
from xinqiao.access.enums import PostKind
from xinqiao.audit.models import Entry
from xinqiao.budgets.models import Line, Spending
from xinqiao.directory.models import Agreement, ServicePoint
from xinqiao.insight.ledgers.book import Wanted, as_workbook, chosen, lines
from xinqiao.insight.ledgers.books import BOOKS, book_of
from xinqiao.plans.models import Task
from xinqiao.teams.models import Decision, Meeting, Position, Seat, Team

TODAY = NOON.date()
KEYS = [book.key for book in BOOKS]


@pytest.fixture
def county(db):
    """A plan at work, and one row of everything else at the first school."""
    county = a_county()
    plan = a_plan(county)
    handed_in(county, a_task(plan, unit=county.schools[0]))
    school, who = county.schools[0], county.heads[0].person
    ServicePoint.objects.filter(organisation=school).delete()
    ServicePoint.objects.create(organisation=school, kind="room", title="心理辅导室", opened_on=TODAY)
    Agreement.objects.create(
        organisation=school, kind="hospital", partner="区医院", subject="转介", signed_on=TODAY,
        ends_on=TODAY + timedelta(days=30), by=who, at=NOON,
    )  # fmt: skip
    line = Line.objects.create(organisation=school, year=2026, title="团辅材料", amount=Decimal(1000), by=who, at=NOON)
    Spending.objects.create(line=line, on=TODAY, amount=Decimal("120.50"), words="卡片", voucher="凭1", by=who, at=NOON)
    team = Team.objects.create(organisation=school, title="领导小组", made_at=NOON)
    position = Position.objects.create(team=team, title="组长")
    Seat.objects.create(organisation=school, position=position, person=who, starts_on=TODAY, by=who, at=NOON)
    meeting = Meeting.objects.create(
        team=team, state="held", held_at=NOON, agenda="布置工作", made_by=who, made_at=NOON
    )
    Decision.objects.create(meeting=meeting, words="两周内完成排查", unit=school, due_on=TODAY - timedelta(days=1))
    return county


def rows(county, key, actor=None, **wanted):
    book = book_of(key)
    found = list(chosen(book, actor or county.shao, Wanted(**wanted), TODAY))
    return [
        dict(zip([column.label for column in book.columns], line, strict=True)) for line in lines(book, found, TODAY)
    ]


@pytest.mark.parametrize("key", KEYS)
def test_every_ledger_has_its_heads_and_opens(county, client, key):
    sign_in(client, county.shao)
    page = client.get(f"{reverse('insight:work_ledger')}?book={key}")
    assert page.status_code == 200
    data = client.get(f"{reverse('insight:work_ledger_xlsx')}?book={key}").content
    sheet = openpyxl.load_workbook(BytesIO(data)).active
    assert [cell.value for cell in sheet[3]] == [column.label for column in book_of(key).columns]
    assert sheet[3][0].value == "序号"
    assert Entry.objects.filter(action="work_ledger.exported", facts__ledger=key).exists()


@pytest.mark.parametrize("key", ["services", "agreements", "budget", "payments", "teams", "meetings", "decisions"])
def test_a_row_is_where_it_belongs(county, key):
    own = [row for row in rows(county, key) if county.schools[0].name in row.values()]
    assert own
    assert not [row for row in rows(county, key, actor=county.heads[1]) if county.schools[0].name in row.values()]
    assert rows(county, key, place=county.schools[1]) == [] or key in {"services", "budget"}


def test_a_task_says_who_by_when_and_how_late(county):
    late = TODAY + timedelta(days=60)
    found = rows(county, "tasks", state="late")
    assert found == []
    book = book_of("tasks")
    overdue = chosen(book, county.shao, Wanted(state="late"), late)
    cells = lines(book, list(overdue[:5]), late)
    assert all(line[11] > 0 for line in cells)
    assert rows(county, "tasks")[0]["责任人"]


def test_searches_narrow(county):
    everything = len(rows(county, "tasks"))
    assert 0 < len(rows(county, "tasks", place=county.schools[0])) < everything
    assert 0 < len(rows(county, "tasks", until=TODAY + timedelta(days=20))) < everything
    assert len(rows(county, "tasks", since=date(2030, 1, 1))) == 0
    title = Task.objects.filter(unit=county.schools[0]).first().title
    assert all(title in row["任务"] for row in rows(county, "tasks", words=title))
    assert rows(county, "meetings", since=TODAY, until=TODAY)
    assert rows(county, "meetings", since=TODAY + timedelta(days=1)) == []
    assert rows(county, "decisions", state="open")[0]["状态"] == "已逾期"
    assert rows(county, "agreements", state="soon")
    assert rows(county, "services", state="open")


def test_a_school_sees_its_own_rows_only(county):
    names = {row["单位"] for row in rows(county, "tasks", actor=county.heads[0])}
    assert names == {county.schools[0].name}


def test_no_child_is_in_any_ledger(county):
    a_student(a_class(county.schools[0]), "王小雨")
    for book in BOOKS:
        assert "王小雨" not in str(lines(book, list(chosen(book, county.shao, Wanted(), TODAY)), TODAY))


def test_typed_formulas_stay_text(county):
    Task.objects.filter(unit=county.schools[0]).update(title="=1+1")
    data = as_workbook(book_of("tasks"), chosen(book_of("tasks"), county.shao, Wanted(), TODAY), TODAY, of="区")
    sheet = openpyxl.load_workbook(BytesIO(data)).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_doors(county, client):
    sign_in(client, an_actor(PostKind.CLASS_TEACHER, a_class(county.schools[0])))
    assert client.get(f"{reverse('insight:work_ledger')}?book=tasks").status_code == 403
    sign_in(client, county.shao)
    assert client.get(f"{reverse('insight:work_ledger')}?book=nonsense").status_code == 404
    assert client.get(reverse("insight:ledgers")).status_code == 200


@pytest.mark.parametrize("key", KEYS)
def test_queries_do_not_grow_with_the_rows(county, key, django_assert_max_num_queries):
    book = book_of(key)
    with django_assert_max_num_queries(12):
        lines(book, list(chosen(book, county.shao, Wanted(), TODAY)), TODAY)
