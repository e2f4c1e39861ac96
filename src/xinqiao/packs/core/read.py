"""From the YAML an officer writes to the plain values the house keeps."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from xinqiao.packs.core import derive
from xinqiao.packs.core.problems import PackRefusal
from xinqiao.packs.core.schema import is_derived
from xinqiao.packs.core.shapes import SECTIONS
from xinqiao.packs.core.words import N_

MAX_BYTES = 1_000_000

SAID = (
    ("found character '\\t'", N_("这里有制表符（Tab）。请改成空格，每一层缩进两个空格")),
    ("mapping values are not allowed", N_("这里多了一个冒号，或上一行缩进不对。文字里带冒号时，请给整段文字加引号")),
    ("could not find expected ':'", N_("这一行缺少冒号。写法是“键: 值”，冒号后面要有一个空格")),
    ("expected <block end>", N_("这一行和上面的没有对齐。同一层的内容要从同一列开始")),
    ("found unexpected end of stream", N_("引号没有成对，请补上另一半引号")),
    ("while parsing a quoted scalar", N_("引号没有成对，请补上另一半引号")),
    ("expected ',' or", N_("方括号或花括号里少了逗号，或没有收尾")),
    ("found undefined alias", N_("文字以 * 或 & 开头时，请加引号")),
    ("found character", N_("文字以特殊符号开头时，请加引号")),
)
"""What the parser says, and what it means for whoever typed it."""


class _Wrong(yaml.MarkedYAMLError):
    """What we refuse ourselves, in our words."""

    def __init__(self, template: str, mark: Any, **facts: Any) -> None:
        super().__init__(None, None, template, mark)
        self.template, self.facts = template, facts


class _Loader(yaml.SafeLoader):
    """``on`` and ``no`` stay words, ``2026-01-01`` stays text, ``010`` is no octal; no anchors, no key twice."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise _Wrong(N_("不能用 & 和 * 引用别处的内容，请直接写出来"), self.peek_event().start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: set[Any] = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise _Wrong(N_('键“%(key)s”要写成文字：请加引号，例如 "%(key)s"'), key_node.start_mark, key=key)
            if key in seen:
                raise _Wrong(N_("“%(key)s”在同一层写了两次，请合并或删去一个"), key_node.start_mark, key=key)
            seen.add(key)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("bool", r"^(?:true|false)$", list("tf")),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", list("-+0123456789")),
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+$", list("-+0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def load(text: str) -> dict[str, Any]:
    """The mapping a YAML text holds. Raises Refusal("yaml", field = line number) that says where and what to do."""
    if len(text.encode()) > MAX_BYTES:
        raise PackRefusal(N_("文件超过 1 MB，不像是方案。请检查是否选错了文件。"), code="yaml")
    try:
        document = yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        template, facts = _in_chinese(error)
        refusal = PackRefusal(template, code="yaml", field=str(line), **facts)
        refusal.message = f"第 {line} 行第 {column} 列：{refusal.message}。"
        raise refusal from error
    except yaml.YAMLError as error:
        raise PackRefusal(N_("文件里有读不出来的字符。请用 UTF-8 编码另存后再试。"), code="yaml") from error
    except RecursionError as error:
        raise PackRefusal(N_("括号套得太深，不像是方案。请检查文件。"), code="yaml") from error
    if not isinstance(document, dict):
        raise PackRefusal(N_("内容应当是“键: 值”的写法，例如 pack: my-plan。"), code="yaml", field="1")
    return document


def _in_chinese(error: yaml.MarkedYAMLError) -> tuple[str, dict[str, Any]]:
    """(template, facts) of what a parser means."""
    if isinstance(error, _Wrong):
        return error.template, error.facts
    said = f"{error.context or ''} {error.problem or ''}"
    found = next((words for sign, words in SAID if sign in said), N_("这里的写法读不懂，请检查缩进、冒号和引号"))
    return found, {}


def lines(text: str) -> dict[str, int]:
    """Line (from 1) by path, for every part of the text: ``measures.census.owners`` → 42. Entries of a list are named
    by their id, or by their number from 0 when they have none. {} when the text is no YAML."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, RecursionError):
        return {}
    found: dict[str, int] = {}
    if node is not None:
        _walk(node, "", found)
    return found


def mark_of(text: str, *keys: str) -> tuple[int, int] | None:
    """Where the value under these keys begins and ends, as places in the text; None when it is not there."""
    node = yaml.compose(text, Loader=_Loader)
    for key in keys:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((value for name, value in pairs if name.value == key), None)
    return (node.start_mark.index, node.end_mark.index) if isinstance(node, yaml.ScalarNode) else None


def _walk(node: Any, path: str, found: dict[str, int]) -> None:
    found.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = join(path, key.value)
            found[inner] = key.start_mark.line + 1
            _walk(value, inner, found)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _walk(value, join(path, _id_of(value) or str(number)), found)


def _id_of(node: Any) -> str:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "id" and isinstance(value, yaml.ScalarNode):
                return str(value.value)
    return ""


def join(path: str, part: str) -> str:
    return f"{path}.{part}" if path else part


def compile_pack(raw: Mapping[str, Any], parent: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The whole pack as JSON values in one fixed order: what the database keeps and code reads (``shapes.Pack``).

    raw: what ``load`` gave, free of faults (``checks``). parent: compiled data of the pack it is based on.
    A pack with ``changes`` is derived: raises Refusal(code="parent") when its parent is missing, and what ``derive``
    raises.
    """
    whole = derive.derived(raw, parent) if is_derived(raw) else dict(raw)
    data: dict[str, Any] = {name: whole[name] for name in HEAD if name in whole}
    data["clauses"] = {str(number): dict(clause) for number, clause in (whole.get("clauses") or {}).items()}
    for section in SECTIONS:
        data[section] = [dict(entry) for entry in whole.get(section) or []]
    if whole.get("evaluation"):
        data["evaluation"] = whole["evaluation"]
    for entry in (*data["measures"], *data["calendar"]):
        for name in ("when", "emergency"):
            if "by" in entry.get(name, {}):
                entry[name] = {**entry[name], "by": str(entry[name]["by"])}
    result: dict[str, Any] = json.loads(json.dumps(data, ensure_ascii=False))
    return result


HEAD = (
    "pack", "version", "title", "title_en", "summary", "summary_en", "origin", "based_on", "applies_to", "period",
    "starts", "ends",
)  # fmt: skip


def digest(data: Mapping[str, Any]) -> str:
    """sha-256 of compiled data, the same wherever and whenever it is made."""
    whole = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(whole.encode()).hexdigest()


def with_values(text: str, values: Mapping[str, str]) -> str:
    """The text with these scalars written anew (``title`` or ``based_on.version``), the rest as its author wrote it.
    What is not there yet is added at the top, below ``pack``."""
    for path, value in values.items():
        mark, said = mark_of(text, *path.split(".")), json.dumps(value, ensure_ascii=False)
        if mark is not None:
            text = f"{text[: mark[0]]}{said}{text[mark[1] :]}"
            continue
        pack = mark_of(text, "pack")
        end = text.find("\n", pack[1]) + 1 if pack else 0
        text = f"{text[:end]}{path}: {said}\n{text[end:]}"
    return text


def dump(raw: Mapping[str, Any]) -> str:
    """YAML of plain values, in the order they have."""
    return yaml.dump(dict(raw), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


def whole_text(data: Mapping[str, Any]) -> str:
    """YAML of a compiled pack that needs no parent where it goes."""
    kept = {name: value for name, value in data.items() if name != "based_on" and value not in ([], {}, "")}
    return dump(kept)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True
