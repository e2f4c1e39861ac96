"""JSON Schema checks with messages a person who writes Chinese can act on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from xinqiao.instruments.errors import Problem

TYPES = {
    "string": "文字（加引号）",
    "number": "数",
    "integer": "整数",
    "boolean": "true 或 false",
    "array": "列表",
    "object": "“键: 值”",
    "null": "null",
}


@cache
def validator(name: str) -> Draft202012Validator:
    """The compiled schema ``instrument`` or ``wording``."""
    text = files("xinqiao.instruments").joinpath("schema", f"{name}.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def problems(document: Mapping[str, Any], name: str) -> list[Problem]:
    """Everything in which ``document`` departs from the schema ``name``, in the order of the file."""
    found = sorted(validator(name).iter_errors(document), key=lambda error: [str(part) for part in error.absolute_path])
    return [_problem(error) for error in found]


def path_of(parts: Iterable[object]) -> str:
    """``items[3].options`` from the parts of a path."""
    out = ""
    for part in parts:
        out += f"[{part}]" if isinstance(part, int) else f".{part}" if out else str(part)
    return out


def _problem(error: ValidationError) -> Problem:
    if error.validator in ("oneOf", "anyOf") and error.context:
        inner = best_match(error.context)
        if inner is not None and len(inner.absolute_path) > len(error.absolute_path):
            return _problem(inner)
    zh, en = _words(error)
    return Problem(path_of(error.absolute_path), zh, en)


def _words(error: ValidationError) -> tuple[str, str]:
    rule = str(error.validator)
    value: Any = error.instance
    limit: Any = error.validator_value
    if rule == "required":
        absent = "、".join(key for key in limit if key not in value)
        return f"缺少：{absent}", f"missing: {absent}"
    if rule == "additionalProperties":
        known = set(error.schema.get("properties", {})) if isinstance(error.schema, Mapping) else set()
        extra = "、".join(sorted(set(value) - known))
        return f"不认识的键：{extra}，请检查拼写或删去", f"unknown keys: {extra}"
    if rule == "type":
        kinds = [limit] if isinstance(limit, str) else list(limit)
        wanted = "或".join(TYPES[kind] for kind in kinds)
        return f"应为{wanted}，现在是 {value!r}", f"must be {' or '.join(kinds)}"
    if rule in ("enum", "const"):
        choices = "、".join(map(str, limit if rule == "enum" else [limit]))
        return f"只能是：{choices}；现在是 {value!r}", f"must be one of: {choices}"
    return _limits(rule, limit, value)


def _limits(rule: str, limit: Any, value: Any) -> tuple[str, str]:
    table = {
        "pattern": (f"写法不对：{value!r}", f"does not match {limit}"),
        "minimum": (f"不能小于 {limit}，现在是 {value}", f"must be at least {limit}"),
        "maximum": (f"不能大于 {limit}，现在是 {value}", f"must be at most {limit}"),
        "exclusiveMinimum": (f"必须大于 {limit}，现在是 {value}", f"must be greater than {limit}"),
        "minLength": ("不能是空的", "must not be empty"),
        "minItems": (f"至少要有 {limit} 项", f"needs at least {limit} entries"),
        "maxItems": (f"最多 {limit} 项", f"takes at most {limit} entries"),
        "minProperties": ("不能是空的", "must not be empty"),
        "oneOf": ("写法不符合任何一种允许的形式，或同时符合两种", "matches none or more than one of the allowed forms"),
        "anyOf": ("写法不符合任何一种允许的形式", "matches none of the allowed forms"),
    }
    return table.get(rule, (f"不符合规则 {rule}", f"breaks the rule {rule}"))
