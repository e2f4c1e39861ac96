"""Small worlds for tests. Names are invented; nothing here is a real person."""

from __future__ import annotations

import time
from datetime import date, datetime
from itertools import count
from zoneinfo import ZoneInfo

from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.models import Authenticator
from django.test import Client

from xinqiao.access.actor import Actor, actor_of
from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.accounts.models import Account, AccountKind
from xinqiao.people.models import Enrolment, Guardianship, Organisation, Person
from xinqiao.people.services import add_organisation

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)
"""A Monday in term."""
TODAY = NOON.date()
LONG_AGO = date(2026, 9, 1)
_numbers = count(1)


def a_bureau(name: str = "青禾区教育局") -> Organisation:
    return add_organisation(parent=None, kind="bureau", name=name)


def a_school(bureau: Organisation | None = None, name: str = "") -> Organisation:
    n = next(_numbers)
    return add_organisation(
        parent=bureau or a_bureau(), kind="school", name=name or f"第{n}实验学校", code=f"S{n:05}", system="63"
    )


def a_class(school: Organisation, *, stage: str = "junior", entry_year: int = 2025, number: int = 1) -> Organisation:
    """A class in its grade, both made when missing. The default is 八年级(1)班 in autumn 2026."""
    grade = Organisation.objects.filter(parent=school, kind="grade", stage=stage, entry_year=entry_year).first()
    if grade is None:
        grade = add_organisation(parent=school, kind="grade", name="年级", stage=stage, entry_year=entry_year)
    node = Organisation.objects.filter(parent=grade, number=number).first()
    return node or add_organisation(
        parent=grade, kind="class", name="班级", stage=stage, entry_year=entry_year, number=number
    )


def a_person(keeper: Organisation, name: str = "", *, kind: str = AccountKind.STAFF, account: bool = True) -> Person:
    n = next(_numbers)
    login = Account.objects.create_user(f"user{n}", "correct horse battery", name=name or f"某{n}", kind=kind)
    return Person.objects.create(name=name or f"某{n}", keeper=keeper, account=login if account else None)


def a_student(class_node: Organisation, name: str = "", *, birth: date = date(2012, 5, 1), **fields: object) -> Person:
    n = next(_numbers)
    school = class_node.parent.parent
    person = Person.objects.create(name=name or f"学生{n}", keeper=school, birth_date=birth, sex="f", **fields)
    Enrolment.objects.create(
        person=person, class_node=class_node, school=school, student_number=f"{n:08}", starts_on=LONG_AGO
    )
    return person


def a_guardian(child: Person, name: str = "") -> Person:
    guardian = Person.objects.create(name=name or f"{child.name}家长", keeper=child.keeper)
    Guardianship.objects.create(
        child=child, guardian=guardian, relation="mother", first_contact=True, starts_on=LONG_AGO
    )
    return guardian


def a_post(
    person: Person,
    kind: PostKind,
    organisation: Organisation,
    *,
    starts_on: date = LONG_AGO,
    ends_on: date | None = None,
) -> Post:
    return Post.objects.create(
        person=person, kind=kind, organisation=organisation, starts_on=starts_on, ends_on=ends_on
    )


def an_actor(kind: PostKind, organisation: Organisation, name: str = "", *, at: datetime = NOON) -> Actor:
    """Somebody who holds one post, as they stand at ``at``."""
    person = a_person(organisation, name)
    a_post(person, kind, organisation)
    return actor_of(person, at)


def sign_in(client: Client, actor: Actor, *, second_factor: bool = True, fresh: bool = True) -> Client:
    """The test client as ``actor``, with a second factor and a password given just now (or long ago)."""
    client.force_login(actor.account, backend="xinqiao.accounts.backends.TicketBackend")
    if second_factor:
        Authenticator.objects.get_or_create(user=actor.account, type=Authenticator.Type.TOTP, defaults={"data": {}})
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() if fresh else 0}]
    session["account_authentication_methods_user"] = user_id_to_str(actor.account)
    session.save()
    return client
