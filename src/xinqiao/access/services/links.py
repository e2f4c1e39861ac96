"""Links for people outside: made with a code told separately, opened a few times, ended by time or by hand."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from xinqiao.access import codes, outside
from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.access.models import OutsideLink
from xinqiao.accounts.models import Account, AccountKind
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation, Person

MOST_DAYS = 90


@dataclass(frozen=True)
class NewLink:
    """token goes into the address of ``entry:outside``; code is told another way. Both are shown once, kept nowhere."""

    link: OutsideLink
    token: str
    code: str


@transaction.atomic
def make_link(
    *,
    actor: Actor,
    room: str,
    target: int,
    school: Organisation,
    for_whom: str,
    at: datetime,
    days: int = 7,
    person: Person | None = None,
) -> NewLink:
    """A link to what ``room`` registered in ``access.outside``. ``days``: 1–90. Raises PermissionDenied, Refusal.

    The actor needs the right that the room asks for (``outside.right_of``) at ``school``.
    """
    if not actor.may(outside.right_of(room), school.path or "-") or actor.account is None:
        raise PermissionDenied
    if not 1 <= days <= MOST_DAYS:
        raise Refusal(_("有效期请选 1 到 %(most)d 天。") % {"most": MOST_DAYS}, code="days", field="days")
    if not for_whom.strip():
        raise Refusal(_("请写明这个链接给谁用（单位和姓名）。"), code="for_whom", field="for_whom")
    token, code = secrets.token_urlsafe(24), codes.new_digits(codes.OUTSIDE_DIGITS)
    link = OutsideLink.objects.create(
        room=room,
        target=target,
        school=school,
        person=person,
        for_whom=for_whom.strip(),
        token_hash=codes.hashed("link", "", token),
        code_hash=codes.hashed("link-code", token, code),
        made_by=actor.account,
        made_at=at,
        expires_at=at + timedelta(days=days),
    )
    _note(actor.account, actor.who, "outside.made", link, at, days=days)
    return NewLink(link, token, code)


def open_link(*, token: str, code: str, at: datetime) -> Account:
    """The account (kind outside) that may open this link's page and nothing else.

    A wrong code costs a try and the fifth ends the link. Raises Refusal(code="dead" | "wrong").
    """
    link = OutsideLink.objects.filter(token_hash=codes.hashed("link", "", token)).first()
    if link is None or not is_alive(link, at):
        raise Refusal(_("这个链接无效、已过期或已停用。请联系发给您链接的老师。"), code="dead")
    if not codes.matches(link.code_hash, "link-code", token, codes.tidy(code)):
        OutsideLink.objects.filter(pk=link.pk, tries_left__gt=0).update(tries_left=F("tries_left") - 1)
        left = link.tries_left - 1
        if left <= 0:
            raise Refusal(_("验证码输错次数太多，链接已停用。请联系发给您链接的老师。"), code="dead")
        raise Refusal(_("验证码不对，还可以试 %(left)d 次。") % {"left": left}, code="wrong", field="code")
    return _admit(link, at)


def is_alive(link: OutsideLink, at: datetime) -> bool:
    return link.revoked_at is None and link.expires_at > at and link.tries_left > 0


@transaction.atomic
def _admit(link: OutsideLink, at: datetime) -> Account:
    link = OutsideLink.objects.select_for_update(of=("self",)).select_related("account").get(pk=link.pk)
    if link.account is None:
        link.account = Account.objects.create_user(
            f"o-{secrets.token_hex(8)}", name=link.for_whom[:64], kind=AccountKind.OUTSIDE
        )
    link.opened_at = link.opened_at or at
    link.tries_left = 5
    link.save(update_fields=["account", "opened_at", "tries_left"])
    _note(link.account, link.for_whom, "outside.opened", link, at)
    return link.account


@transaction.atomic
def revoke_link(*, actor: Actor, link: OutsideLink, at: datetime) -> OutsideLink:
    """End a link now; whoever has its page open loses it with the next click. Who may make it may end it."""
    link = OutsideLink.objects.select_for_update(of=("self",)).select_related("school").get(pk=link.pk)
    right = outside.right_of(link.room) if outside.known(link.room) else Action.INVITE_OUTSIDE
    if not actor.may(right, link.school.path or "-"):
        raise PermissionDenied
    if link.revoked_at is not None:
        raise Refusal(_("这个链接已经停用。"), code="revoked")
    link.revoked_at = at
    link.save(update_fields=["revoked_at"])
    _note(actor.account, actor.who, "outside.revoked", link, at)
    return link


def _note(account: Account | None, who: str, action: str, link: OutsideLink, at: datetime, **facts: Any) -> None:
    record(
        account=account,
        who=who,
        action=action,
        at=at,
        owner=link.school_id,
        subject=link,
        person=link.person_id,
        **facts,
    )
