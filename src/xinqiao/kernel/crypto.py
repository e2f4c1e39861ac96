"""Authenticated encryption of small texts, with the key named in the ciphertext.

A sealed value is ``version (1 byte) | key id (4 bytes, big endian) | nonce (12 bytes) | AES-256-GCM ciphertext``.
The context (which column of which owner) is bound as associated data, so that a value moved to another column or
another organisation does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
_HEAD = struct.Struct(">BI")
_NONCE_BYTES = 12
KEY_BYTES = 32


class Unreadable(Exception):
    """The value was changed, moved, or sealed with a key that is not here."""


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def seal(plain: bytes, *, key: bytes, key_id: int, context: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return _HEAD.pack(VERSION, key_id) + nonce + AESGCM(key).encrypt(nonce, plain, context.encode())


def key_id_of(sealed: bytes) -> int:
    """The id of the key a sealed value was made with. Raises Unreadable for anything else."""
    if len(sealed) < _HEAD.size + _NONCE_BYTES or sealed[0] != VERSION:
        raise Unreadable
    return int(_HEAD.unpack_from(sealed)[1])


def unseal(sealed: bytes, *, key: bytes, context: str) -> bytes:
    key_id_of(sealed)
    nonce = sealed[_HEAD.size : _HEAD.size + _NONCE_BYTES]
    try:
        return AESGCM(key).decrypt(nonce, sealed[_HEAD.size + _NONCE_BYTES :], context.encode())
    except InvalidTag as error:
        raise Unreadable from error


def fingerprint(text: str, *, key: bytes) -> str:
    """Keyed hash (HMAC-SHA-256, hex) by which a sealed value can be found again."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
