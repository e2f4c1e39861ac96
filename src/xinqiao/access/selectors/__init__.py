"""Shaped reads of the room; each is documented where it lives."""

from xinqiao.access.selectors.consents import consent_standing, consent_standings, current_text

__all__ = ["consent_standing", "consent_standings", "current_text"]
