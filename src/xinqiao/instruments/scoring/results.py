"""What one answer sheet says: numbers, bands, reasons, evidence, alerts and words; never a level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xinqiao.instruments.definition import Alert, Audience, Band, Definition, Score
from xinqiao.instruments.reasons import NULL_REASONS, words
from xinqiao.instruments.scoring.evidence import Evidence, evidence, fast_share
from xinqiao.instruments.scoring.matrix import Groups, Scores, Values, score_matrix, values_of_sheets


@dataclass(frozen=True)
class ScoreResult:
    """One score. value and t are None where ``reason`` / ``t_reason`` (codes of ``reasons.WORDS``) say why."""

    id: str
    value: float | None
    band: Band | None
    reason: str
    t: float | None
    t_reason: str


@dataclass(frozen=True)
class Sign:
    """One flagged sign of carelessness: code of ``reasons.WORDS``, what was measured, the limit it met."""

    code: str
    value: float
    limit: float

    def words(self, lang: str = "zh") -> str:
        return words(self.code, lang)


@dataclass(frozen=True)
class Result:
    """The reading of one sheet. ``level_hint`` (0–4) is evidence for the person who sets a level after talking."""

    definition: Definition
    scores: Mapping[str, ScoreResult]
    signs: tuple[Sign, ...]
    alerts: tuple[Alert, ...]
    answered: int
    skipped: int
    not_shown: int
    missing_share: float
    longest_run: int

    @property
    def severity(self) -> int | None:
        """Gravest severity rank (0–4) among the content scores; None when none of them has a band."""
        ranks = [
            self.scores[score.id].band.severity  # type: ignore[union-attr]
            for score in self.definition.scores
            if score.role == "content" and self.scores[score.id].band
        ]
        return max(ranks, default=None)

    @property
    def level_hint(self) -> int:
        """Highest hint of bands of content scores and of alerts; 0 when nothing points anywhere."""
        bands = [
            part.band.level_hint
            for score in self.definition.scores
            if score.role == "content" and (part := self.scores[score.id]).band
        ]
        return max([*bands, *(alert.level_hint for alert in self.alerts)], default=0)

    @property
    def retest_advised(self) -> bool:
        return any(sign.code == "lie" for sign in self.signs)

    def report(self, audience: Audience, lang: str = "zh") -> list[str]:
        """Sentences for one audience. Counsellors also read each score with its band, and the signs."""
        definition, out = self.definition, []
        severity = self.severity
        for fragment in definition.reports:
            if severity is not None and fragment.low <= severity <= fragment.high:
                out.append(definition.words(fragment.texts[audience], lang))
        if audience == "counsellor":
            out += [self._line(score, lang) for score in definition.scores]
            out += [sign.words(lang) for sign in self.signs]
            out += [definition.words(alert.text, lang) for alert in self.alerts]
        return out

    def _line(self, score: Score, lang: str) -> str:
        part, title = self.scores[score.id], self.definition.words(score.title, lang)
        colon = "：" if lang == "zh" else ": "
        if part.value is None:
            return f"{title}{colon}{words(part.reason, lang)}"
        label = f"（{self.definition.words(part.band.label, lang)}）" if part.band else ""
        t = "" if part.t is None else f"，T={part.t:g}" if lang == "zh" else f", T={part.t:g}"
        return (
            f"{title}{colon}{part.value:g}{t}{label if lang == 'zh' else label.replace('（', ' (').replace('）', ')')}"
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values for storing beside the sheet; everything in it can be made again from sheet and definition."""
        return {
            "instrument": self.definition.id,
            "hash": self.definition.hash,
            "scores": {
                name: {
                    "value": part.value,
                    "band": part.band.id if part.band else None,
                    **({"reason": part.reason} if part.reason else {}),
                    **({"t": part.t} if self.definition.score[name].norm else {}),
                    **({"t_reason": part.t_reason} if part.t_reason else {}),
                }
                for name, part in self.scores.items()
            },
            "signs": [{"code": sign.code, "value": sign.value, "limit": sign.limit} for sign in self.signs],
            "alerts": [alert.id for alert in self.alerts],
            "severity": self.severity,
            "level_hint": self.level_hint,
            "answered": self.answered,
            "skipped": self.skipped,
            "not_shown": self.not_shown,
        }


def score_sheet(
    definition: Definition,
    sheet: bytes,
    *,
    age: int | None = None,
    grade: int | None = None,
    sex: str | None = None,
    clocks: Sequence[float | None] | None = None,
) -> Result:
    """Read one stored sheet.

    age in whole years, grade 1–13, sex ``male``/``female`` or None; clocks: milliseconds per item in sheet order, None
    where not measured. Raises AnswerRefusal for a sheet that does not fit the definition.
    """
    group = Groups.of_one(grade, age, sex)
    return score_sheets(definition, [sheet], group, [clocks] if clocks is not None else None)[0]


def score_sheets(
    definition: Definition,
    sheets: Sequence[bytes],
    groups: Groups | None = None,
    clocks: Sequence[Sequence[float | None] | None] | None = None,
) -> list[Result]:
    """The same for many sheets of one definition at once; entries of groups and clocks match the sheets."""
    if not sheets:
        return []
    values = values_of_sheets(definition, sheets)
    scores = score_matrix(definition, values, groups)
    fast = None
    if clocks is not None and definition.validity.floor_ms:
        empty = [None] * len(definition.items)
        fast = fast_share(definition, np.array([list(row or empty) for row in clocks], dtype=np.float64))
    signs = evidence(definition, values, scores, fast)
    return [_result(definition, values, scores, signs, row) for row in range(len(sheets))]


def _result(definition: Definition, values: Values, scores: Scores, found: Evidence, row: int) -> Result:
    parts = {score.id: _score(scores, at, score, row) for at, score in enumerate(definition.scores)}
    answers = values[row]
    alerts = tuple(alert for alert in definition.alerts if alert.hit(_watched(definition, alert, answers, parts)))
    return Result(
        definition=definition,
        scores=parts,
        signs=tuple(_sign(definition, found, code, row) for code in found.codes(row)),
        alerts=alerts,
        answered=int((answers >= 0).sum()),
        skipped=int((answers == -1).sum()),
        not_shown=int((answers == -2).sum()),
        missing_share=float(found.missing[row]),
        longest_run=int(found.run[row]),
    )


def _score(scores: Scores, at: int, score: Score, row: int) -> ScoreResult:
    def number(values: np.ndarray[Any, Any], places: int) -> float | None:
        value = float(values[row])
        return None if np.isnan(value) else round(value, places)

    band = int(scores.band[at, row])
    t = t_why = None
    if at in scores.t:
        t = number(scores.t[at], scores.definition.norms[score.norm].decimals)
        t_why = NULL_REASONS[scores.t_why[at][row]]
    return ScoreResult(
        id=score.id,
        value=number(scores.raw[at], score.decimals),
        band=score.bands[band] if band >= 0 else None,
        reason=NULL_REASONS[scores.why[at, row]],
        t=t,
        t_reason=t_why or "",
    )


def _watched(definition: Definition, alert: Alert, answers: Values, parts: Mapping[str, ScoreResult]) -> float | None:
    if alert.score:
        return parts[alert.score].value
    value = int(answers[definition.item[alert.item].position])
    return value if value >= 0 else None


def _sign(definition: Definition, found: Evidence, code: str, row: int) -> Sign:
    rules = definition.validity
    measured = {
        "lie": (float(found.lie[row]), rules.lie_at_least),
        "inconsistent": (float(found.inconsistent[row]), float(rules.pairs_at_least)),
        "long_run": (float(found.run[row]), float(rules.run_at_least)),
        "missing": (round(float(found.missing[row]), 4), rules.missing_over or 0.0),
        "too_fast": (round(float(found.fast[row]), 4), rules.fast_share),
    }
    return Sign(code, *measured[code])
