"""The seventeen packs that come with the house."""

from __future__ import annotations

import re
from datetime import date

import pytest

from xinqiao.packs import selectors
from xinqiao.packs.core import checks
from xinqiao.packs.core.period import Period
from xinqiao.packs.core.shapes import Pack
from xinqiao.packs.core.when import occurrences

TEXTS = selectors.shipped_texts()
CLAUSES = {
    1: 9, 2: 4, 3: 11, 4: 16, 5: 8, 6: 7, 7: 3, 8: 6, 9: 3, 10: 4, 11: 3, 12: 2, 13: 1, 14: 20, 15: 7, 16: 16, 17: 4,
}  # fmt: skip
"""How many clauses each plan has; 124 together."""


def test_there_are_seventeen_with_all_clauses():
    assert list(TEXTS) == [f"p{number:02}.yaml" for number in CLAUSES]
    wanted = {f"{pack:02}.{clause}" for pack, count in CLAUSES.items() for clause in range(1, count + 1)}
    told = [row.clause for row in selectors.shipped_clauses()]
    assert len(wanted) == 124
    assert sorted(told) == sorted(wanted)


@pytest.mark.parametrize("name", TEXTS)
def test_a_shipped_pack_has_nothing_wrong(name):
    assert checks.problems_of_text(TEXTS[name], selectors.codes()) == []


AUTUMN, SPRING = (date(2026, 9, 1), date(2027, 1, 20)), (date(2027, 2, 22), date(2027, 7, 5))
SCHOOL = Period(date(2026, 9, 1), date(2027, 8, 31), (AUTUMN, SPRING), (date(2027, 1, 14), date(2027, 6, 28)))
CALENDAR = Period(date(2027, 1, 1), date(2027, 12, 31), (AUTUMN, SPRING), (date(2027, 1, 14), date(2027, 6, 28)))
PERIODS = {"school_year": SCHOOL, "calendar_year": CALENDAR, "open": SCHOOL}


def _proposed(pack: Pack) -> Period:
    first, last = (date.fromisoformat(f"2027-{pack.data[key]}") for key in ("starts", "ends"))
    return Period(first, last if last >= first else last.replace(year=2028), (AUTUMN, SPRING), SCHOOL.exams)


@pytest.mark.parametrize("name", TEXTS)
def test_every_measure_falls_due_in_its_period(name):
    """A measure that never falls due would leave its clause open for ever."""
    pack = Pack(checks.read.compile_pack(checks.read.load(TEXTS[name])))
    year = PERIODS.get(pack.period) or _proposed(pack)
    idle = [each.id for each in pack.measures.values() if not occurrences(each.when, year)]
    assert idle == []


def test_no_word_that_labels_a_child():
    hard = ("问题学生", "高危学生", "必须参加", "强制测评", "患有", "后果自负")
    found = [(name, word) for name, text in TEXTS.items() for word in hard if word in re.sub(r"#.*", "", text)]
    assert found == []
