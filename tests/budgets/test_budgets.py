"""Money set aside, spent with a voucher, struck out with a reason; seen from above, kept only at home."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from tests.factories import NOON, TODAY, a_bureau, a_class, a_post, a_school, a_student, an_actor, sign_in
from xinqiao.access.actor import actor_of
from xinqiao.access.enums import Action, PostKind
from xinqiao.budgets import indicators, policies, rules, selectors, services
from xinqiao.budgets.models import Line, Spending
from xinqiao.budgets.rules import Word
from xinqiao.documents.uploads import clean
from xinqiao.indicators.registry import Share
from xinqiao.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return a_bureau()


@pytest.fixture
def school(bureau):
    return a_school(bureau, "青禾一中")


@pytest.fixture
def leader(school):
    return an_actor(PostKind.SCHOOL_LEADER, school)


def a_line(leader, school, amount="1000", **fields):
    given = {"title": "心理健康教育经费", "words": "生均公用经费", "year": 2026, **fields}
    return services.set_line(actor=leader, organisation=school, amount=Decimal(amount), at=NOON, **given)


def a_payment(leader, line, amount="100", **fields):
    given = {"on": TODAY, "words": "团体辅导箱", "voucher": "凭 001", "file": None, **fields}
    return services.spend(actor=leader, line=line, amount=Decimal(amount), at=NOON, **given)


WORDS = [
    # amount, spent, month, word
    (100, 101, 3, Word.OVERSPENT),
    (0, 1, 3, Word.OVERSPENT),
    (0, 0, 3, Word.UNSET),
    (100, 90, 3, Word.NEARLY_SPENT),
    (100, 89, 3, None),
    (100, 0, 9, None),
    (100, 0, 10, Word.SLEEPING),
    (100, 1, 12, None),
]


@pytest.mark.parametrize(("amount", "spent", "month", "word"), WORDS)
def test_what_a_line_is_told(amount, spent, month, word):
    assert rules.warning(Decimal(amount), Decimal(spent), month) == word


def test_a_plan_asks_once_a_year_and_leaves_what_the_school_decided(leader, school):
    want = {"organisation": school, "key": "p14:budget", "title": "专项经费", "amount": Decimal(500), "at": NOON}
    first = services.want_line(actor=leader, year=2026, **want)
    services.set_line(
        actor=leader,
        organisation=school,
        year=2026,
        line=first,
        title="专项经费",
        amount=Decimal(800),
        words="",
        at=NOON,
    )
    again = services.want_line(actor=leader, year=2026, **want)
    services.want_line(actor=leader, year=2027, **want)
    assert again.pk == first.pk
    assert again.amount == 800
    assert Line.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "0"),
        ("amount", "-5"),
        ("on", date(2025, 12, 31)),
        ("on", date(2026, 11, 24)),
        ("words", " "),
        ("voucher", ""),
    ],
)
def test_a_payment_says_what_is_missing(leader, school, field, value):
    line = a_line(leader, school)
    with pytest.raises(Refusal) as no:
        a_payment(leader, line, **{field: value})
    assert no.value.field == field
    assert not Spending.objects.exists()


def test_a_scan_is_a_voucher(leader, school):
    scan = clean(io.BytesIO(b"%PDF-1.7 invoice"), name="发票.pdf")
    row = a_payment(leader, a_line(leader, school), voucher="", file=scan)
    assert row.file.read() == b"%PDF-1.7 invoice"
    assert "发票" not in row.file.name


def test_struck_out_no_longer_counts_and_stays_in_sight(leader, school):
    line = a_line(leader, school)
    wrong = a_payment(leader, line, "900")
    a_payment(leader, line, "50")
    services.strike_out(actor=leader, spending=wrong, reason="重复登记", at=NOON)
    (standing,) = selectors.standings(school, 2026, TODAY)
    assert (standing.spent, standing.left, standing.payments) == (50, 950, 1)
    assert line.spendings.count() == 2
    with pytest.raises(Refusal):
        services.strike_out(actor=leader, spending=wrong, reason="又一次", at=NOON)
    with pytest.raises(Refusal) as no:
        services.strike_out(actor=leader, spending=line.spendings.last(), reason=" ", at=NOON)
    assert no.value.field == "reason"


def test_going_over_is_entered_and_shown(leader, school):
    line = a_line(leader, school, "100")
    a_payment(leader, line, "150")
    assert selectors.standings(school, 2026, TODAY)[0].word == Word.OVERSPENT


STRANGERS = ["bureau officer", "other leader", "class teacher", "psychology teacher"]


@pytest.mark.parametrize("who", STRANGERS)
def test_only_those_at_home_keep_the_money(who, leader, school, bureau):
    line = a_line(leader, school)
    stranger = {
        "bureau officer": lambda: an_actor(PostKind.BUREAU_OFFICER, bureau),
        "other leader": lambda: an_actor(PostKind.SCHOOL_LEADER, a_school(bureau)),
        "class teacher": lambda: an_actor(PostKind.CLASS_TEACHER, a_class(school)),
        "psychology teacher": lambda: an_actor(PostKind.PSYCH_TEACHER, school),
    }[who]()
    with pytest.raises(PermissionDenied):
        a_payment(stranger, line)
    with pytest.raises(PermissionDenied):
        a_line(stranger, school, title="别的")


def test_a_right_from_above_and_a_lesser_post_here_do_not_add_up(leader, school, bureau):
    """The officer who also teaches at a school sees its money, and keeps the bureau's only."""
    officer = an_actor(PostKind.BUREAU_OFFICER, bureau)
    a_post(officer.person, PostKind.SUBJECT_TEACHER, school)
    both = actor_of(officer.person, NOON)
    assert both.homes(Action.MANAGE_BUDGET) == {bureau.pk}
    with pytest.raises(PermissionDenied):
        a_payment(both, a_line(leader, school))
    assert policies.visible_lines(both).exists()


def test_the_database_refuses_a_payment_without_voucher(leader, school):
    line = a_line(leader, school)
    with pytest.raises(IntegrityError), transaction.atomic():
        Spending.objects.create(line=line, on=TODAY, amount=5, words="x", by=leader.person, at=NOON)


def test_figures_follow_the_records(leader, school, bureau):
    room = a_class(school)
    for _n in range(4):
        a_student(room)
    line = a_line(leader, school, "40")
    assert indicators.per_student([school], TODAY, {})[school.pk] == Share(40.0, 4)
    a_payment(leader, line, "10")
    assert indicators.spent([school], TODAY, {})[school.pk] == Share(10.0, 40.0)
    empty = a_school(bureau)
    assert indicators.per_student([empty], TODAY, {})[empty.pk] == Share(0.0, 0)


def test_sums_of_many_schools_take_a_fixed_number_of_queries(bureau, django_assert_num_queries):
    schools = [a_school(bureau) for _n in range(12)]
    with django_assert_num_queries(3):
        assert len(selectors.totals(schools, 2026, TODAY)) == 12


class TestPages:
    def test_a_year_from_empty_to_account(self, client, leader, school, bureau):
        sign_in(client, leader)
        home = reverse("budgets:index")
        assert "还没有经费项目" in client.get(f"{home}?year=2026").content.decode()
        answer = client.post(
            f"{reverse('budgets:line_add')}?organisation={school.pk}&year=2026",
            {"title": "专项", "amount": "1000", "words": ""},
        )
        assert answer.status_code == 302
        line = Line.objects.get()
        page = reverse("budgets:line", args=[line.pk])
        wrong = client.post(page, {"on": "2026-01-05", "amount": "20", "words": "彩笔", "voucher": ""})
        assert "凭证号" in wrong.content.decode()
        assert 'value="彩笔"' in wrong.content.decode(), "nothing typed is lost"
        files = {"file": SimpleUploadedFile("发票.exe", b"MZ...")}
        assert (
            "不能上传"
            in client.post(page, {"on": "2026-01-05", "amount": "20", "words": "x", **files}).content.decode()
        )
        assert (
            client.post(page, {"on": "2026-01-05", "amount": "20", "words": "彩笔", "voucher": "A1"}).status_code == 302
        )
        row = Spending.objects.get()
        client.post(reverse("budgets:strike", args=[row.pk]), {"reason": "重复"})
        assert "已作废：重复" in client.get(page).content.decode()
        book = load_workbook(io.BytesIO(client.get(f"{reverse('budgets:export')}?year=2026").content))
        assert len(book.sheetnames) == 3
        cells = [str(cell) for sheet in book for line in sheet.iter_rows(values_only=True) for cell in line]
        assert "重复" in cells

    def test_the_bureau_sees_the_sums_of_its_schools(self, client, leader, school, bureau):
        a_line(leader, school, "1234")
        page = sign_in(client, an_actor(PostKind.BUREAU_OFFICER, bureau)).get(f"{reverse('budgets:index')}?year=2026")
        assert "1,234" in page.content.decode()
        assert reverse("budgets:line_add") in page.content.decode(), "for its own money"
        of_school = client.get(f"{reverse('budgets:index')}?organisation={school.pk}&year=2026")
        assert reverse("budgets:line_add") not in of_school.content.decode()
