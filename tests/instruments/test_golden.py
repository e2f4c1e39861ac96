"""Every shipped questionnaire carries its own worked answers, and they are sharp enough to notice one wrong key."""

import copy

import pytest

from tests.instruments.factories import built, shipped
from xinqiao.instruments import golden, registry
from xinqiao.instruments.errors import InstrumentError

SHIPPED = ("dass-y", "gad-7", "mht", "phq-9", "xq-wellbeing")


def test_the_library_holds_these():
    assert registry.library_ids() == SHIPPED


@pytest.mark.parametrize("slow", [False, True], ids=["vectorised", "scalar"])
@pytest.mark.parametrize("instrument", SHIPPED)
def test_both_scorers_get_every_worked_answer(instrument, slow):
    assert list(golden.failures(registry.load(instrument), slow=slow)) == []


@pytest.mark.parametrize("instrument", SHIPPED)
def test_one_flipped_key_fails_some_case(instrument):
    document = shipped(instrument)
    ids = built(document).item_ids
    for score in (score for score in document["scores"] if "items" in score):
        for item in golden.expand(score["items"], ids):
            spoilt = copy.deepcopy(document)
            part = next(entry for entry in spoilt["scores"] if entry["id"] == score["id"])
            part["reverse"] = sorted({item} ^ set(part.get("reverse", [])))
            assert any(golden.failures(built(spoilt))), f"{score['id']}: {item} may be reversed unnoticed"


@pytest.mark.parametrize("instrument", SHIPPED)
def test_one_lost_item_fails_some_case(instrument):
    document = shipped(instrument)
    ids = built(document).item_ids
    for score in (score for score in document["scores"] if "items" in score):
        items = golden.expand(score["items"], ids)
        for item in items:
            spoilt = copy.deepcopy(document)
            part = next(entry for entry in spoilt["scores"] if entry["id"] == score["id"])
            part["items"] = [name for name in items if name != item]
            part["reverse"] = [name for name in part.get("reverse", []) if name != item]
            assert any(golden.failures(built(spoilt))), f"{score['id']}: {item} may be lost unnoticed"


@pytest.mark.parametrize("instrument", SHIPPED)
def test_one_moved_cut_off_fails_some_case(instrument):
    document = shipped(instrument)
    for number, score in enumerate(document["scores"]):
        bands = score["bands"] if isinstance(score["bands"], list) else document["band_sets"][score["bands"]]
        for edge in range(len(bands) - 1):
            spoilt = copy.deepcopy(document)
            moved = copy.deepcopy(bands)
            moved[edge]["high"] += 1
            moved[edge + 1]["low"] += 1
            spoilt["scores"][number]["bands"] = moved
            assert any(golden.failures(built(spoilt))), f"{score['id']}: edge {edge} may move unnoticed"


def test_a_definition_without_a_needed_case_is_refused():
    document = shipped("gad-7")
    document["golden"]["cases"] = [case for case in document["golden"]["cases"] if "边界 10" not in case["name"]]
    with pytest.raises(InstrumentError, match="total = 10"):
        registry.from_document(document)


def test_a_definition_that_fails_its_own_case_is_refused():
    document = shipped("phq-9")
    document["golden"]["cases"][1]["expect"]["total"] = 26
    with pytest.raises(InstrumentError, match="应为 26，算出来是 27"):
        registry.from_document(document)
