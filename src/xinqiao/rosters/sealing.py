"""Sealing many values with one key. The vault looks a key up for every value; a roster seals a hundred thousand."""

from __future__ import annotations

from xinqiao.kernel import crypto
from xinqiao.kernel.home import secret
from xinqiao.vault import keys
from xinqiao.vault.fields import Sealed


class Sealer:
    """Seals for one organisation, and opens what its own keys sealed."""

    def __init__(self, owner: int) -> None:
        self.owner = owner
        self._key_id, key = keys.active_key(owner)
        self._keys = {self._key_id: key}
        self._lookup = secret("lookup")

    def seal(self, text: str, context: str) -> Sealed:
        """A value for a column called ``context`` (app.model.field)."""
        blob = crypto.seal(text.encode(), key=self._keys[self._key_id], key_id=self._key_id, context=context)
        return Sealed(blob, context, self.owner)

    def open(self, sealed: Sealed | None) -> str:
        """The text of a sealed value, "" when there is none.

        Raises crypto.Unreadable when it was changed, belongs to another organisation, or its key is gone.
        """
        if not sealed:
            return ""
        key_id = crypto.key_id_of(sealed.blob)
        if key_id not in self._keys:
            owner, key = keys.key_by_id(key_id)
            if owner != self.owner:
                raise crypto.Unreadable
            self._keys[key_id] = key
        return crypto.unseal(sealed.blob, key=self._keys[key_id], context=sealed.context).decode()

    def fingerprint(self, text: str) -> str:
        """The same mark as ``vault.fields.fingerprint``, without reading the lookup key for every value."""
        return crypto.fingerprint(text, key=self._lookup) if text else ""
