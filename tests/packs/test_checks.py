"""What is wrong with a pack is said with its line and with what to do."""

from __future__ import annotations

import pytest

from tests.packs.samples import DERIVED, SMALL, smaller
from xinqiao.access.enums import PostKind
from xinqiao.kernel.refusal import Refusal
from xinqiao.packs.core import checks, read, schema, words
from xinqiao.packs.core.shapes import Pack
from xinqiao.people.enums import OrganisationKind

CODES = {"screening.unfiled", "budgets.per_student", "plans.handed_in"}


def faults(text, parent=None, known=CODES):
    return [p for p in checks.problems_of_text(text, known, parent) if p.severity == checks.FAULT]


def line_of(text, words):
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


def test_a_whole_pack_has_nothing_wrong():
    assert checks.problems_of_text(SMALL, CODES) == []
    pack = Pack(read.compile_pack(read.load(SMALL)))
    assert pack.measures["summary"].gathers
    assert pack.teams["lead"].positions[0].post == "bureau_leader"
    assert pack.targets["money"].path == {"": 10.0}


@pytest.mark.parametrize(
    ("old", "new", "path", "said"),
    [
        ("kind: due\n", "kind: duty\n", "measures.summary.kind", "只能写"),
        ("    gathers: true", "    gather: true", "measures.summary.gather", "是不是 gathers"),
        ("unit: schools\n    owners: [moral_head]", "unit: school\n    owners: [moral_head]", "measures.summary.unit",
         "units 里没有“school”"),
        ("owners: [moral_head]", "owners: [bureau_officer]", "measures.summary.owners", "没有岗位"),
        ("owners: [moral_head]", "owners: []", "measures.summary.owners", "至少要有 1 项"),
        ('{"on": ["05-10"]}', '{"on": ["5-10"]}', "measures.summary.when.on.0", "各两位"),
        ('{"on": ["05-10"]}', "{every: month, months: [3]}", "measures.summary.when", "只写一种"),
        ('{"on": ["05-10"]}', "{every: week, by: 3}", "measures.summary.when.by", "by 只配"),
        ('{"on": ["05-10"]}', "{every: term, by: 20}", "measures.summary.when.by", "月-日"),
        ('{"on": ["05-10"]}', "{after: start}", "measures.summary.when", "days 或 weeks"),
        ("climb: [1, 7]", "climb: [7, 1]", "measures.summary.late.climb", "从小到大"),
        ('clause: "S.2"', 'clause: "S.9"', "measures.summary.clause", "不在 clauses 里"),
        ('clause: "S.2"', 'clause: "S.1"', "measures.summary.clause", "已由 measures.activity-listening 承担"),
        ('    clause: "S.2"\n', "", "clauses.S.2", "没有承担者"),
        ("indicator: screening.unfiled", "indicator: screening.unfield", "rules.filing.indicator", "是不是 screening"),
        ('starts: "04-02"\n', "", "period", "要写 starts"),
        ("period: dates", "period: open", "period", "只在 period: dates"),
        ("where: below, kind: school", "where: below", "units.schools", "要写 kind"),
        ("per_student: 10", "per_student: 10, amount: 5", "budget.own", "二选一"),
        ("pictures: 2}", "text: false}", "measures.activity-listening.evidence", "没有任何证据"),
        ("protocol: talk", "protocol: walk", "measures.activity-listening.protocol", "protocols 里没有"),
        ("    lead: [bureau_officer]\n    respon", "    respon", "measures.activity-listening", "accept: lead"),
        ("id: summary", "id: activity-listening", "measures.activity-listening", "用了 2 次"),
        ("{from: 0,", "{from: 95,", "evaluation.grades", "从高分到低分"),
        ("post: bureau_leader", "post: unit_leader", "teams.lead.positions.head.post", "没有岗位"),
        ('version: "1.0"', "version: 1.0", "version", "加引号"),
        ("pack: small", "pack: 小方案", "pack", "id 只用"),
        ("id: summary", "id: Summary_1", "measures.Summary_1.id", "id 只用"),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_place(old, new, path, said):
    text = smaller(SMALL, (old, new))

    found = faults(text)

    assert [p for p in found if p.path == path and said in p.words and p.line], found


def test_a_mistake_names_its_line():
    text = smaller(SMALL, ("climb: [1, 7]", "climb: [7, 1]"))

    (found,) = faults(text)

    assert found.line == line_of(text, "climb: [7, 1]")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("pack: a\n\ttitle: b", 2, "制表符"),
        ("pack: a\ntitle: b: c", 2, "冒号"),
        ("pack: a\npack: b", 2, "写了两次"),
        ("pack: a\ngoals: &x [1]\nunits: *x", 3, "引用"),
        ("pack: a\nclauses:\n  14: b", 3, "加引号"),
        ("- a\n- b", 1, "键: 值"),
        ('pack: "a', 1, "引号"),
        ("", 1, "键: 值"),
        ("pack: a\n title: b", 2, ""),
    ],
)
def test_broken_yaml_says_where(text, line, said):
    (found,) = faults(text)

    assert found.line == line
    assert said in found.words


def test_words_stay_words():
    raw = read.load("on: no\nday: 2026-01-01\nclock: 12:30\nnumber: 010\nyes: true")

    assert raw == {"on": "no", "day": "2026-01-01", "clock": "12:30", "number": "010", "yes": True}


def test_english_that_is_missing_is_a_hint_and_no_fault():
    text = smaller(SMALL, ("    title_en: Hand in the summary\n", ""))

    (found,) = checks.problems_of_text(text, CODES)

    assert (found.severity, found.path) == (checks.HINT, "measures.summary.title_en")


def test_weights_that_do_not_make_a_hundred_are_a_hint():
    (found,) = checks.problems_of_text(smaller(SMALL, ("weight: 60", "weight: 50")), CODES)

    assert found.severity == checks.HINT
    assert "90" in found.words


def test_unknown_codes_are_not_asked_about_when_nobody_told():
    assert not faults(smaller(SMALL, ("screening.unfiled", "any.code")), known=None)


def test_a_problem_can_be_said_again_in_another_language():
    (found,) = faults(smaller(SMALL, ("owners: [moral_head]", "owners: [bureau_officer]")))

    assert found.template % found.facts == found.words
    assert "%(post)s" in found.template


def test_derived_faults_point_at_the_change():
    parent = read.compile_pack(read.load(SMALL))
    assert checks.problems_of_text(DERIVED, CODES, parent) == []

    (found,) = faults(smaller(DERIVED, ("[school_leader]", "[bureau_officer]")), parent)
    assert found.path == "changes.set.measures.summary.owners"
    assert found.line == line_of(DERIVED, "measures.summary.owners")

    (found,) = faults(smaller(DERIVED, ("owners: [class_teacher]", "owners: [teacher]")), parent)
    assert found.line == line_of(DERIVED, "owners: [class_teacher]")

    (found,) = faults(smaller(DERIVED, ("measures.summary.owners", "measures.sumary.owners")), parent)
    assert "母方案里没有" in found.words
    assert found.line == line_of(DERIVED, "measures.summary.owners")


def test_a_missing_parent_is_said():
    (found,) = faults(DERIVED)

    assert "请先导入" in found.words
    assert found.line == line_of(DERIVED, "based_on")


def test_a_file_that_is_far_too_large_is_refused():
    with pytest.raises(Refusal):
        read.load("a: " + "x" * 1_000_001)


def test_the_closed_lists_are_those_of_the_house():
    assert set(words.ORGANISATION_KINDS) == set(OrganisationKind.values)
    assert set(words.POSTS) <= set(PostKind.values)
    defs = schema.document()["$defs"]
    assert defs["organisation"]["enum"] == list(words.ORGANISATION_KINDS)
    assert defs["post"]["enum"] == list(words.POSTS)
    assert defs["service"]["properties"]["kind"]["enum"] == list(words.SERVICE_KINDS)
    assert defs["when"]["properties"]["every"]["enum"] == list(words.EVERY)
    assert defs["when"]["properties"]["event"]["enum"] == list(words.EVENTS)
    assert defs["whole"]["properties"]["period"]["enum"] == list(words.PERIODS)
    assert defs["kind"]["enum"] == list(words.CLAUSE_KINDS)
