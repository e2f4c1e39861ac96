"""What a questionnaire is, once read: plain frozen values, and the few questions others ask of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

from xinqiao.instruments.sheets import SheetLayout

Text = Mapping[str, str]  # language code -> words

Operation = Literal["sum", "mean", "max", "count_if", "weighted", "lookup", "composite"]
Audience = Literal["student", "guardian", "counsellor", "leader"]
LANGUAGES = ("zh", "en")
AUDIENCES: tuple[Audience, ...] = ("student", "guardian", "counsellor", "leader")

COMPARISONS = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
}


@dataclass(frozen=True)
class Option:
    """One answer a person may choose. value: whole number 0–100 that scoring uses; code: what is stored and sent."""

    code: str
    value: int
    text: Text
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Condition:
    """When a later item is asked. A leaf compares the value of an earlier item; an unanswered item is never true."""

    item: str = ""
    op: str = ""
    value: int = 0
    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()

    def holds(self, values: Mapping[str, int | None]) -> bool:
        if self.all:
            return all(part.holds(values) for part in self.all)
        if self.any:
            return any(part.holds(values) for part in self.any)
        answer = values.get(self.item)
        return answer is not None and bool(COMPARISONS[self.op](answer, self.value))

    def items(self) -> set[str]:
        """Ids of the items it looks at."""
        if self.item:
            return {self.item}
        return {name for part in (*self.all, *self.any) for name in part.items()}


@dataclass(frozen=True)
class Item:
    """One question. ``text`` is empty where only the key may be shipped; ``min_age`` in years, None = no gate."""

    id: str
    position: int
    text: Text
    aloud: Text
    options: tuple[Option, ...]
    required: bool
    sensitive: bool
    safety: bool
    min_age: int | None
    page: int
    show_if: Condition | None

    @cached_property
    def lowest(self) -> int:
        return min(option.value for option in self.options)

    @cached_property
    def highest(self) -> int:
        return max(option.value for option in self.options)


@dataclass(frozen=True)
class Missing:
    """What blanks do to a score.

    max: most skipped items with which the score still exists. prorate: ``person_mean`` puts the person's own mean of
    the answered items in each gap, ``none`` allows no gap. not_shown: an item never asked makes the score ``null``,
    is filled like a gap but not counted against ``max`` (``prorate``), or adds nothing (``zero``).
    """

    max: int = 0
    prorate: Literal["none", "person_mean"] = "none"
    not_shown: Literal["null", "prorate", "zero"] = "null"


@dataclass(frozen=True)
class Band:
    """A stretch of a score, ends inside. severity: rank 0–4 without colour; level_hint: evidence, never a level."""

    id: str
    low: float
    high: float
    label: Text
    severity: int
    level_hint: int
    source: str


@dataclass(frozen=True)
class Score:
    """One number made from the answers, by an operation of the closed list (see docs/instruments.md)."""

    id: str
    title: Text
    role: Literal["content", "validity"]
    operation: Operation
    items: tuple[str, ...]
    weights: Mapping[str, float]
    reverse: frozenset[str]
    constant: float
    count: tuple[str, int]
    of: Mapping[str, float]
    table: tuple[tuple[float, float], ...]
    decimals: int
    missing: Missing
    bands: tuple[Band, ...]
    band_on: Literal["raw", "t"]
    norm: str
    lowest: float
    highest: float

    @property
    def is_base(self) -> bool:
        """True when it is made from items, False when made from other scores."""
        return self.operation not in ("lookup", "composite")


@dataclass(frozen=True)
class NormRow:
    """Mean and standard deviation (or a raw → T table) of one group; None means the group is not narrowed by it."""

    grades: tuple[int, int] | None
    ages: tuple[int, int] | None
    sex: Literal["male", "female"] | None
    n: int
    mean: float
    sd: float
    table: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Norm:
    """Where a T score comes from. Rows are tried in order: write the narrow groups first, the wide ones last."""

    id: str
    kind: Literal["mean_sd", "table"]
    rows: tuple[NormRow, ...]
    source: str
    year: int
    region: str
    valid_until: str
    decimals: int


@dataclass(frozen=True)
class Alert:
    """A reason to look at one sheet now. Exactly one of ``item`` and ``score`` is set; bounds are inclusive."""

    id: str
    item: str
    score: str
    at_least: float | None
    at_most: float | None
    urgency: Literal["immediate", "soon", "routine"]
    level_hint: int
    text: Text

    def hit(self, value: float | None) -> bool:
        if value is None:
            return False
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


@dataclass(frozen=True)
class Validity:
    """Signs that a sheet was not filled in with care. Each gives evidence for a person; none deletes anything."""

    lie_score: str = ""
    lie_at_least: float = 0
    pairs: tuple[tuple[str, str, int], ...] = ()
    pairs_at_least: int = 0
    run_at_least: int = 0
    run_ignores_lowest: bool = False
    missing_over: float | None = None
    floor_ms: int = 0
    fast_share: float = 0.0


@dataclass(frozen=True)
class Report:
    """Words for each audience when the gravest content band has a severity from ``low`` to ``high``."""

    low: int
    high: int
    texts: Mapping[Audience, Text]


@dataclass(frozen=True, eq=False)
class Definition:
    """One version of one questionnaire, never changed after it is read. Equal files have equal ``hash``.

    Built by :func:`xinqiao.instruments.registry.parse` only, so that what exists has passed every check.
    """

    id: str
    version: str
    lifecycle: str
    verified: bool
    verified_note: Text
    title: Text
    title_student: Text
    purpose: Text
    instructions: Text
    wording: Literal["own", "validated", "adapted", "none"]
    wording_note: Text
    rights: Mapping[str, Any]
    population: Mapping[str, Any]
    read_aloud: bool
    items: tuple[Item, ...]
    scores: tuple[Score, ...]
    norms: Mapping[str, Norm]
    alerts: tuple[Alert, ...]
    validity: Validity
    reports: tuple[Report, ...]
    golden: Mapping[str, Any]
    document: Mapping[str, Any]
    hash: str

    @cached_property
    def item_ids(self) -> tuple[str, ...]:
        return tuple(item.id for item in self.items)

    @cached_property
    def item(self) -> Mapping[str, Item]:
        return {item.id: item for item in self.items}

    @cached_property
    def score(self) -> Mapping[str, Score]:
        return {score.id: score for score in self.scores}

    @property
    def has_text(self) -> bool:
        """False for a key without words: it can score paper answers, but nobody can be asked on screen."""
        return self.wording != "none"

    @cached_property
    def sheet_layout(self) -> SheetLayout:
        """Item ids in the order of their bytes, with the tables that pack, check and look at a sheet."""
        return SheetLayout.of(self.items, self.alerts)

    def encode(self, answers: Mapping[str, str | None], *, not_shown: Iterable[str] = ()) -> bytes:
        """Pack answers (item id → option code; None or "" = blank) into one byte an item.

        Items in ``not_shown`` (see :meth:`withheld`) and items whose condition does not hold become 0xFE.
        Raises AnswerRefusal for an unknown item or option.
        """
        return self.sheet_layout.encode(answers, not_shown)

    def decode(self, sheet: bytes) -> dict[str, str | None]:
        """Item id → option code, None where blank; items that were not shown are left out."""
        return self.sheet_layout.decode(sheet)

    def safety_hits(self, sheet: bytes) -> list[str]:
        """Ids of the items whose answer needs a person at once. A table look-up; takes about a microsecond."""
        return self.sheet_layout.safety_hits(sheet)

    def withheld(self, age: int | None) -> tuple[str, ...]:
        """Items a person of this age (whole years) must not be shown; an unknown age gets none of the gated items."""
        return tuple(item.id for item in self.items if item.min_age is not None and (age is None or age < item.min_age))

    def runner_json(self, lang: str, age: int | None = None) -> str:
        """The public questionnaire as JSON text for the page that asks it. Holds no values, keys or cut-offs."""
        return _runner_json(self, lang, self.withheld(age))

    def words(self, text: Text, lang: str) -> str:
        """``text`` in ``lang``, or in Chinese where that language is not there."""
        return text.get(lang) or text.get("zh", "")


@lru_cache(maxsize=256)
def _runner_json(definition: Definition, lang: str, withheld: tuple[str, ...]) -> str:
    from xinqiao.instruments.runner import runner

    return json.dumps(runner(definition, lang, withheld), ensure_ascii=False, separators=(",", ":"))
