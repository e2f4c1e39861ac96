"""The ledger: who may have it, what stands in it, and the trace of each student."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from tests.factories import NOON, sign_in
from tests.signals.factories import World, a_level, a_world
from xinqiao.audit.models import Entry
from xinqiao.cases.services.opening import open_case
from xinqiao.insight.ledger import columns, export_ledger, ledger_cases
from xinqiao.people.models import Person

pytestmark = pytest.mark.django_db
DOMAIN = [
    "序号",
    "个案编号",
    "班级",
    "关注等级",
    "等级始于",
    "主要线索",
    "措施",
    "负责人",
    "最近联系家长",
    "上次随访",
    "下次随访",
    "转介",
    "变化",
    "结案日期",
]


@pytest.fixture
def world() -> World:
    world = a_world(children=2)
    for child in world.children:
        a_level(world, 2, child)
        open_case(actor=world.lin, person=child, reason="访谈后需要支持", at=NOON)
    return world


def cells(data: bytes) -> list[list[object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_columns_of_the_standard_form():
    assert [c.label for c in columns(named=False) if c.label in DOMAIN] == DOMAIN
    assert {"姓名", "学号"} == {c.label for c in columns(named=True)} - {c.label for c in columns(named=False)}


def test_without_names_unless_asked_and_every_student_is_recorded(world):
    data = export_ledger(actor=world.lin, named=False, at=NOON)
    flat = {str(cell) for row in cells(data) for cell in row}
    assert not flat & {child.name for child in world.children}
    found = Entry.objects.filter(action="ledger.exported", reading=True)
    assert set(found.values_list("person", flat=True)) == {child.pk for child in world.children}
    named = {str(cell) for row in cells(export_ledger(actor=world.lin, named=True, at=NOON)) for cell in row}
    assert {child.name for child in world.children} <= named


def test_a_name_cannot_be_a_formula(world):
    Person.objects.filter(pk=world.children[0].pk).update(name='=HYPERLINK("http://x","y")')
    data = export_ledger(actor=world.lin, named=True, at=NOON)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize("who", ["wei", "shao", "he", "shen"])
def test_leader_bureau_and_class_teacher_are_turned_away(world, who, client):
    sign_in(client, getattr(world, who))
    assert client.get(reverse("insight:ledger")).status_code == 403
    assert client.post(reverse("insight:ledger_download")).status_code == 403
    with pytest.raises(PermissionDenied):
        export_ledger(actor=getattr(world, who), named=False, at=NOON)


def test_a_stranger_has_a_ledger_of_their_own_only(world):
    assert ledger_cases(world.stranger, NOON) == []


def test_the_password_is_asked_again(world, client):
    client.force_login(world.lin.account, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get(reverse("insight:ledger"))
    assert answer.status_code in (302, 200)
