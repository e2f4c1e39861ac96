"""Telling somebody outside what they need to help: typed for them, by consent, behind a link with a code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.services.links import NewLink, make_link, revoke_link
from xinqiao.cases import policies
from xinqiao.cases.enums import CaseState
from xinqiao.cases.handling import locked_case, note
from xinqiao.cases.models import Case, Summary
from xinqiao.cases.selectors.sharing import consented_scopes
from xinqiao.kernel.refusal import Refusal

ROOM = "case_summary"
"""The name under which ``access.outside`` knows the page."""
TEXTS = ("seen", "asked", "contact")


@transaction.atomic
def share_summary(
    *, actor: Actor, case: Case, scope: str, for_whom: str, texts: Mapping[str, str], days: int, at: datetime
) -> tuple[Summary, NewLink]:
    """A link for a hospital or another body, open for ``days`` (1–90). Token and code are in the answer only.

    texts: ``seen`` (what was seen, in plain words), ``asked`` (what is asked), ``contact`` (who answers at the school).

    scope: the consent it rests on, one of ``consented_scopes``. Raises PermissionDenied, and Refusal without a standing
    consent, with an empty text, or for a case that is closed.
    """
    case = locked_case(case.pk)
    if not policies.may_run(actor, case, at) or actor.person is None:
        raise PermissionDenied
    if case.state == CaseState.CLOSED:
        raise Refusal(_("个案已结案，不能再向校外提供信息。"), code="move")
    if scope not in consented_scopes(case.person, at):
        raise Refusal(
            _("没有本人和监护人对这家机构的有效同意。请先在知情同意中登记“向校外机构提供信息”。"),
            code="consent",
            field="scope",
        )
    for name in TEXTS:
        if not texts.get(name, "").strip():
            raise Refusal(_("请填写看到的情况、希望对方做什么、学校联系人。"), code="text", field=name)
    summary = Summary.objects.create(
        case=case,
        school=case.school,
        scope=scope,
        for_whom=for_whom.strip()[:80],
        made_by=actor.person,
        made_at=at,
        **{name: texts[name].strip() for name in TEXTS},
    )
    new = make_link(
        actor=actor,
        room=ROOM,
        target=summary.pk,
        school=case.school,
        for_whom=for_whom,
        at=at,
        days=days,
        person=case.person,
    )
    summary.link = new.link
    summary.save(update_fields=["link"])
    note(actor, "summary.shared", at, summary, case.person_id, days=days)
    return summary, new


@transaction.atomic
def revoke_summary(*, actor: Actor, summary: Summary, at: datetime) -> Summary:
    """End the link now."""
    summary = Summary.objects.select_related("case", "link").get(pk=summary.pk)
    if not policies.may_run(actor, summary.case, at) or summary.link is None:
        raise PermissionDenied
    revoke_link(actor=actor, link=summary.link, at=at)
    return summary
