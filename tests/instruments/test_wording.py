"""A district lays its licensed questions over the key that is shipped without them."""

import json

import pytest
import yaml

from xinqiao.instruments import registry
from xinqiao.instruments.errors import InstrumentError


def a_wording(**changes):
    document = {
        "format": 1,
        "text_for": "mht",
        "version": "district-2026",
        "wording": "validated",
        "permission": {"holder": "某区教育局", "document": "授权书 2026-01", "granted": "2026-01-05"},
        "languages": {"zh": {"source": "手册"}},
        "items": {f"q{n}": {"zh": f"第 {n} 题的文字"} for n in range(1, 101)},
    }
    return yaml.safe_dump(document | changes, allow_unicode=True)


def test_the_words_become_a_new_version_with_the_same_key():
    base, made = registry.load("mht"), registry.parse(a_wording())
    assert (made.id, made.version, made.wording) == ("mht", "1.0.0+district-2026", "validated")
    assert made.hash != base.hash
    assert made.scores == base.scores
    assert made.rights["permission"] == "某区教育局：授权书 2026-01（2026-01-05）"
    assert made.withheld(11) == ("q85", "q97")
    page = json.loads(made.runner_json("zh", 13))
    assert page["items"][84]["text"] == "第 85 题的文字"
    assert [len(part) for part in page["pages"]] == [10] * 10
    assert registry.by_hash(registry.remember(made).hash) is made


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"items": {f"q{n}": {"zh": "字"} for n in range(1, 100)}}, "items.q100：缺少这一题的文字"),
        ({"items": {f"q{n}": {"zh": "字"} for n in range(1, 102)}}, "items.q101：“mht”没有这一题"),
        ({"text_for": "mhtt"}, "text_for：没有量表“mhtt”"),
        ({"permission": {"holder": "某区"}}, "permission：缺少：document、granted"),
        ({"options": {"often": {}}}, "没有选项组“often”"),
    ],
)
def test_words_that_do_not_fit_are_refused(changes, words):
    with pytest.raises(InstrumentError, match=words):
        registry.parse(a_wording(**changes))
