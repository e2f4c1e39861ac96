"""Derived packs, two versions compared, a newer parent."""

from __future__ import annotations

from dataclasses import asdict
from json import dumps

import pytest

from tests.packs.samples import DERIVED, SMALL, smaller
from xinqiao.kernel.refusal import Refusal
from xinqiao.packs.core import clauses, compare, derive, read, rebase
from xinqiao.packs.core.shapes import Pack

PARENT = read.compile_pack(read.load(SMALL))


def newer(*changes):
    return read.compile_pack(read.load(smaller(SMALL, ('version: "1.0"', 'version: "1.1"'), *changes)))


def test_only_what_was_changed_differs():
    data = read.compile_pack(read.load(DERIVED), PARENT)

    told = {(d.path, d.kind) for d in compare.differences(PARENT, data)}

    assert told == {
        ("title", "changed"), ("title_en", "changed"), ("clauses.C.1", "added"), ("measures.summary.owners", "changed"),
        ("measures.extra", "added"), ("budget.own.per_student", "changed"), ("calendar.may25", "removed"),
    }  # fmt: skip
    assert data["pack"] == "small-county"
    assert data["based_on"] == {"pack": "small", "version": "1.0"}


def test_compiling_again_changes_nothing():
    data = read.compile_pack(read.load(DERIVED), PARENT)

    assert read.compile_pack(data) == data
    assert read.digest(data) == read.digest(read.compile_pack(read.load(DERIVED), PARENT))
    assert read.compile_pack(read.load(read.dump(data))) == data


def test_the_parent_is_left_alone():
    before = dumps(PARENT)

    read.compile_pack(read.load(DERIVED), PARENT)

    assert dumps(PARENT) == before


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("clauses.S.10.title", "年度考核"),
        ("measures.summary.late.climb", [1, 7]),
        ("teams.lead.positions.head.post", "bureau_leader"),
        ("evaluation.items.event.weight", 60),
        ("indicators.money.target", {"": 10}),
        ("protocols.talk.steps.1.title", "倾听"),
    ],
)
def test_paths_lead_to_entries_by_id(path, value):
    assert derive.find(PARENT, path) == value


@pytest.mark.parametrize(
    "path", ["measures.nobody.title", "nothing.at.all", "title.zh", "measures.summary.late.no", "x"]
)
def test_a_path_that_leads_nowhere_is_refused(path):
    with pytest.raises(Refusal) as refused:
        derive.find(PARENT, path)
    assert refused.value.code == "path"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (('version: "1.0"}', 'version: "2.0"}'), "parent"),
        (("calendar.may25", "calendar.june"), "path"),
        (("id: extra", "id: summary"), "taken"),
        (('"C.1": {', '"S.1": {'), "taken"),
    ],
)
def test_changes_that_cannot_be_made_are_refused(change, code):
    with pytest.raises(Refusal) as refused:
        read.compile_pack(read.load(smaller(DERIVED, change)), PARENT)
    assert refused.value.code == code


def test_differences_are_json_and_empty_for_the_same():
    assert compare.differences(PARENT, PARENT) == []
    told = compare.differences(PARENT, newer(("weight: 60", "weight: 70"), ("title: 优秀", "title: 很好")))
    assert {d.path for d in told} == {"version", "evaluation.event.weight", "evaluation.grades"}
    assert dumps([asdict(d) for d in told])


def test_a_correction_of_the_parent_arrives_and_comments_stay():
    parent = newer(("每校至少一次", "每校至少两次"))

    moved = rebase.onto(DERIVED, PARENT, parent)

    assert moved.conflicts == ()
    assert moved.text == smaller(DERIVED, ('small, version: "1.0"', 'small, version: "1.1"'))
    data = read.compile_pack(read.load(moved.text), parent)
    assert data["measures"][0]["text"].startswith("每校至少两次")
    assert data["measures"][1]["owners"] == ["school_leader"]


def test_both_changed_the_same_thing():
    parent = newer(("per_student: 10", "per_student: 15"))

    kept = rebase.onto(DERIVED, PARENT, parent)
    taken = rebase.onto(DERIVED, PARENT, parent, take=["budget.own.per_student"])

    assert kept.conflicts == (rebase.Conflict("budget.own.per_student", rebase.BOTH, 12, 15),)
    assert read.compile_pack(kept.raw, parent)["budget"][0]["per_student"] == 12
    assert read.compile_pack(read.load(taken.text), parent)["budget"][0]["per_student"] == 15


def test_what_the_parent_dropped_falls_away():
    parent = {**PARENT, "version": "1.1", "budget": [], "calendar": []}

    moved = rebase.onto(DERIVED, PARENT, parent)

    assert [(c.path, c.reason) for c in moved.conflicts] == [("budget.own.per_student", rebase.GONE)]
    assert "remove" not in moved.raw["changes"]
    assert read.compile_pack(read.load(moved.text), parent)["budget"] == []


def test_an_id_both_added():
    theirs = {**PARENT["measures"][1], "id": "extra", "title": "母方案的"}
    parent = {**PARENT, "version": "1.1", "measures": [*PARENT["measures"], theirs]}

    mine = rebase.onto(DERIVED, PARENT, parent)
    yours = rebase.onto(DERIVED, PARENT, parent, take=["measures.extra"])

    assert mine.conflicts[0].reason == rebase.TAKEN
    title = {m["id"]: m["title"] for m in read.compile_pack(mine.raw, parent)["measures"]}
    assert title["extra"] == "家长会"
    title = {m["id"]: m["title"] for m in read.compile_pack(yours.raw, parent)["measures"]}
    assert title["extra"] == "母方案的"


def test_a_change_the_parent_made_too_is_no_change_any_more():
    parent = newer(("per_student: 10", "per_student: 12"))

    moved = rebase.onto(DERIVED, PARENT, parent)

    assert moved.conflicts == ()
    assert "budget.own.per_student" not in moved.raw["changes"]["set"]


def test_a_whole_pack_has_no_parent_to_move_to():
    with pytest.raises(Refusal):
        rebase.onto(SMALL, PARENT, PARENT)


def test_clauses_by_number_with_their_evidence():
    rows = clauses.listing([Pack(PARENT)], {"screening.unfiled"}.__contains__)

    assert [(r.clause, r.carrier_section, r.evidence) for r in rows] == [
        ("S.1", "measures", "reported"), ("S.2", "measures", "reported"), ("S.3", "budget", "live"),
        ("S.4", "teams", "live"), ("S.5", "rules", "live"), ("S.10", "evaluation", "live"),
    ]  # fmt: skip
    assert "| S.10 | keep | 年度考核 |" in clauses.markdown(rows, {"small": "倾听周"})
