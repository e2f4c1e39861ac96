"""What is wrong with a pack, in words for whoever writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from xinqiao.kernel.refusal import Refusal
from xinqiao.packs.core.words import N_

FAULT, HINT = "fault", "hint"


@dataclass(frozen=True)
class Problem:
    """One thing to mend. path: ``measures.census.owners``. line: from 1, None when the text is not at hand.

    severity: ``fault`` (the pack cannot be published) or ``hint`` (it can, and could be better). ``template`` and
    ``facts`` are what ``words`` was made of, so that a page can say it in the reader's language.
    """

    path: str
    words: str
    line: int | None = None
    severity: str = FAULT
    template: str = field(default="", compare=False)
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def at(self, lines: Mapping[str, int]) -> Problem:
        """The same with its line: that of the path, or of the nearest part around it that the text has."""
        path = self.path
        while path and path not in lines:
            path = path.rpartition(".")[0]
        return replace(self, line=lines.get(path))

    def __str__(self) -> str:
        where = f"第 {self.line} 行 " if self.line else ""
        return f"{where}{self.path}：{self.words}" if self.path else f"{where}{self.words}"


def fault(path: str, template: str, **facts: Any) -> Problem:
    return Problem(path, template % facts, None, FAULT, template, facts)


def hint(path: str, template: str, **facts: Any) -> Problem:
    return Problem(path, template % facts, None, HINT, template, facts)


AT_LINE = N_("第 %(line)s 行：%(words)s")


class PackRefusal(Refusal):
    """A refusal that remembers its template, so that a page can say it in the reader's language."""

    def __init__(self, template: str, *, code: str, field: str = "", **facts: Any) -> None:
        super().__init__(template % facts, code=code, field=field)
        self.template = template
        self.facts = facts

    def words(self, translate: Callable[[str], str]) -> str:
        said = translate(self.template) % self.facts
        if self.code == "yaml" and self.field:
            return translate(AT_LINE) % {"line": self.field, "words": said}
        return said

    def problem(self, path: str, line: int | None = None) -> Problem:
        return Problem(path, self.template % self.facts, line, FAULT, self.template, self.facts)
