"""From a document that fits the schema to a Definition. Names that lead nowhere are collected, with their path."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from xinqiao.instruments.definition import (
    AUDIENCES,
    Alert,
    Band,
    Condition,
    Definition,
    Item,
    Missing,
    Norm,
    NormRow,
    Option,
    Report,
    Score,
    Validity,
)
from xinqiao.instruments.errors import Problem
from xinqiao.instruments.ranges import UnknownItem, expand, expand_keys, make_ids

ITEMS_A_PAGE = 6
PLACES = {"mean": 2}  # decimals where the file says nothing; every other operation has none


def content_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 (hex) over the document in one fixed spelling, so layout and comments do not count."""
    canonical = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


class Builder:
    """Builds one Definition and keeps what it stumbled over in ``problems``."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.ids: list[str] = []

    def build(self) -> Definition | None:
        """The definition, or None when ``problems`` is not empty."""
        items = self._items()
        norms = {entry["id"]: _norm(entry) for entry in self.document.get("norms", [])}
        scores = self._scores(items)
        if self.problems:
            return None
        doc = self.document
        plain: tuple[str, ...] = (
            "id",
            "version",
            "lifecycle",
            "verified",
            "verified_note",
            "title",
            "title_student",
            "purpose",
        )
        plain += ("instructions", "wording", "wording_note", "rights", "population", "golden")
        return Definition(
            **{key: doc.get(key, {}) for key in plain},
            read_aloud=doc.get("read_aloud", False),
            items=items,
            scores=scores,
            norms=norms,
            alerts=tuple(_alert(entry) for entry in doc.get("alerts", [])),
            validity=_validity(doc.get("validity", {})),
            reports=tuple(_report(entry) for entry in doc["reports"]),
            document=doc,
            hash=content_hash(doc),
        )

    def _say(self, path: str, zh: str, en: str) -> None:
        self.problems.append(Problem(path, zh, en))

    # --- items ---------------------------------------------------------------------------------------------------

    def _items(self) -> tuple[Item, ...]:
        items: list[Item] = []
        flags = self.document.get("item_flags", {})
        for number, entry in enumerate(self.document["items"]):
            path = f"items[{number}]"
            options = self._options(entry["options"], f"{path}.options")
            for name in self._names(entry, path):
                if name in self.ids:
                    self._say(path, f"题目编号“{name}”重复", f"item id {name} is used twice")
                self.ids.append(name)
                items.append(_item({**entry, **flags.get(name, {})}, name, len(items), options))
        for name in flags:
            if name not in self.ids:
                self._say(f"item_flags.{name}", f"没有题目“{name}”", f"there is no item {name}")
        return tuple(items)

    def _names(self, entry: Mapping[str, Any], path: str) -> list[str]:
        if "id" in entry:
            return [entry["id"]]
        try:
            return make_ids(entry["range"])
        except UnknownItem:
            self._say(f"{path}.range", "范围应写成 q1-q100", "a range looks like q1-q100")
            return []

    def _options(self, entry: str | list[dict[str, Any]], path: str) -> tuple[Option, ...]:
        if isinstance(entry, str):
            sets = self.document.get("option_sets", {})
            if entry not in sets:
                self._say(path, f"option_sets 里没有“{entry}”", f"option_sets has no {entry}")
            options: list[dict[str, Any]] = sets.get(entry, [])
        else:
            options = entry
        return tuple(Option(o["code"], o["value"], o["text"], tuple(o.get("aliases", ()))) for o in options)

    # --- scores --------------------------------------------------------------------------------------------------

    def _scores(self, items: Sequence[Item]) -> tuple[Score, ...]:
        known = {item.id: item for item in items}
        scores: dict[str, Score] = {}
        for number, entry in enumerate(self.document["scores"]):
            path = f"scores[{number}]"
            if entry["id"] in scores:
                self._say(path, f"分数编号“{entry['id']}”重复", f"score id {entry['id']} is used twice")
            scores[entry["id"]] = self._score(entry, path, known, scores)
        return tuple(scores.values())

    def _score(
        self, entry: Mapping[str, Any], path: str, items: Mapping[str, Item], earlier: Mapping[str, Score]
    ) -> Score:
        names = self._refer(entry.get("items", []), f"{path}.items")
        reverse = frozenset(self._refer(entry.get("reverse", []), f"{path}.reverse"))
        weights = dict.fromkeys(names, 1.0) | self._weights(entry.get("weights", {}), f"{path}.weights")
        of = entry.get("of", {})
        of = dict.fromkeys(of, 1.0) if isinstance(of, list) else dict(of)
        for name in of:
            if name not in earlier:
                self._say(f"{path}.of", f"“{name}”不是写在前面的分数", f"{name} is not an earlier score")
        for name in reverse - set(names):
            self._say(f"{path}.reverse", f"反向题“{name}”不在 items 里", f"{name} is not among the items")
        table = tuple((float(a), float(b)) for a, b in entry.get("table", []))
        count = entry.get("count", {"op": "", "value": 0})
        constant = float(entry.get("constant", 0))
        span = (0.0, 0.0)
        if not self.problems:
            span = _span(entry["operation"], [items[n] for n in names], weights, of, table, earlier)
        return Score(
            id=entry["id"],
            title=entry["title"],
            role=entry.get("role", "content"),
            operation=entry["operation"],
            items=names,
            weights=weights,
            reverse=reverse,
            constant=constant,
            count=(count["op"], count["value"]),
            of=of,
            table=table,
            decimals=entry.get("decimals", PLACES.get(entry["operation"], 0)),
            missing=_missing(entry.get("missing", {})),
            bands=self._bands(entry, path),
            band_on=entry.get("band_on", "raw"),
            norm=entry.get("norm", ""),
            lowest=span[0] + constant,
            highest=span[1] + constant,
        )

    def _refer(self, references: Sequence[str], path: str) -> tuple[str, ...]:
        try:
            names = expand(references, self.ids)
        except UnknownItem as error:
            self._say(path, f"“{error}”不是题目或题目范围", f"{error} is not an item or a range of items")
            return ()
        if len(set(names)) < len(names):
            self._say(path, "同一题写了两次", "an item is listed twice")
        return names

    def _weights(self, table: Mapping[str, float], path: str) -> dict[str, float]:
        try:
            return {name: float(value) for name, value in expand_keys(table, self.ids).items()}
        except UnknownItem as error:
            self._say(path, f"“{error}”不是题目或题目范围", f"{error} is not an item or a range of items")
            return {}

    def _bands(self, entry: Mapping[str, Any], path: str) -> tuple[Band, ...]:
        bands = entry.get("bands", [])
        if isinstance(bands, str):
            sets = self.document.get("band_sets", {})
            if bands not in sets:
                self._say(f"{path}.bands", f"band_sets 里没有“{bands}”", f"band_sets has no {bands}")
                return ()
            bands = sets[bands]
        source = entry.get("band_source", "")
        return tuple(Band(**{"source": source, **band}) for band in bands)


def _item(entry: Mapping[str, Any], name: str, position: int, options: tuple[Option, ...]) -> Item:
    page_size = entry.get("page_size", ITEMS_A_PAGE)
    return Item(
        id=name,
        position=position,
        text=entry.get("text", {}),
        aloud=entry.get("aloud", {}),
        options=options,
        required=entry.get("required", False),
        sensitive=entry.get("sensitive", False),
        safety=entry.get("safety", False),
        min_age=entry.get("min_age"),
        page=entry.get("page", 1 + position // page_size),
        show_if=_condition(entry["show_if"]) if "show_if" in entry else None,
    )


def _condition(entry: Mapping[str, Any]) -> Condition:
    if "item" in entry:
        return Condition(item=entry["item"], op=entry["op"], value=entry["value"])
    parts: Callable[[str], tuple[Condition, ...]] = lambda key: tuple(_condition(e) for e in entry.get(key, ()))  # noqa: E731
    return Condition(all=parts("all"), any=parts("any"))


def _missing(entry: Mapping[str, Any]) -> Missing:
    return Missing(**{key: value for key, value in entry.items() if key != "source"})


def _span(
    operation: str,
    items: Sequence[Item],
    weights: Mapping[str, float],
    of: Mapping[str, float],
    table: Sequence[tuple[float, float]],
    earlier: Mapping[str, Score],
) -> tuple[float, float]:
    """Lowest and highest value the score can take in theory, before its constant."""
    if operation == "count_if":
        return 0.0, float(len(items))
    if operation == "max":
        return float(max((i.lowest for i in items), default=0)), float(max((i.highest for i in items), default=0))
    if operation == "lookup":
        outcomes = [value for _raw, value in table] or [0.0]
        return min(outcomes), max(outcomes)
    if operation == "composite":
        ends = [sorted((w * earlier[name].lowest, w * earlier[name].highest)) for name, w in of.items()]
    else:
        ends = [sorted((weights[i.id] * i.lowest, weights[i.id] * i.highest)) for i in items]
    low, high = sum(end[0] for end in ends), sum(end[1] for end in ends)
    if operation == "mean" and items:
        return low / len(items), high / len(items)
    return float(low), float(high)


def _norm(entry: Mapping[str, Any]) -> Norm:
    def pair(values: Sequence[int] | None) -> tuple[int, int] | None:
        return (values[0], values[1]) if values else None

    rows = tuple(
        NormRow(
            grades=pair(row.get("grade")),
            ages=pair(row.get("age")),
            sex=row.get("sex"),
            n=row["n"],
            mean=float(row.get("mean", 0)),
            sd=float(row.get("sd", 1)),
            table=tuple((float(a), float(b)) for a, b in row.get("table", [])),
        )
        for row in entry["rows"]
    )
    return Norm(
        id=entry["id"],
        kind=entry["kind"],
        rows=rows,
        source=entry["source"],
        year=entry["year"],
        region=entry["region"],
        valid_until=entry.get("valid_until", ""),
        decimals=entry.get("decimals", 1),
    )


def _alert(entry: Mapping[str, Any]) -> Alert:
    return Alert(
        id=entry["id"],
        item=entry.get("item", ""),
        score=entry.get("score", ""),
        at_least=entry.get("at_least"),
        at_most=entry.get("at_most"),
        urgency=entry["urgency"],
        level_hint=entry["level_hint"],
        text=entry["text"],
    )


def _validity(entry: Mapping[str, Any]) -> Validity:
    lie, pairs = entry.get("lie", {}), entry.get("pairs", {})
    run, speed = entry.get("long_run", {}), entry.get("speed", {})
    return Validity(
        lie_score=lie.get("score", ""),
        lie_at_least=lie.get("at_least", 0),
        pairs=tuple((a, b, apart) for a, b, apart in pairs.get("items", [])),
        pairs_at_least=pairs.get("at_least", 0),
        run_at_least=run.get("at_least", 0),
        run_ignores_lowest=run.get("ignore_lowest", False),
        missing_over=entry.get("missing", {}).get("over"),
        floor_ms=speed.get("floor_ms", 0),
        fast_share=speed.get("share", 0.0),
    )


def _report(entry: Mapping[str, Any]) -> Report:
    low, high = entry["severity"]
    return Report(low, high, {audience: entry[audience] for audience in AUDIENCES})
