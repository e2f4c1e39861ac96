"""What must hold of accounts, consents and emergency readings; asked by ``xinqiao doctor``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate

from xinqiao.access.models import BreakGlass, OutsideLink, Post
from xinqiao.accounts.models import Account, AccountKind
from xinqiao.kernel.findings import Finding
from xinqiao.people.models import Guardianship, current

REVIEW_WITHIN = timedelta(days=8)
"""Emergency readings are reviewed weekly; a day over."""


def violations(at: datetime) -> Iterator[Finding]:
    """Accounts that open nothing any more, readings nobody looked at, doors left open. Changes nothing."""
    yield from _accounts(at)
    yield from _glass(at)
    yield from _links(at)


def _accounts(at: datetime) -> Iterator[Finding]:
    on = localdate(at)
    posts = Post.objects.filter(current(on), person__account=OuterRef("pk"))
    wards = Guardianship.objects.filter(current(on), guardian__account=OuterRef("pk"))
    active = Account.objects.filter(is_active=True)
    staff = active.filter(~Exists(posts), ~Exists(wards), kind=AccountKind.STAFF)
    for pk in staff.values_list("pk", flat=True):
        yield Finding("account_idle", f"accounts.account:{pk}", "可登录的账号没有任何岗位，请任命岗位或停用账号。")
    for pk in active.filter(~Exists(wards), kind=AccountKind.GUARDIAN).values_list("pk", flat=True):
        yield Finding("guardian_idle", f"accounts.account:{pk}", "家长账号没有对应的孩子，请核对监护关系或停用账号。")


def _glass(at: datetime) -> Iterator[Finding]:
    for pk in BreakGlass.objects.filter(reviewed_at=None, starts_at__lt=at - REVIEW_WITHIN).values_list(
        "pk", flat=True
    ):
        yield Finding(
            "glass_unreviewed", f"access.breakglass:{pk}", "紧急查阅超过一周没有复核，请学校领导或数据保护专员复核。"
        )


def _links(at: datetime) -> Iterator[Finding]:
    over = OutsideLink.objects.filter(account__is_active=True, expires_at__lt=at - timedelta(days=1), revoked_at=None)
    for pk in over.values_list("pk", flat=True):
        yield Finding("link_over", f"access.outsidelink:{pk}", "校外链接已过期，但它的账号还可以登录，请停用这个账号。")
