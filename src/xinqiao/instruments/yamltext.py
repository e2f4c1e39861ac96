"""YAML as our files use it: no anchors, no duplicate keys, and only true/false, numbers, null and text."""

from __future__ import annotations

import re
from typing import Any

import yaml

from xinqiao.instruments.errors import InstrumentError, Problem

MAX_BYTES = 2_000_000


class _Loader(yaml.SafeLoader):
    """``no`` stays the word no, ``2026-01-01`` stays text, and ``&``/``*`` are refused (they hide what is hashed)."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "不能使用 & 和 * 引用，请直接写出内容", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: set[Any] = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(
                    None, None, f"键“{key}”要写成文字，请加引号", key_node.start_mark
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"“{key}”写了两次", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if not tag.endswith((":timestamp", ":bool", ":merge"))]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def read(text: str, *, source: str = "") -> dict[str, Any]:
    """The mapping a YAML text holds. Raises InstrumentError naming line and column."""
    if len(text.encode()) > MAX_BYTES:
        raise InstrumentError([Problem("", "文件超过 2 MB，不像是量表定义", "file is larger than 2 MB")], source=source)
    try:
        document = yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        path = f"第 {mark.line + 1} 行第 {mark.column + 1} 列" if mark else ""
        said = error.problem or str(error)
        raise InstrumentError([Problem(path, f"YAML 格式不对：{said}", "not valid YAML")], source=source) from error
    except yaml.YAMLError as error:
        raise InstrumentError([Problem("", f"YAML 读不出来：{error}", "not readable YAML")], source=source) from error
    if not isinstance(document, dict):
        raise InstrumentError([Problem("", "文件应是“键: 值”的结构", "the file must be a mapping")], source=source)
    return document
