"""The doctor finds accounts that open nothing any more, readings nobody looked at, and links left open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import NOON, a_class, a_person, a_school, a_student, an_actor
from tests.plants import plants
from xinqiao.access.checks import violations
from xinqiao.access.enums import PostKind
from xinqiao.access.models import BreakGlass, OutsideLink
from xinqiao.accounts.models import Account, AccountKind
from xinqiao.people.models import Guardianship

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def school():
    return a_school()


@pytest.fixture
def lin(school):
    return an_actor(PostKind.PSYCH_TEACHER, school, "林老师")


@pytest.fixture
def child(school):
    return a_student(a_class(school))


def codes(at=NOON):
    return {finding.code for finding in violations(at)}


def a_reading(lin, child, at):
    head = an_actor(PostKind.SCHOOL_LEADER, child.keeper, "魏校长")
    return BreakGlass.objects.create(
        account=lin.account, reader=lin.person, person=child, school=child.keeper, reason="学生在楼顶，值班老师不在",
        told=head.person, starts_at=at, ends_at=at + timedelta(hours=1),
    )  # fmt: skip


def a_link(lin, child, until):
    account = Account.objects.create_user("outside-1", name="市医院", kind=AccountKind.OUTSIDE)
    return OutsideLink.objects.create(
        room="cases", target=1, school=child.keeper, person=child, for_whom="市医院", token_hash="t", code_hash="c",
        account=account, made_by=lin.account, made_at=NOON - 9 * DAY, expires_at=until,
    )  # fmt: skip


@plants("access.account_idle")
def test_an_account_without_a_post(lin, school):
    assert codes() == set()
    a_person(school)
    assert codes() == {"account_idle"}


@plants("access.guardian_idle")
def test_a_guardian_without_a_child(school, child):
    guardian = a_person(school, kind=AccountKind.GUARDIAN)
    ward = Guardianship.objects.create(guardian=guardian, child=child, relation="mother", starts_on=NOON.date() - DAY)
    assert codes() == set()
    ward.ends_on = NOON.date()
    ward.save(update_fields=["ends_on"])
    assert codes() == {"guardian_idle"}


@plants("access.glass_unreviewed")
def test_an_emergency_reading_nobody_reviewed(lin, child):
    a_reading(lin, child, NOON - 7 * DAY)
    assert codes() == set()
    assert codes(NOON + 2 * DAY) == {"glass_unreviewed"}
    assert BreakGlass.objects.get().reviewed_at is None


@plants("access.link_over")
def test_a_link_that_is_over_and_still_lets_somebody_in(lin, child):
    link = a_link(lin, child, NOON - timedelta(hours=20))
    assert codes() == set()
    assert codes(NOON + DAY) == {"link_over"}
    Account.objects.filter(pk=link.account_id).update(is_active=False)
    assert codes(NOON + DAY) == set()
