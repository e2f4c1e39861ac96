"""Accounts by user name, for the command line."""

from __future__ import annotations

from django.utils.translation import gettext as _

from xinqiao.accounts.models import Account
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Person


def account_of(username: str) -> Account:
    account = Account.objects.filter(username=username.strip().lower()).first()
    if account is None:
        raise Refusal(_("没有用户名“%(name)s”。") % {"name": username}, code="unknown")
    return account


def person_with(username: str) -> Person:
    person = Person.objects.filter(account=account_of(username)).select_related("keeper").first()
    if person is None:
        raise Refusal(_("账号“%(name)s”没有对应的人员。") % {"name": username}, code="unknown")
    return person
