"""The one way the house says no."""

from __future__ import annotations

from collections.abc import Callable


class Refusal(Exception):
    """A request that cannot be granted, in words for the person who asked.

    message: one sentence that names what is wrong and what to do about it.
    code: short stable name of the rule, for tests and programs.
    field: the form field, column or cell it is about, empty when it is about the whole.
    """

    def __init__(self, message: str, *, code: str = "", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field

    def __str__(self) -> str:
        return str(self.message)

    def words(self, translate: Callable[[str], str]) -> str:
        """The message in the language of ``translate``; plain rules keep theirs untranslated."""
        return translate(str(self.message)) if self.message else ""
