"""Codes people type: made, tidied, and turned into hashes that are worth nothing without the key on disk.

A slow password hash would make a grade's slips take minutes. These codes are random, live for weeks, and are looked up
by a keyed hash (HMAC-SHA-256) whose key is not in the database: a stolen database cannot be tried offline.
"""

from __future__ import annotations

import hmac
import secrets
import unicodedata

from xinqiao.kernel import crypto
from xinqiao.kernel.home import secret

ALPHABET = "ABCDEFGHJKMNPQRTUVWXY346789"
"""No I L O S Z 0 1 2 5: what a child reads on paper is what a child types."""

STUDENT_LENGTH = 8
"""27^8 ≈ 2.8e11; with five tries a quarter of an hour nobody finds one."""
BINDING_LENGTH = 10
OUTSIDE_DIGITS = 6
"""Five tries in all, then the link is dead."""


def new_code(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _place in range(length))


def new_digits(length: int) -> str:
    return "".join(secrets.choice("0123456789") for _place in range(length))


def shown(code: str) -> str:
    """In groups of four (five for ten characters), as printed: ``K7MP-3XQ9``."""
    size = 5 if len(code) == BINDING_LENGTH else 4
    return "-".join(code[start : start + size] for start in range(0, len(code), size))


def tidy(typed: str) -> str:
    """What was meant: full-width and lower-case letters, spaces and dashes make no difference."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed).upper() if c.isalnum())


def hashed(kind: str, subject: object, code: str) -> str:
    """Keyed hash of a code for one use; 64 hex digits."""
    return crypto.fingerprint(f"{kind}:{subject}:{code}", key=secret("codes"))


def matches(kept: str, kind: str, subject: object, code: str) -> bool:
    return hmac.compare_digest(kept, hashed(kind, subject, code))
