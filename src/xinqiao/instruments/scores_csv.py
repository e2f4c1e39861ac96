"""Scores as rows of text: one column a score, its band and the reason where there is none, then the evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xinqiao.instruments.definition import Definition, Score
from xinqiao.instruments.reasons import NULL_REASONS
from xinqiao.instruments.scoring import Groups, Scores, evidence, score_matrix
from xinqiao.instruments.scoring.matrix import Values


@dataclass
class Summary:
    """Counts over the whole file, for the closing line and ``--json``."""

    rows: int = 0
    nulls: Counter[str] = field(default_factory=Counter)
    bands: dict[str, Counter[str]] = field(default_factory=dict)
    flags: Counter[str] = field(default_factory=Counter)
    alerts: Counter[str] = field(default_factory=Counter)


def header(definition: Definition) -> list[str]:
    """Column names behind the id column."""
    names: list[str] = []
    for score in definition.scores:
        names += [score.id]
        if score.bands:
            names += [f"{score.id}_band", f"{score.id}_band_label"]
        names += [f"{score.id}_reason"]
        if score.norm:
            names += [f"{score.id}_t", f"{score.id}_t_reason"]
    names += ["missing_share", "longest_run"]
    if definition.validity.pairs:
        names += ["inconsistent_pairs"]
    return [*names, "validity", "alerts"]


def rows(
    definition: Definition, values: Values, groups: Groups, lang: str, summary: Summary
) -> Iterator[tuple[str, ...]]:
    """The text of every row for a matrix of item values; ``summary`` is counted up on the way."""
    scores = score_matrix(definition, values, groups)
    found = evidence(definition, values, scores)
    columns: list[list[str]] = []
    for at, score in enumerate(definition.scores):
        columns += _score_columns(definition, scores, at, score, lang)
        summary.nulls[score.id] += int((scores.why[at] > 0).sum())
        if score.bands:
            counted = np.bincount(scores.band[at] + 1, minlength=len(score.bands) + 1)
            summary.bands.setdefault(score.id, Counter()).update(
                {band.id: int(n) for band, n in zip(score.bands, counted[1:], strict=True)}
            )
    columns += [_texts(found.missing, lambda share: f"{share:.3f}"), _texts(found.run, str)]
    if definition.validity.pairs:
        columns += [_texts(found.inconsistent, str)]
    flags = [" ".join(found.codes(row)) for row in range(len(values))]
    alerts = _alerts(definition, values, scores)
    for names, counter in ((flags, summary.flags), (alerts, summary.alerts)):
        counter.update(name for line in names if line for name in line.split())
    summary.rows += len(values)
    return zip(*columns, flags, alerts, strict=True)


def _score_columns(definition: Definition, scores: Scores, at: int, score: Score, lang: str) -> list[list[str]]:
    reasons: Callable[[Any], str] = lambda code: NULL_REASONS[code]  # noqa: E731
    columns = [_texts(scores.raw[at], _number(score.decimals))]
    if score.bands:
        ids = [band.id for band in score.bands] + [""]
        labels = [definition.words(band.label, lang) for band in score.bands] + [""]
        columns += [_texts(scores.band[at], ids.__getitem__), _texts(scores.band[at], labels.__getitem__)]
    columns += [_texts(scores.why[at], reasons)]
    if at in scores.t:
        columns += [_texts(scores.t[at], _number(definition.norms[score.norm].decimals))]
        columns += [_texts(scores.t_why[at], reasons)]
    return columns


def _number(decimals: int) -> Callable[[float], str]:
    return lambda value: "" if value != value else f"{value:.{decimals}f}"


def _texts(values: NDArray[Any], show: Callable[[Any], str]) -> list[str]:
    """``show`` of every value; few values differ, so each is shown once."""
    different, index = np.unique(values, return_inverse=True)
    shown = np.array([show(value) for value in different.tolist()], dtype=object)
    texts: list[str] = shown[index].tolist()
    return texts


def _alerts(definition: Definition, values: Values, scores: Scores) -> list[str]:
    """Per row, the ids of the alerts it raises, with spaces between them."""
    out = [""] * len(values)
    for alert in definition.alerts:
        if alert.item:
            watched = values[:, definition.item[alert.item].position].astype(np.float64)
            watched[watched < 0] = np.nan
        else:
            watched = scores[alert.score].values.astype(np.float64)
        hit = ~np.isnan(watched)
        if alert.at_least is not None:
            hit &= watched >= alert.at_least
        if alert.at_most is not None:
            hit &= watched <= alert.at_most
        for row in np.flatnonzero(hit).tolist():
            out[row] = f"{out[row]} {alert.id}" if out[row] else alert.id
    return out
