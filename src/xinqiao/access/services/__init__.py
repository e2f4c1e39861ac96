"""Verbs of the room; each is documented where it lives."""

from xinqiao.access.services.consents import (
    decline,
    ensure_texts,
    give_consent,
    publish_text,
    text_for,
    withdraw,
)

__all__ = ["decline", "ensure_texts", "give_consent", "publish_text", "text_for", "withdraw"]
