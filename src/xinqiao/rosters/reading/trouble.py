"""How the reading side says what is wrong: a code and the facts its sentence needs, never the sentence itself."""

from __future__ import annotations


class Trouble(ValueError):
    """Something in the file cannot be taken as it stands. ``code`` is a key of ``rosters.faults``."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = {name: str(value) for name, value in facts.items()}


class Unreadable(Trouble):
    """The file as a whole cannot be read."""


class BadCell(Trouble):
    """One cell cannot be read."""
