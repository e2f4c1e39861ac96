"""Sessions are sealed with a key that is not in the database: whoever copies the table cannot read them."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.serializers import JSONSerializer

from xinqiao.kernel import crypto
from xinqiao.kernel.home import secret

_CONTEXT = "django.session"
_FROM_BEFORE = b"{"
"""How a session begins that was written before sessions were sealed; it is sealed when it is next saved."""


class SealedSessions(JSONSerializer):
    """Django's way to keep a session, sealed. One that does not open counts as none: its owner signs in again."""

    def dumps(self, obj: Any) -> bytes:
        plain: bytes = super().dumps(obj)
        return crypto.seal(plain, key=secret("sessions"), key_id=0, context=_CONTEXT)

    def loads(self, data: bytes) -> Any:
        """Raises crypto.Unreadable when the key is not the one it was sealed with."""
        if data.startswith(_FROM_BEFORE):
            return super().loads(data)
        return super().loads(crypto.unseal(data, key=secret("sessions"), context=_CONTEXT))
