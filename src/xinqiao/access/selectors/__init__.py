"""Shaped reads of the room; each is documented where it lives."""

from xinqiao.access.selectors.consents import consent_standing, consent_standings, current_text
from xinqiao.access.selectors.counts import count_standings

__all__ = ["consent_standing", "consent_standings", "count_standings", "current_text"]
