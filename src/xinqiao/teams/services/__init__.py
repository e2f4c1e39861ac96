"""The verbs of this room. ``want_team`` is what a plan calls."""

from xinqiao.teams.services.meetings import (
    call_off,
    change_meeting,
    decide,
    drop_decision,
    hold,
    plan_meeting,
    settle_decision,
    write_minutes,
)
from xinqiao.teams.services.seats import keep_seats, seat, unseat, write_letter
from xinqiao.teams.services.teams import close_team, drop_position, set_position, set_team, want_team

__all__ = [
    "call_off", "change_meeting", "close_team", "decide", "drop_decision", "drop_position", "hold", "keep_seats",
    "plan_meeting", "seat", "set_position", "set_team", "settle_decision", "unseat", "want_team", "write_letter",
    "write_minutes",
]  # fmt: skip
