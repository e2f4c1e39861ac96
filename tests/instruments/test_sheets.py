"""Answers on their way to storage and back, and the look that safety items get on every save."""

import json
import time

import pytest

from tests.instruments.factories import a_document, built
from xinqiao.instruments import registry
from xinqiao.instruments.errors import AnswerRefusal

PHQ = registry.load("phq-9")
SUM = {"id": "s", "operation": "sum", "items": ["q1-q3"], "missing": {"max": 0, "prorate": "none"}}


def test_one_byte_an_item_blank_is_ff_and_hidden_is_fe():
    sheet = PHQ.encode({"q1": "3", "q2": "0", "q3": None, "q4": ""}, not_shown=["q9"])
    assert sheet == bytes([3, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE])
    assert PHQ.decode(sheet) == {"q1": "3", "q2": "0"} | dict.fromkeys(["q3", "q4", "q5", "q6", "q7", "q8"])


@pytest.mark.parametrize(
    ("answers", "code", "field"),
    [
        ({"q10": "0"}, "unknown_item", "q10"),
        ({"q1": "4"}, "unknown_option", "q1"),
        ({"q1": "x"}, "unknown_option", "q1"),
    ],
)
def test_what_is_not_on_the_sheet_is_refused_by_name(answers, code, field):
    with pytest.raises(AnswerRefusal) as refusal:
        PHQ.encode(answers)
    assert (refusal.value.code, refusal.value.field) == (code, field)


@pytest.mark.parametrize(("sheet", "code"), [(bytes(8), "sheet_length"), (bytes([4, *bytes(8)]), "sheet_byte")])
def test_a_damaged_sheet_is_refused(sheet, code):
    with pytest.raises(AnswerRefusal) as refusal:
        PHQ.decode(sheet)
    assert refusal.value.code == code


@pytest.mark.parametrize(("answer", "hits"), [("0", []), ("1", ["q9"]), ("2", ["q9"]), ("3", ["q9"]), (None, [])])
def test_any_answer_above_zero_to_item_9_is_a_safety_hit(answer, hits):
    assert PHQ.safety_hits(PHQ.encode({"q9": answer})) == hits


def test_mht_looks_at_85_and_97():
    mht = registry.load("mht")
    assert mht.safety_hits(mht.encode({"q85": "yes", "q97": "yes", "q86": "yes"})) == ["q85", "q97"]
    assert mht.safety_hits(mht.encode(dict.fromkeys(mht.item_ids, "no"))) == []


def test_the_safety_look_takes_microseconds():
    mht = registry.load("mht")
    sheet = mht.encode({"q85": "yes"})
    start = time.perf_counter()
    for _ in range(2_000):
        mht.safety_hits(sheet)
    assert (time.perf_counter() - start) / 2_000 < 50e-6  # about 0.4 µs on a quiet machine


def test_an_item_whose_condition_fails_is_hidden_even_when_answered():
    document = a_document([SUM])
    document["items"][2]["show_if"] = {
        "any": [{"item": "q1", "op": ">=", "value": 2}, {"item": "q2", "op": "==", "value": 3}]
    }
    definition = built(document)
    assert definition.encode({"q1": "c1", "q2": "c0", "q3": "c3"})[2] == 0xFE
    assert definition.encode({"q1": "c2", "q3": "c3"})[2] == 3
    assert definition.encode({"q2": "c3"})[2] == 0xFF
    assert json.loads(definition.runner_json("zh"))["items"][2]["show_if"] == {
        "any": [{"item": "q1", "codes": ["c2", "c3"]}, {"item": "q2", "codes": ["c3"]}]
    }


@pytest.mark.parametrize(("age", "shown"), [(None, 8), (11, 8), (12, 9), (17, 9)])
def test_item_9_is_withheld_under_twelve_and_when_the_age_is_unknown(age, shown):
    page = json.loads(PHQ.runner_json("zh", age))
    assert len(page["items"]) == shown
    assert page["withheld"] == list(PHQ.withheld(age))
    assert page["length"] == 9


@pytest.mark.parametrize("instrument", ["phq-9", "gad-7", "dass-y", "xq-wellbeing"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_learns_nothing_of_the_key(instrument, lang):
    definition = registry.load(instrument)
    page = definition.runner_json(lang, 15)
    for word in ("value", "score", "reverse", "weight", "band", "alert", "safety", "cutoff", "severity"):
        assert f'"{word}' not in page
    assert json.loads(page)["hash"] == definition.hash
    assert all(item["text"] and all(o["text"] for o in item["options"]) for item in json.loads(page)["items"])
    assert json.loads(page)["notice"]


def test_a_key_without_words_cannot_be_asked_on_screen():
    with pytest.raises(AnswerRefusal) as refusal:
        registry.load("mht").runner_json("zh", 15)
    assert refusal.value.code == "no_wording"


def test_a_definition_is_found_by_its_content():
    assert registry.by_hash(PHQ.hash) is PHQ
    with pytest.raises(KeyError):
        registry.by_hash("0" * 64)
