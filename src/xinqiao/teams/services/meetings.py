"""Meetings: planned, called off or held; minutes; what was decided and how it ended."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import HOUSE, Actor
from xinqiao.documents.uploads import Clean
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.people.models import Organisation, Person
from xinqiao.teams.enums import MeetingState
from xinqiao.teams.models import Decision, Meeting, Seat, Team
from xinqiao.teams.policies import INSIDE
from xinqiao.teams.rules import MEETING
from xinqiao.teams.selectors.meetings import could_attend
from xinqiao.teams.selectors.seats import held
from xinqiao.teams.services.handling import locked_team, must_keep, note

FARTHEST = timedelta(days=400)
"""A meeting further away than this in either direction has a wrong year."""


@transaction.atomic
def plan_meeting(*, actor: Actor, team: Team, held_at: datetime, place: str, agenda: str, at: datetime) -> Meeting:
    """Arrange a meeting, or enter one that has been; members of the house learn that something waits for them.

    Raises PermissionDenied, Refusal(closed, held_at, agenda).
    """
    team, person = locked_team(actor, team.pk)
    _check(held_at, agenda, at)
    meeting = Meeting.objects.create(
        team=team, held_at=held_at, place=place.strip(), agenda=agenda.strip(), made_by=person, made_at=at
    )
    _tell(team, held_at, at, but=person)
    note(actor, "meeting.planned", at, team.organisation_id, meeting)
    return meeting


@transaction.atomic
def change_meeting(
    *, actor: Actor, meeting: Meeting, held_at: datetime, place: str, agenda: str, at: datetime
) -> Meeting:
    """Move a planned meeting, or change what it is about. Raises as ``plan_meeting``, Refusal(move)."""
    meeting, person = _locked(actor, meeting)
    MEETING.after(meeting.state, "change")
    _check(held_at, agenda, at)
    moved = meeting.held_at != held_at
    meeting.held_at, meeting.place, meeting.agenda = held_at, place.strip(), agenda.strip()
    meeting.save(update_fields=["held_at", "place", "agenda"])
    if moved:
        _tell(meeting.team, held_at, at, but=person)
    note(actor, "meeting.changed", at, meeting.team.organisation_id, meeting)
    return meeting


@transaction.atomic
def call_off(*, actor: Actor, meeting: Meeting, reason: str, at: datetime) -> Meeting:
    """A planned meeting does not take place. Raises PermissionDenied, Refusal(move, reason)."""
    meeting, person = _locked(actor, meeting)
    meeting.state = MEETING.after(meeting.state, "call_off")
    if not reason.strip():
        raise Refusal(_("请写明取消的原因。"), code="reason", field="reason")
    meeting.reason = reason.strip()[:200]
    meeting.save(update_fields=["state", "reason"])
    _tell(meeting.team, meeting.held_at, at, but=person)
    note(actor, "meeting.called_off", at, meeting.team.organisation_id, meeting)
    return meeting


@transaction.atomic
def hold(
    *, actor: Actor, meeting: Meeting, held_at: datetime, attended: Collection[Seat], guests: str, at: datetime
) -> Meeting:
    """A meeting took place: when it began and who was there. Again, to put it right.

    Raises PermissionDenied, Refusal(move, held_at, attended).
    """
    meeting, _person = _locked(actor, meeting)
    meeting.state = MEETING.after(meeting.state, "hold")
    if held_at > at:
        raise Refusal(_("会议还没有开。开过以后再来登记到会的人。"), code="held_at", field="held_at")
    if at - held_at > FARTHEST:
        raise Refusal(_("时间太早，请核对年份。"), code="held_at", field="held_at")
    meeting.held_at, meeting.guests = held_at, guests.strip()[:200]
    if not attended and not meeting.guests:
        raise Refusal(_("请勾选到会的人。"), code="attended", field="attended")
    allowed = set(could_attend(meeting).values_list("pk", flat=True))
    strangers = [seat for seat in attended if seat.pk not in allowed]
    if strangers:
        raise Refusal(
            _("%(name)s 开会那天不在这支队伍里，请写在“列席人员”里。") % {"name": str(strangers[0])},
            code="attended",
            field="attended",
        )
    meeting.save(update_fields=["state", "held_at", "guests"])
    meeting.attended.set(attended)
    note(actor, "meeting.held", at, meeting.team.organisation_id, meeting, attended=len(attended))
    return meeting


@transaction.atomic
def write_minutes(*, actor: Actor, meeting: Meeting, words: str, file: Clean | None, at: datetime) -> Meeting:
    """The minutes of a held meeting, as text, as a signed scan, or both; written again they replace the text, and a new
    file replaces the old one. Raises PermissionDenied, Refusal(move, minutes)."""
    meeting, person = _locked(actor, meeting)
    if meeting.state != MeetingState.HELD:
        raise Refusal(_("请先登记会议已经召开，再写纪要。"), code="move")
    MEETING.after(meeting.state, "minutes")
    if not words.strip() and file is None and not meeting.file:
        raise Refusal(_("请写会议纪要，或上传签过字的纪要。"), code="minutes", field="minutes")
    meeting.minutes, meeting.minutes_by, meeting.minutes_at = words.strip(), person, at
    if file is not None:
        old = meeting.file.name
        meeting.file_name, meeting.digest = file.name, file.digest
        meeting.file.save(f"{file.digest[:16]}.{file.name.rpartition('.')[2]}", ContentFile(file.data), save=False)
        if old:
            transaction.on_commit(lambda: meeting.file.storage.delete(old))
    meeting.save()
    note(actor, "meeting.minutes", at, meeting.team.organisation_id, meeting)
    return meeting


@transaction.atomic
def decide(
    *, actor: Actor, meeting: Meeting, words: str, unit: Organisation, due_on: date | None, at: datetime
) -> Decision:
    """Enter what a held meeting decided: words, which organisation does it, by when.

    Raises PermissionDenied, Refusal(move, words, unit, due_on).
    """
    meeting, _person = _locked(actor, meeting)
    if meeting.state != MeetingState.HELD:
        raise Refusal(_("请先登记会议已经召开，再登记决定。"), code="move")
    MEETING.after(meeting.state, "decide")
    if not words.strip():
        raise Refusal(_("请写明决定了什么。"), code="words", field="words")
    if not unit.path.startswith(meeting.team.organisation.path) or unit.kind in INSIDE or unit.closed_on:
        raise Refusal(_("只能交给本单位或下属单位。"), code="unit", field="unit")
    if due_on is not None and due_on < localdate(meeting.held_at):
        raise Refusal(_("完成日期不能早于开会那天。"), code="due_on", field="due_on")
    row = Decision.objects.create(meeting=meeting, words=words.strip()[:300], unit=unit, due_on=due_on)
    note(actor, "meeting.decided", at, meeting.team.organisation_id, row, meeting=meeting.pk)
    return row


@transaction.atomic
def drop_decision(*, actor: Actor, decision: Decision, at: datetime) -> None:
    """Take back a decision entered by mistake, on the day it was entered wrongly or later, while it is open."""
    row = _locked_decision(actor, decision)
    note(actor, "meeting.decision_dropped", at, row.meeting.team.organisation_id, row, meeting=row.meeting_id)
    row.delete()


@transaction.atomic
def settle_decision(*, actor: Actor, decision: Decision, outcome: str, at: datetime) -> Decision:
    """How a decision ended. Raises PermissionDenied, Refusal(move, outcome)."""
    row = _locked_decision(actor, decision)
    if not outcome.strip():
        raise Refusal(_("请写一句落实的情况。"), code="outcome", field="outcome")
    row.settled_on, row.settled_by, row.outcome = localdate(at), actor.person, outcome.strip()[:300]
    row.save(update_fields=["settled_on", "settled_by", "outcome"])
    note(actor, "meeting.decision_settled", at, row.meeting.team.organisation_id, row, meeting=row.meeting_id)
    return row


def _locked_decision(actor: Actor, decision: Decision) -> Decision:
    row = (
        Decision.objects.select_for_update(of=("self",))
        .select_related("meeting__team__organisation")
        .get(pk=decision.pk)
    )
    if actor != HOUSE:
        must_keep(actor, row.meeting.team.organisation)
    if row.settled_on is not None:
        raise Refusal(_("这项决定已经落实。"), code="move")
    return row


def _locked(actor: Actor, meeting: Meeting) -> tuple[Meeting, Person]:
    _team, person = locked_team(actor, meeting.team_id)
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("team__organisation")
    return rows.get(pk=meeting.pk), person


def _check(held_at: datetime, agenda: str, at: datetime) -> None:
    if abs(held_at - at) > FARTHEST:
        raise Refusal(_("会议时间离今天太远，请核对年份。"), code="held_at", field="held_at")
    if not agenda.strip():
        raise Refusal(_("请写议题，例如“1. 春季测评安排　2. 心理月活动”。"), code="agenda", field="agenda")


def _tell(team: Team, held_at: datetime, at: datetime, *, but: Person) -> None:
    """Members who can sign in find the meeting on their home page; for one that is over nobody is told."""
    if held_at < at:
        return
    seats = held(localdate(at)).filter(position__team=team, person__account__isnull=False)
    for pk in sorted(set(seats.exclude(person=but).values_list("person", flat=True))):
        announce("person.waits", at=at, person_id=pk)
