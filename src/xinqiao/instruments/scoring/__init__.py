"""Scoring: ``score_sheet`` for one stored sheet, ``score_sheets`` for a batch, ``score_matrix`` for millions."""

from xinqiao.instruments.scoring.evidence import Evidence, evidence, fast_share
from xinqiao.instruments.scoring.matrix import (
    Column,
    Groups,
    Scores,
    score_in_parts,
    score_matrix,
    values_of_sheets,
)
from xinqiao.instruments.scoring.results import Result, ScoreResult, Sign, score_sheet, score_sheets

__all__ = [
    "Column",
    "Evidence",
    "Groups",
    "Result",
    "ScoreResult",
    "Scores",
    "Sign",
    "evidence",
    "fast_share",
    "score_in_parts",
    "score_matrix",
    "score_sheet",
    "score_sheets",
    "values_of_sheets",
]
