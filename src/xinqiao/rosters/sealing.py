"""Sealing many values with one key. The vault looks a key up for every value; a roster seals a hundred thousand."""

from __future__ import annotations

from xinqiao.kernel import crypto
from xinqiao.kernel.home import secret
from xinqiao.vault import keys
from xinqiao.vault.fields import Sealed


class Sealer:
    """Seals for one organisation; opens what any of its keys sealed."""

    def __init__(self, owner: int) -> None:
        self._key_id, self._key = keys.active_key(owner)
        self._keys = {self._key_id: self._key}
        self._lookup = secret("lookup")

    def seal(self, text: str, context: str) -> Sealed:
        return Sealed(self.seal_bytes(text.encode(), context), context)

    def seal_bytes(self, content: bytes, context: str) -> bytes:
        return crypto.seal(content, key=self._key, key_id=self._key_id, context=context)

    def open_bytes(self, blob: bytes, context: str) -> bytes:
        """Raises crypto.Unreadable when the value was changed or its key is gone."""
        key_id = crypto.key_id_of(blob)
        if key_id not in self._keys:
            self._keys[key_id] = keys.key_by_id(key_id)
        return crypto.unseal(blob, key=self._keys[key_id], context=context)

    def open(self, sealed: Sealed | None) -> str:
        """The text of a sealed value, "" when there is none."""
        return self.open_bytes(sealed.blob, sealed.context).decode() if sealed else ""

    def fingerprint(self, text: str) -> str:
        """The same mark as ``vault.fields.fingerprint``, without reading the lookup key for every value."""
        return crypto.fingerprint(text, key=self._lookup) if text else ""
