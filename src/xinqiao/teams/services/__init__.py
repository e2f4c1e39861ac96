"""The verbs of this room. ``want_team`` is what a plan calls."""

from xinqiao.teams.services.teams import close_team, drop_position, set_position, set_team, want_team

__all__ = ["close_team", "drop_position", "set_position", "set_team", "want_team"]
