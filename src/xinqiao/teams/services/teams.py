"""Teams and their positions: asked for by a plan, or made by whoever keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.kernel.refusal import Refusal
from xinqiao.packs.core import shapes
from xinqiao.people.models import Organisation, current
from xinqiao.teams.enums import MeetingState
from xinqiao.teams.models import Meeting, Position, Seat, Team
from xinqiao.teams.rules import KINDS
from xinqiao.teams.services.handling import locked_team, must_keep, note

MOST_DUTIES, MOST_MEETINGS = 20, 60
MOST_PEOPLE = 500
"""Of one position: a county's volunteers."""


@transaction.atomic
def want_team(
    *,
    actor: Actor,
    organisation: Organisation,
    key: str,
    title: str,
    duties: Sequence[str],
    positions: Sequence[shapes.Position],
    meets_per_term: int,
    at: datetime,
) -> Team:
    """The team a plan asks for (key: ``p14:lead``). Asked again, it changes nothing; asked differently, it changes what
    the plan decides (positions, how often it meets) and leaves words and people as their keepers set them.

    A team of that title that is there already takes the wish on; one that was closed is opened again.
    """
    held = Team.objects.select_for_update(of=("self",)).filter(organisation=organisation)
    team = held.filter(key=key).first() or held.filter(key="", title=title[:80], closed_on=None).first()
    if team is None:
        team = Team.objects.create(
            organisation=organisation, key=key, title=title[:80], duties=list(duties), meets_per_term=meets_per_term,
            made_by=actor.person, made_at=at,
        )  # fmt: skip
        changed = True
    else:
        changed = (team.key, team.meets_per_term, team.closed_on) != (key, meets_per_term, None)
        team.key, team.meets_per_term, team.closed_on = key, meets_per_term, None
        team.duties = team.duties or list(duties)
        if changed:
            team.save()
    if _want_positions(team, positions) or changed:
        note(actor, "team.wanted", at, organisation.pk, team)
    return team


def _want_positions(team: Team, wanted: Sequence[shapes.Position]) -> bool:
    """Bring a team's positions to what the plan asks. Whether anything changed."""
    have = {position.key: position for position in team.positions.all() if position.key}
    fresh, changed = [], False
    for want in wanted:
        facts = {
            "minimum": want.minimum,
            "post": want.post,
            "profession": want.profession[:80],
            "credential": want.credential[:80],
        }
        position = have.pop(want.id, None)
        if position is None:
            fresh.append(Position(team=team, key=want.id, title=want.title.zh[:80], **facts))
        elif any(getattr(position, name) != value for name, value in facts.items()):
            Position.objects.filter(pk=position.pk).update(**facts)
            changed = True
    Position.objects.bulk_create(fresh)
    for position in have.values():
        _no_longer_wanted(position)
    return changed or bool(fresh) or bool(have)


def _no_longer_wanted(position: Position) -> None:
    """The plan lets go of a position: gone when nobody ever sat there, else the keepers' own from now on."""
    if position.seats.exists():
        Position.objects.filter(pk=position.pk).update(key="", minimum=0)
    else:
        position.delete()


@transaction.atomic
def set_team(
    *, actor: Actor, organisation: Organisation, facts: Mapping[str, Any], at: datetime, team: Team | None = None
) -> Team:
    """Make or change a team. facts: title, duties (sentences), meets_per_term.

    How often a team meets that a plan asks for is the plan's. Raises PermissionDenied, Refusal(title, duties,
    meets_per_term, closed).
    """
    person = must_keep(actor, organisation)
    title = str(facts["title"]).strip()
    duties = [line.strip() for line in facts["duties"] if line.strip()]
    meets = int(facts["meets_per_term"])
    if not title:
        raise Refusal(_("请填写队伍名称，例如“心理健康教育领导小组”。"), code="title", field="title")
    if len(duties) > MOST_DUTIES:
        raise Refusal(_("职责最多写 20 条，请合并一些。"), code="duties", field="duties")
    if not 0 <= meets <= MOST_MEETINGS:
        raise Refusal(_("每学期会议次数请填 0 到 60。"), code="meets_per_term", field="meets_per_term")
    if team is None:
        team = Team(organisation=organisation, made_by=person, made_at=at)
    else:
        team, _person = locked_team(actor, team.pk)
    if team.key and meets < team.meets_per_term:
        raise Refusal(
            _("方案要求每学期至少开 %(n)d 次会，不能改少。") % {"n": team.meets_per_term},
            code="meets_per_term",
            field="meets_per_term",
        )
    same = Team.objects.filter(organisation=organisation, title=title, closed_on=None).exclude(pk=team.pk)
    if same.exists():
        raise Refusal(_("已经有一支叫这个名称的队伍，请换一个名称。"), code="title", field="title")
    team.title, team.duties, team.meets_per_term = title, duties, meets
    team.save()
    note(actor, "team.set", at, organisation.pk, team)
    return team


@transaction.atomic
def close_team(*, actor: Actor, team: Team, at: datetime) -> Team:
    """The team is dissolved today: its seats end, meetings still planned are called off, what was is kept.

    One that a running plan asks for comes back with the next asking; until then its clause is open.
    """
    team, _person = locked_team(actor, team.pk)
    today = localdate(at)
    Seat.objects.filter(position__team=team, ends_on=None, starts_on__lte=today).update(ends_on=today)
    Seat.objects.filter(position__team=team, starts_on__gt=today).update(ends_on=F("starts_on"))
    Meeting.objects.filter(team=team, state=MeetingState.PLANNED).update(
        state=MeetingState.CALLED_OFF, reason=_("队伍已撤销")
    )
    team.closed_on = today
    team.save(update_fields=["closed_on"])
    note(actor, "team.closed", at, team.organisation_id, team)
    return team


@transaction.atomic
def set_position(
    *, actor: Actor, team: Team, facts: Mapping[str, Any], at: datetime, position: Position | None = None
) -> Position:
    """Add a position to a team, or change one of the keepers' own. facts: title, minimum, post, profession, credential.

    Raises PermissionDenied, Refusal(title, minimum, post, wanted).
    """
    team, _person = locked_team(actor, team.pk)
    title = str(facts["title"]).strip()
    if not title:
        raise Refusal(_("请填写职位名称，例如“副组长”。"), code="title", field="title")
    if not 0 <= facts["minimum"] <= MOST_PEOPLE:
        raise Refusal(_("人数请填 0 到 500。"), code="minimum", field="minimum")
    if facts["post"] and facts["post"] not in KINDS:
        raise Refusal(_("没有这种岗位，请重新选择。"), code="post", field="post")
    if position is None:
        position = Position(team=team)
    else:
        position = _own(team, position)
    position.title = title
    for name in ("minimum", "post", "profession", "credential"):
        setattr(position, name, facts[name])
    position.save()
    note(actor, "team.position_set", at, team.organisation_id, position, team=team.pk)
    return position


@transaction.atomic
def drop_position(*, actor: Actor, position: Position, at: datetime) -> None:
    """A position of the keepers' own goes when nobody ever sat there; with past seats it only asks for nobody.

    Raises PermissionDenied, Refusal(wanted, held).
    """
    team, _person = locked_team(actor, position.team_id)
    position = _own(team, position)
    if position.seats.filter(current(localdate(at))).exists():
        raise Refusal(_("还有人在任。请先结束他们的任职，再撤销这个职位。"), code="held")
    note(actor, "team.position_dropped", at, team.organisation_id, position, team=team.pk)
    _no_longer_wanted(position)


def _own(team: Team, position: Position) -> Position:
    row = Position.objects.select_for_update(of=("self",)).get(pk=position.pk, team=team)
    if row.key:
        raise Refusal(_("这是方案要求的职位，由方案规定，不能在这里修改或撤销。"), code="wanted")
    return row
