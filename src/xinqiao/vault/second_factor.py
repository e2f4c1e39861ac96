"""The secrets of the second factor, sealed: allauth keeps them as text inside rows of its own.

In a row's ``data`` stand ``secret`` (of an authenticator app), ``seed`` (of the recovery codes) or ``migrated_codes``;
a sealed one is ``sealed:`` and the base64 of the blob. They are sealed with the house's own key (owner 0), because an
account belongs to no organisation, and its context says what it is but not whose: allauth does not tell.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from xinqiao.accounts.adapter import SecondFactorAdapter
from xinqiao.kernel import crypto
from xinqiao.vault.fields import Sealed
from xinqiao.vault.fields import seal as seal_text

HOUSE = 0
CONTEXT = "mfa.authenticator.data"
_MARK = "sealed:"


class SealedSecondFactorAdapter(SecondFactorAdapter):
    """What allauth asks to be encrypted is sealed before it reaches a row."""

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises ValidationError, which the sign-in form shows, when the key of this house is not here."""
        try:
            return reveal(encrypted_text)
        except crypto.Unreadable as error:
            raise self.validation_error("unreadable") from error


def seal(text: str) -> str:
    return _MARK + base64.b64encode(seal_text(text, owner=HOUSE, context=CONTEXT).blob).decode()


def reveal(text: str) -> str:
    """Raises crypto.Unreadable for a text that is not sealed, was changed, or whose key is not here."""
    return Sealed(_blob(text), CONTEXT, HOUSE).reveal()


def _blob(text: str) -> bytes:
    if not text.startswith(_MARK):
        raise crypto.Unreadable
    try:
        return base64.b64decode(text.removeprefix(_MARK), validate=True)
    except binascii.Error as error:
        raise crypto.Unreadable from error


def secrets_in(data: dict[str, Any]) -> Iterator[str]:
    """The secret texts of one authenticator's ``data``."""
    yield from (data[name] for name in ("secret", "seed") if name in data)
    yield from data.get("migrated_codes") or []


def all_rows() -> Iterator[Authenticator]:
    """Authenticators with something secret in them; a passkey holds only its public half."""
    secretive = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
    yield from secretive.order_by("pk").iterator(chunk_size=1000)


def how_many() -> int:
    return Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).count()


def keys_in_use() -> set[int]:
    """Ids of the keys that some authenticator still needs. What no key opens needs none; the doctor names it."""
    found = set()
    for row in all_rows():
        for text in secrets_in(row.data):
            with suppress(crypto.Unreadable):
                found.add(crypto.key_id_of(_blob(text)))
    return found


def opens(row: Authenticator) -> bool:
    """Whether every secret of ``row`` can be read here and now."""
    try:
        for text in secrets_in(row.data):
            reveal(text)
    except (crypto.Unreadable, UnicodeDecodeError):
        return False
    return True


@transaction.atomic
def reseal(pk: int, key_id: int) -> int:
    """Seal the secrets of one authenticator with the house's active key, ``key_id``; returns how many were changed.

    The row is locked: a recovery code used up meanwhile stays used up. Raises crypto.Unreadable, naming the row.
    """
    row = Authenticator.objects.select_for_update().filter(pk=pk).first()
    if row is None:  # taken away meanwhile
        return 0
    try:
        old = [text for text in secrets_in(row.data) if crypto.key_id_of(_blob(text)) != key_id]
        fresh = {text: seal(reveal(text)) for text in old}
    except crypto.Unreadable as error:
        raise crypto.Unreadable(f"mfa.authenticator pk={pk}") from error
    if fresh:
        row.data = with_secrets(row.data, fresh)
        row.save(update_fields=["data"])
    return len(fresh)


def with_secrets(data: dict[str, Any], fresh: dict[str, str]) -> dict[str, Any]:
    """``data`` with each secret text replaced by what ``fresh`` holds for it."""
    changed: dict[str, Any] = {name: fresh.get(data[name], data[name]) for name in ("secret", "seed") if name in data}
    if data.get("migrated_codes"):
        changed["migrated_codes"] = [fresh.get(code, code) for code in data["migrated_codes"]]
    return data | changed
