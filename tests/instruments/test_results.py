"""What the screening room reads from one sheet."""

import pytest

from tests.instruments.factories import shipped
from xinqiao.instruments import registry
from xinqiao.instruments.checks import _HARD
from xinqiao.instruments.scoring import score_sheet, score_sheets

PHQ, MHT, WEEK = (registry.load(name) for name in ("phq-9", "mht", "xq-wellbeing"))


def phq(*answers):
    return PHQ.encode({f"q{n}": str(a) for n, a in enumerate(answers, 1) if a is not None})


def test_a_score_comes_with_its_band_and_a_hint_but_no_level():
    result = score_sheet(PHQ, phq(2, 2, 2, 2, 2, 2, 0, 0, 0))
    assert (result.scores["total"].value, result.scores["total"].band.id) == (12, "moderate")
    assert (result.severity, result.level_hint) == (2, 2)
    assert [alert.id for alert in result.alerts] == ["cutoff"]
    assert not hasattr(result, "level")


def test_item_9_raises_its_alert_whatever_the_total():
    result = score_sheet(PHQ, phq(0, 0, 0, 0, 0, 0, 0, 0, 1))
    assert [(alert.id, alert.urgency) for alert in result.alerts] == [("self_harm", "immediate")]
    assert (result.severity, result.level_hint) == (0, 3)


def test_a_blank_sheet_is_not_a_zero():
    result = score_sheet(PHQ, PHQ.sheet_layout.blank)
    assert (result.scores["total"].value, result.scores["total"].reason) == (None, "no_answer")
    assert result.severity is None
    assert result.report("student") == []


def test_hidden_is_not_the_same_as_skipped():
    sheet = PHQ.encode(dict.fromkeys(PHQ.item_ids[:8], "1"), not_shown=PHQ.withheld(11))
    result = score_sheet(PHQ, sheet)
    assert result.scores["total"].reason == "not_shown"
    assert (result.answered, result.skipped, result.not_shown) == (8, 0, 1)


def test_a_high_lie_scale_advises_a_retest_and_deletes_nothing():
    answers = dict.fromkeys(MHT.item_ids, "no") | {f"q{n}": "yes" for n in range(82, 95, 2)}
    result = score_sheet(MHT, MHT.encode(answers))
    assert [sign.code for sign in result.signs if sign.code == "lie"] == ["lie"]
    assert result.retest_advised
    assert result.scores["total"].value == 0


def test_the_same_answer_all_the_way_is_a_sign_when_it_is_not_the_lowest():
    assert [sign.code for sign in score_sheet(PHQ, phq(*[2] * 9)).signs] == ["long_run"]
    assert score_sheet(PHQ, phq(*[0] * 9)).signs == ()


@pytest.mark.parametrize(
    ("clocks", "codes"),
    [([900] * 9, ["too_fast"]), ([3000] * 9, []), ([None] * 9, []), ([900] * 5 + [None] * 3 + [4000], ["too_fast"])],
)
def test_most_items_under_two_seconds_is_a_sign(clocks, codes):
    assert [sign.code for sign in score_sheet(PHQ, phq(0, 1, 2, 0, 1, 2, 0, 1, 0), clocks=clocks).signs] == codes


def test_many_skipped_items_are_a_sign():
    result = score_sheet(PHQ, phq(0, 1, 2, 0, 1, 2, 0, 1))
    assert [(sign.code, round(sign.value, 3)) for sign in result.signs] == [("missing", 0.111)]


def test_a_wish_to_talk_is_a_routine_request():
    happy = {"sleep": "2", "sport": "2", "friends": "2", "safe_school": "2", "safe_home": "2", "happy": "2"}
    happy |= {"sad": "0", "school_fear": "0", "adult_help": "2", "talk": "yes"}
    result = score_sheet(WEEK, WEEK.encode(happy))
    assert [(alert.id, alert.urgency) for alert in result.alerts] == [("talk_request", "routine")]
    assert WEEK.safety_hits(WEEK.encode(happy)) == []
    assert result.level_hint == 0


def test_a_batch_reads_like_one_by_one():
    sheets = [phq(*[k % 4] * 9) for k in range(8)]
    assert [r.as_json() for r in score_sheets(PHQ, sheets)] == [score_sheet(PHQ, sheet).as_json() for sheet in sheets]
    assert score_sheets(PHQ, []) == []


def test_t_scores_follow_grade_and_sex_and_say_when_there_is_no_norm():
    document = shipped("gad-7")
    document["version"] = "9.0.0"
    rows = [
        {"grade": [7, 9], "sex": "female", "n": 100, "mean": 5, "sd": 4},
        {"grade": [7, 9], "n": 200, "mean": 4, "sd": 4},
    ]
    document["norms"] = [
        {"id": "local", "kind": "mean_sd", "source": "本地", "year": 2026, "region": "测试", "rows": rows}
    ]
    document["scores"][0]["norm"] = "local"
    definition = registry.from_document(document)
    sheet = definition.encode(dict.fromkeys(definition.item_ids, "1"))

    def t(**person):
        part = score_sheet(definition, sheet, **person).scores["total"]
        return part.t, part.t_reason

    assert t(grade=8, sex="female") == (55.0, "")
    assert t(grade=8, sex="male") == (57.5, "")
    assert t(grade=8) == (57.5, "")
    assert t(grade=10, sex="male") == (None, "no_norm")
    assert t() == (None, "no_norm")


@pytest.mark.parametrize("instrument", registry.library_ids())
def test_no_label_and_no_medical_word_reaches_a_student_or_guardian(instrument):
    definition = registry.load(instrument)
    texts = [
        text for report in definition.reports for who in ("student", "guardian") for text in report.texts[who].values()
    ]
    texts += [*definition.title_student.values(), *definition.instructions.values()]
    assert [text for text in texts if _HARD.search(text)] == []


@pytest.mark.parametrize("audience", ["student", "guardian", "counsellor", "leader"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_audience_has_words_for_every_severity(audience, lang):
    for value in range(4):
        result = score_sheet(PHQ, phq(*[value] * 9))
        assert result.report(audience, lang)
    lines = result.report("counsellor", lang)
    assert any("27" in line for line in lines)
    assert all("27" not in line for line in result.report("student", lang))
