"""A definition that does not fit together is refused, with the path and, in Chinese and English, what is wrong."""

import pytest

from tests.instruments.factories import shipped
from xinqiao.instruments import registry
from xinqiao.instruments.errors import InstrumentError


def spoil(document, path, value):
    *way, last = path
    for key in way:
        document = document[key]
    if value is KeyError:
        del document[last]
    else:
        document[last] = value


@pytest.mark.parametrize(
    ("path", "value", "where", "words"),
    [
        (["version"], KeyError, "", "缺少：version"),
        (["colour"], "red", "", "不认识的键：colour"),
        (["verified"], "yes", "verified", "应为true 或 false"),
        (["lifecycle"], "ready", "lifecycle", "只能是：draft、reviewed、approved、retired"),
        (["items", 0, "options"], "weeks", "items[0].options", "option_sets 里没有“weeks”"),
        (["items", 1, "id"], "q1", "items[1]", "重复"),
        (["items", 0, "text"], {"zh": "只有中文"}, "items.q1.text", "缺少文字：en"),
        (["items", 0, "show_if"], {"item": "q3", "op": "==", "value": 1}, "items.q1.show_if", "不在前面"),
        (["items", 0, "safety"], True, "items.q1", "sensitive: true"),
        (["option_sets", "days", 0, "value"], -1, "option_sets.days[0].value", "不能小于 0"),
        (["scores", 0, "items"], ["q1-q8"], "scores[0].items", "“q1-q8”不是题目"),
        (["scores", 0, "reverse"], ["q9"], "scores[0].reverse", "“q9”不是题目"),
        (["scores", 0, "operation"], "product", "scores[0].operation", "只能是：sum、mean、max"),
        (["scores", 0, "missing"], KeyError, "scores[0].missing", "必须写明漏答规则"),
        (["scores", 0, "missing"], {"max": 1, "prorate": "none"}, "scores[0].missing", "空题会被当作 0 分"),
        (["scores", 0, "missing", "max"], 7, "scores[0].missing.max", "至少要答一题"),
        (["scores", 0, "bands", 1, "low"], 6, "scores[0].bands", "中间有空隙或重叠"),
        (["scores", 0, "bands", 3, "high"], 20, "scores[0].bands", "分段要盖住 0–21"),
        (["scores", 0, "band_source"], KeyError, "scores[0].bands", "出处"),
        (["scores", 0, "norm"], "none", "scores[0].norm", "没有常模“none”"),
        (["alerts", 0, "score"], "sum", "alerts[0]", "没有分数“sum”"),
        (["alerts", 0, "urgency"], "someday", "alerts[0].urgency", "只能是"),
        (["reports", 2, "severity"], [3, 4], "reports", "严重度 2 应正好有一段文字"),
        (["reports", 2, "student", "zh"], "你的结果异常", "reports[2].student.zh", "不能有“异常”"),
        (["reports", 2, "guardian", "en"], "A diagnosis follows", "reports[2].guardian.en", "不能有“diagnosis”"),
        (["golden", "cases"], [], "golden.cases", "至少要有 1 项"),
        (["golden", "alone"], {}, "golden.alone", "缺少“total”"),
        (["golden", "cases", 0, "set"], {"q8": 1}, "golden", "“q8”不是题目"),
    ],
)
def test_each_fault_is_named(path, value, where, words):
    document = shipped("gad-7")
    spoil(document, path, value)
    with pytest.raises(InstrumentError) as refusal:
        registry.from_document(document, source="mine.yaml")
    assert any(problem.path == where and words in problem.zh for problem in refusal.value.problems), refusal.value
    assert all(problem.en for problem in refusal.value.problems)
    assert str(refusal.value).startswith("mine.yaml：")


def test_a_safety_item_without_an_age_gate_is_refused():
    document = shipped("phq-9")
    del document["items"][8]["min_age"]
    with pytest.raises(InstrumentError, match="必须写 min_age"):
        registry.from_document(document)


def test_a_safety_item_without_an_immediate_alert_is_refused():
    document = shipped("phq-9")
    document["alerts"][0]["urgency"] = "soon"
    with pytest.raises(InstrumentError, match="一一对应"):
        registry.from_document(document)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [1", "YAML 格式不对"),
        ("a: 1\na: 2", "第 2 行第 1 列：YAML 格式不对：“a”写了两次"),
        ("a: &x 1\nb: *x", "不能使用 & 和 \\* 引用"),
        ("1: a", "请加引号"),
        ("- a", "键: 值"),
        ("a: !!python/object/apply:os.system [ls]", "YAML"),
        ("", "键: 值"),
    ],
)
def test_text_that_is_not_our_yaml_is_refused(text, words):
    with pytest.raises(InstrumentError, match=words):
        registry.parse(text)


def test_an_unknown_id_suggests_the_near_one():
    with pytest.raises(InstrumentError, match="是不是想找“phq-9”"):
        registry.load("phq9")


def test_the_hash_changes_with_a_word_and_not_with_the_layout():
    from xinqiao.instruments.building import content_hash

    document = shipped("gad-7")
    same = dict(reversed(document.items()))
    assert content_hash(same) == content_hash(document) == registry.load("gad-7").hash
    document["items"][0]["text"]["zh"] += "吗"
    assert content_hash(document) != registry.load("gad-7").hash
