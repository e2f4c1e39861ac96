"""How we speak: words that label a child are on no page, and every page's words have an English twin.

The list is the house's wording table; the second column of the table is what to write. A word may stand where it is
denied ("这不是诊断"), or where a row of EXCEPTIONS says why. Definitions of instruments are held to a longer list of
their own by ``xinqiao instruments check``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.street import PACKAGE, docstrings, files, shown, tree

INSTEAD = {
    "异常": "需要多一些关心",
    "阳性": "需要多一些关心",
    "问题学生": "同学",
    "高危学生": "需要多一些关心的同学",
    "患有": "近期…较明显",
    "抑郁症": "近期情绪低落较明显",
    "诊断": "建议到医院进一步了解",
    "治疗": "辅导",
    "病人": "同学 / 来访者",
    "强制测评": "邀请参加",
    "必须参加": "可以不参加，也可随时停止",
    "未完成名单": "（不列名单）",
    "自杀问卷": "情绪与安全谈话",
    "后果自负": "已告知，家长意见：…",
    "排名": "本班与本校整体分布",
    "最差": "（不排序）",
    "系统判定": "系统提示，待老师核实",
    "abnormal": "could use more care",
    "problem student": "student",
    "high-risk student": "student who needs care",
    "mental patient": "student / visitor",
    "mandatory test": "invited to take part",
}
# Said the other way round, the word is what we want to say.
DENIED = re.compile(
    r"(?:不|并非|没有)[^，。；、\n]{0,8}?(?:诊断|排名)"
    r"|(?:不是|并非|不做|不能代替|不代替|不能替代|不等于|不属于)[^，。；、\n]{0,8}?治疗"
    r"|诊断(?:需|应|要)由(?:医院|医生|专业)"
)
# path → (words, why): a whole file that has to use them.
EXCEPTIONS: dict[str, tuple[set[str], str]] = {
    "src/xinqiao/instruments/checks.py": (set(INSTEAD), "the list of words that no definition may say to a family"),
    "src/xinqiao/rosters/reading/words.py": (
        {"排名"},
        "a heading of school workbooks, looked for so as not to be taken",
    ),
}
REASON = re.compile(r"words:\s*\S+")


def spoken(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of what a file may show: literals of Python, lines of anything else."""
    if path.suffix == ".py":
        told = docstrings(tree(path))
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
                yield node.lineno, node.value
    else:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not (path.suffix == ".po" and line.lstrip().startswith("#")):
                yield number, line


def labels(path: Path) -> Iterator[str]:
    excused, _why = EXCEPTIONS.get(shown(path), (set(), ""))
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, text in spoken(path):
        rest = DENIED.sub("", text).lower()
        for word, instead in INSTEAD.items():
            if word in rest and word not in excused and not REASON.search(lines[number - 1]):
                yield f"{shown(path)}:{number}: {word} → {instead}"


@pytest.mark.parametrize("pattern", ["**/*.py", "*/templates/**/*.html", "*/locale/**/*.po", "*/static/**/*.js"])
def test_no_page_labels_a_child(pattern):
    found = [label for path in files(pattern) for label in labels(path)]
    assert not found, "\n".join(found)


def test_exceptions_still_apply():
    for name, (words, why) in EXCEPTIONS.items():
        text = (PACKAGE.parents[1] / name).read_text(encoding="utf-8")
        assert why
        assert any(word in text for word in words), f"{name} no longer says {words}"


@pytest.mark.parametrize(
    "text", ["这不是诊断，只是提示", "结果不能代替医院的诊断", "不构成医学诊断", "不写诊断", "按学校代码排列，不排名。"]
)
def test_a_denied_word_is_welcome(text):
    assert not {"诊断", "排名"} & {word for word in INSTEAD if word in DENIED.sub("", text)}
