"""Objects of one school behind the addresses of this room."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from xinqiao.teams.models import Decision, Meeting, Position, Seat, Team


def samples(world: Any) -> dict[str, dict[str, Any]]:
    now, person = timezone.now(), world.actors["insider"].person
    today = timezone.localdate(now)
    team = Team.objects.create(organisation=world.school, title="领导小组", made_by=person, made_at=now)
    position = Position.objects.create(team=team, title="成员")
    seat = Seat.objects.create(
        organisation=world.school,
        position=position,
        name="某医生",
        starts_on=today,
        letter_number="聘1号",
        letter_on=today,
        by=person,
        at=now,
    )
    meeting = Meeting(
        team=team,
        state="held",
        held_at=now - timedelta(days=1),
        agenda="心理月",
        minutes="议定",
        minutes_by=person,
        minutes_at=now,
        file_name="x.pdf",
        made_by=person,
        made_at=now,
    )
    meeting.file.save("x.pdf", ContentFile(b"%PDF-1.7"))
    decision = Decision.objects.create(meeting=meeting, words="办好心理月", unit=world.school)
    of_team = ("team", "team_edit", "team_close", "position_add", "meeting_add")
    of_meeting = (
        "meeting", "meeting_edit", "hold", "call_off", "minutes", "minutes_file", "minutes_paper", "decide",
    )  # fmt: skip
    return {
        **{f"teams:{name}": {"team_id": team.pk} for name in of_team},
        **{f"teams:{name}": {"position_id": position.pk} for name in ("position_edit", "position_drop", "seat")},
        **{f"teams:{name}": {"seat_id": seat.pk} for name in ("unseat", "letter")},
        **{f"teams:{name}": {"meeting_id": meeting.pk} for name in of_meeting},
        **{f"teams:{name}": {"decision_id": decision.pk} for name in ("settle", "decision_drop")},
        "plans:decision_task": {"decision_id": decision.pk},
    }
