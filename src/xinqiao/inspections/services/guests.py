"""Outside evaluators: one sheet or a whole round behind a link with a code, until a day."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.models import OutsideLink
from xinqiao.access.services.links import NewLink, make_link, revoke_link
from xinqiao.inspections import policies
from xinqiao.inspections.enums import RoundState
from xinqiao.inspections.models import Round, Sheet
from xinqiao.kernel.refusal import Refusal


@transaction.atomic
def invite(*, actor: Actor, round_: Round, sheet: Sheet | None, for_whom: str, days: int, at: datetime) -> NewLink:
    """A link for one sheet, or with None for all that are drawn. Token and code are in the answer only.

    Raises PermissionDenied, Refusal(closed, days, for_whom).
    """
    if not policies.runs(actor, round_.organisation):
        raise PermissionDenied
    if round_.state not in (RoundState.OPEN, RoundState.CHECKING):
        raise Refusal(_("只有自评中或检查中的督导可以邀请外部评估人。"), code="closed")
    room, target = (policies.ROUND_LINK, round_.pk) if sheet is None else (policies.SHEET_LINK, sheet.pk)
    return make_link(
        actor=actor, room=room, target=target, school=round_.organisation, for_whom=for_whom, at=at, days=days,
    )  # fmt: skip


@transaction.atomic
def end_invitation(*, actor: Actor, round_: Round, link: OutsideLink, at: datetime) -> OutsideLink:
    """End a link of this round now."""
    if not policies.visible_links(actor, round_).filter(pk=link.pk).exists():
        raise PermissionDenied
    return revoke_link(actor=actor, link=link, at=at)
