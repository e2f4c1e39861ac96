"""``xinqiao account`` on an empty installation and after something was lost."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from tests.factories import a_school, an_actor
from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.access.services import remove_second_factor
from xinqiao.accounts.models import Account
from xinqiao.audit.models import Entry
from xinqiao.config.cli import main

pytestmark = pytest.mark.django_db
FIRST = ["account", "first", "--organisation", "青禾区教育局", "--name", "周工", "--username"]


def password_in(said: str) -> str:
    return re.search(r"一次性密码：(\S+)", said).group(1)


def test_an_empty_installation_gets_its_first_administrator_once(client, capsys):
    assert main([*FIRST, "ZhouGong"]) == 0
    password = password_in(capsys.readouterr().out)
    assert Post.objects.get().kind == PostKind.SYSTEM_ADMIN
    answer = client.post(reverse("account_login"), {"login": "zhougong", "password": password})
    assert answer.status_code == 302
    assert client.get(reverse("access:consents"))["Location"] == reverse("account_change_password")
    assert main([*FIRST, "second"]) == 2
    assert "已经有机构" in capsys.readouterr().err


def test_an_unfit_user_name_leaves_nothing_behind(capsys):
    assert main([*FIRST, "13800001111"]) == 2
    assert not Post.objects.exists()
    assert not Account.objects.exists()


def test_a_forgotten_password_and_a_lost_phone(client, capsys):
    actor = an_actor(PostKind.PSYCH_TEACHER, a_school(), at=timezone.now())
    account = actor.account
    Authenticator.objects.create(user=account, type="totp", data={})
    assert main(["account", "password", account.username]) == 0
    account.refresh_from_db()
    assert account.check_password(password_in(capsys.readouterr().out))
    assert account.must_change_password
    assert main(["account", "second-factor", account.username]) == 0
    assert not Authenticator.objects.exists()
    assert Entry.objects.filter(action="account.second_factor_removed", person=actor.person.pk).exists()
    assert main(["account", "second-factor", "nobody"]) == 2
    with pytest.raises(PermissionDenied):
        remove_second_factor(actor=actor, account=account, at=timezone.now())
