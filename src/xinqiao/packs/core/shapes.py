"""A plan pack as plain values: what a plan asks for, of whom, by when, and how it is seen. No Django.

A compiled pack is JSON (``Pack.data``) and is what the database keeps; the classes here are how code reads it. The
format for authors, field by field, is docs/packs.md; the JSON Schema is ``packs/core/schema.json``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

SECTIONS = (
    "goals", "populations", "units", "teams", "services", "protocols", "measures", "rules", "records", "indicators",
    "budget", "calendar",
)  # fmt: skip
"""Lists of a pack whose entries have an id of their own; ``evaluation`` is one block with ``items``."""

CARRIERS = (
    "measures",
    "rules",
    "records",
    "indicators",
    "teams",
    "services",
    "budget",
    "calendar",
    "evaluation",
    "populations",
)
"""Sections whose entries may carry a clause. Each clause of a pack is carried exactly once."""


@dataclass(frozen=True)
class Words:
    """A text in Chinese with its English."""

    zh: str
    en: str = ""

    def __str__(self) -> str:
        return self.zh


@dataclass(frozen=True)
class Clause:
    """What the plan asks, in our own words. kind: do, keep, rule, due or aim."""

    id: str
    kind: str
    title: Words


@dataclass(frozen=True)
class Unit:
    """Who takes part. where: ``self`` (the organisation that runs the plan), ``below`` (every open organisation of
    ``kind`` in its subtree) or ``named`` (one or more organisations chosen when the plan is applied, anywhere)."""

    id: str
    title: Words
    where: str
    kind: str = ""
    many: bool = False


@dataclass(frozen=True)
class When:
    """How often, as data; ``when.occurrences`` turns it into dates. Exactly one of the first seven is given.

    every: day, week, fortnight, month, quarter, term, year. on: ``MM-DD`` days of the period, each an occurrence.
    months: months (1–12) that each hold an occurrence. after: ``start`` with ``days`` or ``weeks``. event:
    ``term-start``, ``term-end``, ``year-start``, ``year-end``, ``exam``; ``days`` before (negative) or after it.
    window: two ``MM-DD``, the occurrence starts on the first and is due on the last. always: holds all the time.
    by: due day inside each occurrence: a day of the month, or ``MM-DD``; else its last day.
    lead_days: days before the due date on which the task appears (default 14).
    """

    every: str = ""
    on: tuple[str, ...] = ()
    months: tuple[int, ...] = ()
    after: str = ""
    event: str = ""
    window: tuple[str, str] | tuple[()] = ()
    always: bool = False
    days: int = 0
    weeks: int = 0
    by: str = ""
    lead_days: int = 14


@dataclass(frozen=True)
class Evidence:
    """What is handed in, and what counts. pictures: least number of photos. live: code of an indicator that shows the
    work by itself, or ""; then the clause is seen ``live`` and a hand-in may be short."""

    words: Words
    text: bool = True
    files: int = 0
    pictures: int = 0
    live: str = ""


@dataclass(frozen=True)
class Late:
    """remind: days before the due date on which the owner is reminded. climb: days after it on which the task is shown
    to the next person up as well, one entry a step."""

    remind: int = 3
    climb: tuple[int, ...] = (1, 7)


@dataclass(frozen=True)
class Measure:
    """What is to be done, kept, watched or reached. unit: id of the unit whose organisations each get the tasks.

    owners: post kinds, the first that is held at the unit's organisation owns the task. lead: post kinds at the
    organisation that runs the plan; they accept. accept: ``lead`` (they review the hand-in), ``unit`` (the unit's own
    leader does) or ``none`` (handing in settles it). responsible: ids of further units that help.
    """

    id: str
    title: Words
    text: Words
    kind: str
    unit: str
    owners: tuple[str, ...]
    lead: tuple[str, ...]
    when: When
    evidence: Evidence
    clause: str = ""
    emergency: When | None = None
    responsible: tuple[str, ...] = ()
    accept: str = "lead"
    late: Late = field(default_factory=Late)
    population: str = ""
    protocol: str = ""
    gathers: bool = False
    """A call for contributions: the hand-ins of all units are downloaded as one package with an index."""


@dataclass(frozen=True)
class Position:
    """A seat in a team. post: post kind whose holder may fill it, or "" for anybody."""

    id: str
    title: Words
    minimum: int = 1
    post: str = ""
    profession: str = ""
    credential: str = ""


@dataclass(frozen=True)
class Team:
    id: str
    title: Words
    unit: str
    positions: tuple[Position, ...]
    duties: tuple[Words, ...] = ()
    meets_per_term: int = 0
    clause: str = ""


@dataclass(frozen=True)
class Service:
    """A place, line or box that must exist. kind: directory.ServiceKind. hours_per_week: least open hours, or 0.
    around_the_clock: 24 × 7. for_each: ``unit`` (one at each organisation of the unit) or ``owner`` (one for all)."""

    id: str
    title: Words
    kind: str
    unit: str
    hours_per_week: float = 0
    around_the_clock: bool = False
    clause: str = ""


@dataclass(frozen=True)
class Target:
    """An indicator with what it shall reach. path: school year or calendar year → value; ``""`` holds for any year."""

    id: str
    title: Words
    indicator: str
    unit: str
    parameters: Mapping[str, Any]
    path: Mapping[str, float]
    clause: str = ""


@dataclass(frozen=True)
class Watch:
    """A rule (violations shall be nought) or a record (shall be kept): seen through an indicator, or by whom it is
    enforced. ``indicator`` "" means: reported with proof through the measure of the same id, or by hand."""

    id: str
    title: Words
    indicator: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    text: Words = Words("")
    clause: str = ""


@dataclass(frozen=True)
class Money:
    """A budget line: so much per student of the unit and year, or a fixed amount. In yuan."""

    id: str
    title: Words
    unit: str
    per_student: float | None = None
    amount: float | None = None
    clause: str = ""


@dataclass(frozen=True)
class Pack:
    """A compiled pack. ``data`` is the whole of it; sections are read from it once."""

    data: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.data["pack"])

    @property
    def version(self) -> str:
        return str(self.data["version"])

    @property
    def title(self) -> Words:
        return words(self.data, "title")

    @property
    def period(self) -> str:
        """school_year, calendar_year, dates (asked when applying) or open (no end)."""
        return str(self.data["period"])

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        return tuple(Clause(number, c["kind"], words(c, "title")) for number, c in self.data.get("clauses", {}).items())

    @cached_property
    def units(self) -> dict[str, Unit]:
        rows = self.data.get("units", [])
        return {
            u["id"]: Unit(u["id"], words(u, "title"), u["where"], u.get("kind", ""), u.get("many", False)) for u in rows
        }

    @cached_property
    def measures(self) -> dict[str, Measure]:
        return {m["id"]: _measure(m) for m in self.data.get("measures", [])}

    @cached_property
    def teams(self) -> dict[str, Team]:
        return {t["id"]: _team(t) for t in self.data.get("teams", [])}

    @cached_property
    def services(self) -> dict[str, Service]:
        return {
            s["id"]: Service(
                s["id"], words(s, "title"), s["kind"], s["unit"], s.get("hours_per_week", 0),
                s.get("around_the_clock", False), s.get("clause", ""),
            )
            for s in self.data.get("services", [])
        }  # fmt: skip

    @cached_property
    def targets(self) -> dict[str, Target]:
        return {
            t["id"]: Target(
                t["id"], words(t, "title"), t["indicator"], t["unit"], t.get("parameters", {}),
                {str(year): float(value) for year, value in t["target"].items()}, t.get("clause", ""),
            )
            for t in self.data.get("indicators", [])
        }  # fmt: skip

    @cached_property
    def rules(self) -> dict[str, Watch]:
        return {r["id"]: _watch(r) for r in self.data.get("rules", [])}

    @cached_property
    def records(self) -> dict[str, Watch]:
        return {r["id"]: _watch(r) for r in self.data.get("records", [])}

    @cached_property
    def budget(self) -> dict[str, Money]:
        return {
            b["id"]: Money(
                b["id"], words(b, "title"), b["unit"], b.get("per_student"), b.get("amount"), b.get("clause", "")
            )
            for b in self.data.get("budget", [])
        }

    def carriers(self) -> Iterator[tuple[str, str, str]]:
        """(clause, section, id) of everything that carries a clause."""
        for section in CARRIERS:
            held = self.data.get(section, [])
            for entry in [held] if isinstance(held, Mapping) else held:
                if entry.get("clause"):
                    yield str(entry["clause"]), section, str(entry.get("id", section))


def words(entry: Mapping[str, Any], name: str) -> Words:
    return Words(str(entry.get(name, "")), str(entry.get(f"{name}_en", "")))


def when(entry: Mapping[str, Any]) -> When:
    known = dict(entry)
    for name in ("on", "months", "window"):
        if name in known:
            known[name] = tuple(known[name])
    return When(**known)


def _measure(m: Mapping[str, Any]) -> Measure:
    proof, late = m.get("evidence", {}), m.get("late", {})
    return Measure(
        id=m["id"],
        title=words(m, "title"),
        text=words(m, "text"),
        kind=m["kind"],
        unit=m["unit"],
        owners=tuple(m["owners"]),
        lead=tuple(m.get("lead", ())),
        when=when(m["when"]),
        evidence=Evidence(
            words(proof, "words"), proof.get("text", True), proof.get("files", 0), proof.get("pictures", 0),
            proof.get("live", ""),
        ),
        clause=m.get("clause", ""),
        emergency=when(m["emergency"]) if "emergency" in m else None,
        responsible=tuple(m.get("responsible", ())),
        accept=m.get("accept", "lead"),
        late=Late(late.get("remind", 3), tuple(late.get("climb", (1, 7)))),
        population=m.get("population", ""),
        protocol=m.get("protocol", ""),
        gathers=m.get("gathers", False),
    )  # fmt: skip


def _team(t: Mapping[str, Any]) -> Team:
    return Team(
        id=t["id"],
        title=words(t, "title"),
        unit=t["unit"],
        positions=tuple(
            Position(
                p["id"], words(p, "title"), p.get("minimum", 1), p.get("post", ""), p.get("profession", ""),
                p.get("credential", ""),
            )
            for p in t["positions"]
        ),
        duties=tuple(words(d, "title") for d in t.get("duties", ())),
        meets_per_term=t.get("meets_per_term", 0),
        clause=t.get("clause", ""),
    )  # fmt: skip


def _watch(r: Mapping[str, Any]) -> Watch:
    return Watch(
        r["id"],
        words(r, "title"),
        r.get("indicator", ""),
        r.get("parameters", {}),
        words(r, "text"),
        r.get("clause", ""),
    )
