"""What happens because time passes."""

from __future__ import annotations

from datetime import datetime, timedelta

from xinqiao.outbox.registry import every
from xinqiao.teams.services import keep_seats


@every("teams.keep", timedelta(minutes=10))
def keep(at: datetime) -> None:
    """Posts that end today leave their seats vacant today."""
    keep_seats(at=at)
