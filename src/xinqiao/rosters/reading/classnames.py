"""What schools call a class, and the class that is meant: stage, year of entry, number.

Names change each September; stage, year of entry and number do not. Written forms met: 七年级(1)班, 七年级1班, 七(1)班,
7(1), 七1班, 初一1班, 高一（3）班, 初中一年级二班, 三年二班, 2023级1班, 23级(1)班, 高2023级3班, 2026届3班, 701, 1203.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from xinqiao.people.rules import FIRST_GRADE, YEARS
from xinqiao.rosters.reading.trouble import BadCell

STAGES = ("primary", "junior", "senior")
FROM_SIX, FROM_SEVEN = "from_six", "from_seven"
"""Two ways of counting in 五四: 初一 is grade 6 and 初四 exists, or grade 6 is 预初 and 初一 is grade 7."""
MAX_NUMBER = 300

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMERAL = r"(?:\d{1,3}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_GRADE = r"(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])"
_STAGE = {"小学": "primary", "初中": "junior", "高中": "senior", "小": "primary", "初": "junior", "高": "senior"}
_OPEN, _CLOSE = r"[(\[<{.\-_·、]*第?", r"[)\]>}]*"
_NUMBER = re.compile(rf"{_OPEN}({_NUMERAL}){_CLOSE}班?")
_GRADE_ONLY = re.compile(rf"(小学|初中|高中|初|高)?({_GRADE})(年级|年)?级?")
_PREPARATORY = re.compile(r"预初|预备|初?预备?年级|六年级\(预备\)")
_COHORT = re.compile(r"(小学|初中|高中|初|高|小)?((?:20)?\d{2})(级|届)(小学|初中|高中|初|高|小)?")
_COMPACT = re.compile(r"(1[0-2]|[1-9])([0-9]{2})班?")


@dataclass(frozen=True)
class SchoolContext:
    """What has to be known to read a class name. ``school_year``: the year in which the school year began.

    stages: stages this school is known to have (for 2023级); empty when nothing is known yet.
    counting: FROM_SIX or FROM_SEVEN in 五四 when the file showed which; "" otherwise.
    """

    system: str
    school_year: int
    stages: frozenset[str] = field(default_factory=frozenset)
    only_stage: str = ""
    counting: str = ""


@dataclass(frozen=True, order=True)
class Cohort:
    stage: str
    entry_year: int


@dataclass(frozen=True, order=True)
class ClassKey:
    stage: str
    entry_year: int
    number: int


def numeral(written: str) -> int:
    """ "12", "十二", "二十三" → the number. Raises KeyError for anything else."""
    if written.isdecimal():
        return int(written)
    if "十" in written:
        tens, _ten, ones = written.partition("十")
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    return _DIGITS[written]


def counting_of(texts: Iterable[str]) -> str:
    """Which way a file counts in 五四, from the words it uses; "" when it does not show."""
    found = ""
    for written in texts:
        if "初四" in written or "初中四年级" in written:
            return FROM_SIX
        if "预初" in written or "预备" in written:
            found = FROM_SEVEN
    return found


def _tidy(written: str) -> str:
    tidy = re.sub(r"\s+", "", unicodedata.normalize("NFKC", written))
    return tidy.replace("【", "(").replace("】", ")").replace("〔", "(").replace("〕", ")").replace("—", "-")


@lru_cache(maxsize=4_000)
def cohort(written: str, context: SchoolContext) -> Cohort:
    """The cohort a grade column means: 七年级, 初一, 7, 2023级, 高一年级. Raises BadCell."""
    found = _cohort(_tidy(written), context)
    if found is None:
        raise BadCell("grade", value=written[:20])
    return found


@lru_cache(maxsize=4_000)
def class_number(written: str) -> int:
    """The number in 1, 1班, (1)班, 一班, 第3班, 01. Raises BadCell."""
    match = _NUMBER.fullmatch(_tidy(written))
    if match is None:
        raise BadCell("class_number", value=written[:20])
    return _in_range(numeral(match[1]), written)


@lru_cache(maxsize=20_000)
def class_key(written: str, context: SchoolContext, within: Cohort | None = None) -> ClassKey:
    """The class a name means. ``within``: what a separate grade column said; the two must agree.

    Raises BadCell: class_without_grade, class_conflict, grade_counting, grade_range, cohort_stage, class_name.
    """
    tidy = _tidy(written)
    compact = _COMPACT.fullmatch(tidy)
    bare = _NUMBER.fullmatch(tidy)  # 二十一班 is class 21, not class 11 of grade 2
    named = _of_compact(compact, context) if compact else None if bare else _split(tidy, context)
    if named is not None:
        found, number = named
        if within is not None and found != within:
            raise BadCell("class_conflict", value=written[:20])
        return ClassKey(found.stage, found.entry_year, _in_range(number, written))
    if bare is None:
        raise BadCell("class_name", value=written[:20])
    if within is None:
        raise BadCell("class_without_grade", value=written[:20])
    return ClassKey(within.stage, within.entry_year, _in_range(numeral(bare[1]), written))


def _in_range(number: int, written: str) -> int:
    if not 1 <= number <= MAX_NUMBER:
        raise BadCell("class_number", value=written[:20])
    return number


def _split(tidy: str, context: SchoolContext) -> tuple[Cohort, int] | None:
    """(cohort, class number) when a name carries both."""
    for head in (_COHORT, _PREPARATORY, _GRADE_ONLY):
        match = re.match(rf"({head.pattern})(?:年级)?{_OPEN}({_NUMERAL}){_CLOSE}班?$", tidy)
        if match is None:
            continue
        found = _cohort(match[1], context)
        if found is not None:
            return found, numeral(match[match.lastindex or 1])
    return None


def _of_compact(compact: re.Match[str], context: SchoolContext) -> tuple[Cohort, int]:
    """701 is class 1 of grade 7, 1203 class 3 of grade 12."""
    return _of_grade(int(compact[1]), "", context, compact[0]), int(compact[2])


def _cohort(tidy: str, context: SchoolContext) -> Cohort | None:
    if _PREPARATORY.fullmatch(tidy):
        if context.system != "54":
            raise BadCell("grade_range", value=tidy)
        return _of_grade(6, "junior", context, tidy)
    match = _COHORT.fullmatch(tidy)
    if match:
        return _of_year(int(match[2]), match[3] == "届", _STAGE.get(match[1] or match[4] or "", ""), context)
    if re.fullmatch(r"20\d{2}", tidy):
        return _of_year(int(tidy), False, "", context)
    match = _GRADE_ONLY.fullmatch(tidy)
    if match is None:
        return None
    stage = _STAGE.get(match[1] or "", "")
    number = numeral(match[2])
    if stage == "senior" and number <= 3:
        number += 9
    elif stage == "junior" and number <= 4:
        number = _junior_grade(number, context, tidy)
    return _of_grade(number, stage, context, tidy)


def _junior_grade(number: int, context: SchoolContext, written: str) -> int:
    if context.system == "63":
        return 6 + number
    if not context.counting:
        raise BadCell("grade_counting", value=written)
    return (5 if context.counting == FROM_SIX else 6) + number


def _of_grade(grade: int, stage: str, context: SchoolContext, written: str) -> Cohort:
    for candidate in STAGES:
        first = FIRST_GRADE[context.system, candidate]
        if first <= grade < first + YEARS[context.system, candidate] and stage in ("", candidate):
            if context.only_stage and candidate != context.only_stage:
                raise BadCell("grade_stage", value=written)
            return Cohort(candidate, context.school_year - (grade - first))
    raise BadCell("grade_range", value=written)


def _of_year(year: int, leaving: bool, stage: str, context: SchoolContext) -> Cohort:
    year = year + 2000 if year < 100 else year
    known = (stage,) if stage else tuple(s for s in STAGES if s in context.stages) or STAGES
    if context.only_stage and not stage:
        known = (context.only_stage,)
    possible = []
    for candidate in known:
        years = YEARS[context.system, candidate]
        entry = year - years if leaving else year
        if 0 <= context.school_year - entry < years:
            possible.append(Cohort(candidate, entry))
    if not possible:
        raise BadCell("cohort_gone", value=year)
    if len(possible) > 1:
        raise BadCell("cohort_stage", value=year)
    return possible[0]
