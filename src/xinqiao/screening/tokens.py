"""What a page that asks a questionnaire holds instead of a session: leave to save one part of one sitting.

``base64url( head | instrument hash | mac )`` with head = version, sitting, part, expiry and the items withheld for
age; mac = the first 16 bytes of HMAC-SHA-256 over all of it. Nothing in it is secret; nothing in it can be changed.
Checking costs a few microseconds and no query, so it stands in front of the database on the busiest path.
"""

from __future__ import annotations

import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from xinqiao.kernel.home import secret

VERSION = 1
_HEAD = struct.Struct(">BQHIB")  # version, sitting, part, expiry (unix seconds), age (years)
_MAC_BYTES = 16
_UNKNOWN_AGE = 255
_LONGEST = 256
"""No token we make is longer (characters); a longer one is not decoded at all."""
_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Claims:
    """What a good token says. age: whole years on the day of issue, None when unknown (gated items stay hidden).

    expires: unix seconds.
    """

    sitting_id: int
    part: int
    instrument_hash: str
    expires: int
    age: int | None


class BadToken(Exception):
    """Changed, made elsewhere, or no token at all."""


class ExpiredToken(Exception):
    """Once good; the time to answer is over."""


@cache
def _key() -> bytes:
    return secret("intake")


def _mac(body: bytes) -> bytes:
    return hmac.digest(_key(), body, "sha256")[:_MAC_BYTES]


def issue(*, sitting_id: int, part: int, instrument_hash: str, expires: datetime, age: int | None) -> str:
    """A token for one part of one sitting, good until ``expires`` (aware). ``instrument_hash`` in hex."""
    years = _UNKNOWN_AGE if age is None else max(0, min(age, _UNKNOWN_AGE - 1))
    head = _HEAD.pack(VERSION, sitting_id, part, int(expires.timestamp()), years)
    body = head + bytes.fromhex(instrument_hash)
    return urlsafe_b64encode(body + _mac(body)).rstrip(b"=").decode()


_read: dict[str, Claims] = {}


def check(token: str, now: float) -> Claims:
    """The claims of a token at a moment (unix seconds). Raises BadToken, ExpiredToken.

    Tokens found good are remembered by their whole text: one student saves dozens of times with the same one.
    """
    claims = _read.get(token)
    if claims is None:
        claims = _open(token)
        if len(_read) >= _REMEMBERED:
            _read.clear()
        _read[token] = claims
    if now >= claims.expires:
        raise ExpiredToken
    return claims


def _open(token: str) -> Claims:
    if len(token) > _LONGEST:
        raise BadToken
    try:
        sealed = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (NotBase64, UnicodeEncodeError, ValueError) as error:
        raise BadToken from error
    body, mac = sealed[:-_MAC_BYTES], sealed[-_MAC_BYTES:]
    # One token, one text: base64 would let stray characters and spare bits pass.
    if urlsafe_b64encode(sealed).rstrip(b"=").decode() != token:
        raise BadToken
    if len(body) < _HEAD.size or not hmac.compare_digest(mac, _mac(body)):
        raise BadToken
    version, sitting_id, part, expires, years = _HEAD.unpack_from(body)
    if version != VERSION:
        raise BadToken
    return Claims(sitting_id, part, body[_HEAD.size :].hex(), expires, None if years == _UNKNOWN_AGE else years)


def draft_key(sitting_id: int, part: int) -> str:
    """The key (32 bytes, base64url) with which a page encrypts what it keeps on the device.

    The same for every day and device of one sheet, so that what was left on a phone yesterday opens today; it is given
    out with the page only and never kept on the device itself.
    """
    return urlsafe_b64encode(hmac.digest(_key(), b"draft" + struct.pack(">QH", sitting_id, part), "sha256")).decode()
