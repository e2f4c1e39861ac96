"""What the verbs of this room do besides their own move: lock, ask, trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation, Person
from xinqiao.teams import policies
from xinqiao.teams.models import Team


def locked_team(actor: Actor, team_id: int) -> tuple[Team, Person]:
    """The team, held until the transaction ends, and who acts. Raises PermissionDenied, Refusal(closed)."""
    team = Team.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=team_id)
    person = must_keep(actor, team.organisation)
    if team.closed_on is not None:
        raise Refusal(_("这支队伍已经撤销。"), code="closed")
    return team, person


def must_keep(actor: Actor, organisation: Organisation) -> Person:
    if actor.person is None or not policies.may_keep(actor, organisation):
        raise PermissionDenied
    return actor.person


def note(actor: Actor, action: str, at: datetime, owner: int, row: models.Model, **facts: Any) -> None:
    """One act into the trail of organisation ``owner``; facts are codes and numbers only."""
    record(account=actor.account, who=actor.who, action=action, at=at, owner=owner, subject=row, **facts)
