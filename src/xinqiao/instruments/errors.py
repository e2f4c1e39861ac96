"""How a definition file or an answer is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xinqiao.kernel.refusal import Refusal


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a definition file.

    path: where, as ``scores[0].items[3]``; empty when it is the file as a whole.
    zh, en: the same sentence twice: what is wrong and what to do.
    """

    path: str
    zh: str
    en: str

    def __str__(self) -> str:
        place = f"{self.path}：" if self.path else ""
        return f"{place}{self.zh}（{self.en}）"


class InstrumentError(Refusal):
    """A definition file cannot be used. ``problems`` holds every reason found, in the order of the file."""

    def __init__(self, problems: Sequence[Problem], *, source: str = "") -> None:
        self.problems = tuple(problems)
        self.source = source
        head = f"{source}：" if source else ""
        super().__init__(head + "；".join(map(str, self.problems)), code="instrument", field=self.problems[0].path)


class AnswerRefusal(Refusal):
    """An answer that does not belong to the questionnaire; ``code`` names the rule, ``field`` the item.

    Codes: ``unknown_item``, ``unknown_option``, ``sheet_length``, ``sheet_byte``, ``value_range``, ``shape``,
    ``no_wording``.
    """
