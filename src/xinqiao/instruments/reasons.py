"""Why a number is not there, and what a sign of carelessness means, each as a code with its words."""

from __future__ import annotations

from typing import Final

# The position in this tuple is what the vectorised scorer stores; 0 means the number is there.
NULL_REASONS: Final = ("", "no_answer", "too_many_missing", "not_shown", "component_null", "out_of_table", "no_norm")

WORDS: Final[dict[str, dict[str, str]]] = {
    "no_answer": {"zh": "这一部分一题也没有作答", "en": "nothing in this part was answered"},
    "too_many_missing": {"zh": "漏答题数超过允许的上限，不计分", "en": "more items were skipped than the score allows"},
    "not_shown": {
        "zh": "有题目按年龄或跳转规则没有出示，不计分",
        "en": "an item was not shown because of age or branching, so there is no score",
    },
    "component_null": {"zh": "组成它的分数中有一项没有", "en": "a score it is made from is missing"},
    "out_of_table": {"zh": "分数不在换算表的范围内", "en": "the score lies outside the conversion table"},
    "no_norm": {"zh": "没有适用于该年级、年龄或性别的常模", "en": "there is no norm for this grade, age or sex"},
    "lie": {
        "zh": "效度题得分偏高，作答可能有掩饰，建议换个时间重新作答",
        "en": "the lie scale is high; answers may be polished, so a retest is advised",
    },
    "inconsistent": {"zh": "意思相近的题目前后回答不一致", "en": "items that mean the same were answered differently"},
    "long_run": {"zh": "连续多题选择同一个选项", "en": "the same option was chosen many times in a row"},
    "missing": {"zh": "漏答的题目较多", "en": "many items were skipped"},
    "too_fast": {
        "zh": "多数题目作答过快，可能没有认真读题",
        "en": "most items were answered too fast to have been read",
    },
}


def words(code: str, lang: str = "zh") -> str:
    """The sentence for a code. Raises KeyError for a code that does not exist."""
    return WORDS[code][lang]
