"""Accounts of staff: opened by whoever appoints, with a password that works once."""

from __future__ import annotations

import re
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access import codes
from xinqiao.access.actor import HOUSE, Actor
from xinqiao.access.enums import Action, PostKind
from xinqiao.access.models import Post
from xinqiao.accounts.models import Account, AccountKind
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation, Person
from xinqiao.people.services import add_organisation

ONE_TIME_LENGTH = 12
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,31}")
_LOOKS_PRIVATE = re.compile(r"\d{11,}|\d{17}[\dx]")


@transaction.atomic
def open_staff_account(*, actor: Actor, person: Person, username: str, at: datetime) -> str:
    """A one-time password for ``person``, who must choose their own at first sign-in. An existing staff account gets a
    new one-time password (forgotten password); ``username`` is ignored then.

    Raises PermissionDenied unless the actor appoints at the organisation that keeps the person; Refusal for a user
    name that is taken, unfit or looks like a phone or identity number.
    """
    if actor != HOUSE and not actor.may(Action.MANAGE_POSTS, person.keeper.path or "-"):
        raise PermissionDenied
    person = Person.objects.select_for_update(of=("self",)).select_related("account").get(pk=person.pk)
    password = codes.shown(codes.new_code(ONE_TIME_LENGTH)).lower()
    account = person.account
    if account is None:
        account = Account(username=_checked(username), name=person.name, kind=AccountKind.STAFF)
        action = "account.opened"
    elif account.kind == AccountKind.STUDENT:
        raise Refusal(_("学生用登录条进入，不开通工作人员账号。"), code="student")
    else:
        action = "account.password_reset"
    account.set_password(password)
    account.must_change_password = account.is_active = True
    account.kind = AccountKind.STAFF
    account.save()
    person.account = account
    person.save(update_fields=["account"])
    record(
        account=actor.account,
        who=actor.who,
        action=action,
        at=at,
        owner=person.keeper_id,
        subject=account,
        person=person.pk,
    )
    return password


def _checked(username: str) -> str:
    name = username.strip().lower()
    if _LOOKS_PRIVATE.search(name):
        raise Refusal(_("用户名不能用手机号或身份证号，请用姓名拼音等。"), code="private", field="username")
    if not _USERNAME.fullmatch(name):
        raise Refusal(_("用户名请用 3 到 32 个小写字母、数字、点、横线，以字母开头。"), code="form", field="username")
    if Account.objects.filter(username=name).exists():
        raise Refusal(_("用户名“%(name)s”已有人使用，请换一个。") % {"name": name}, code="taken", field="username")
    return name


@transaction.atomic
def close_account(*, actor: Actor, account: Account, at: datetime) -> None:
    """Nobody enters with it any more, and its open sessions end with their next click."""
    person = Person.objects.select_related("keeper").filter(account=account).first()
    if actor != HOUSE and (person is None or not actor.may(Action.MANAGE_POSTS, person.keeper.path or "-")):
        raise PermissionDenied
    Account.objects.filter(pk=account.pk).update(is_active=False)
    record(
        account=actor.account,
        who=actor.who,
        action="account.closed",
        at=at,
        owner=person.keeper_id if person else 0,
        subject=account,
        person=person.pk if person else None,
    )


@transaction.atomic
def remove_second_factor(*, actor: Actor, account: Account, at: datetime) -> int:
    """For a lost phone: the next sign-in asks for the password alone, and then to set up a new one. Returns how many
    were removed. Only the house itself (the command line) may: who gives out passwords must not take this away too."""
    if actor != HOUSE:
        raise PermissionDenied
    removed, _kinds = Authenticator.objects.filter(user=account).delete()
    person = Person.objects.filter(account=account).first()
    record(
        account=None,
        who=actor.who,
        action="account.second_factor_removed",
        at=at,
        owner=person.keeper_id if person else 0,
        subject=account,
        person=person.pk if person else None,
    )
    return int(removed)


@transaction.atomic
def found_house(*, actor: Actor, organisation: str, name: str, username: str, at: datetime) -> str:
    """The first bureau and its administrator, on an empty installation; returns the one-time password. Only the house
    itself (the command line) may."""
    if actor != HOUSE:
        raise PermissionDenied
    if Organisation.objects.exists():
        raise Refusal(_("这里已经有机构。新的管理员由现有管理员任命。"), code="not_empty")
    root = add_organisation(parent=None, kind="bureau", name=organisation.strip())
    person = Person.objects.create(name=name.strip(), keeper=root)
    Post.objects.create(person=person, organisation=root, kind=PostKind.SYSTEM_ADMIN, starts_on=localdate(at))
    return open_staff_account(actor=actor, person=person, username=username, at=at)
