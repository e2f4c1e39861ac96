"""The JSON Schema, with messages a person who writes Chinese can act on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from xinqiao.packs.core.problems import Problem, fault
from xinqiao.packs.core.words import N_

KINDS = {
    "string": N_("文字（像数字的要加引号）"),
    "number": N_("数"),
    "integer": N_("整数"),
    "boolean": N_("true 或 false"),
    "array": N_("列表：方括号，或每行一个“- ”"),
    "object": N_("“键: 值”"),
}

PATTERNS = {
    "id": N_("id 只用小写字母、数字和短横线，最多 40 个字，例如 census-2；现在是 %(value)s"),
    "clause_id": N_("条款编号只用字母、数字、点和短横线，例如 14.2；现在是 %(value)s"),
    "version": N_('版本写成 "1.0" 这样的数字，并加引号；现在是 %(value)s'),
    "day": N_('日期写成 "月-日"，各两位，例如 "05-25"；现在是 %(value)s'),
    "by": N_('by 写日子（1 到 31）或 "月-日"；现在是 %(value)s'),
    "code": N_("指标代码写成“主题.名称”，例如 screening.coverage；现在是 %(value)s"),
}


@cache
def document() -> dict[str, Any]:
    text = files("xinqiao.packs").joinpath("core", "schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def validator(name: str) -> Draft202012Validator:
    """The compiled part ``whole`` or ``derived``."""
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": document()["$defs"]})


def is_derived(raw: Mapping[str, Any]) -> bool:
    """Whether only the differences from another pack are written."""
    return "changes" in raw or ("based_on" in raw and "units" not in raw)


def matches(pattern: str, text: str) -> bool:
    return re.search(pattern, text) is not None


def problems(raw: Mapping[str, Any]) -> Iterator[Problem]:
    """Everything in which a pack departs from the form. One problem an error, or one a key for several keys."""
    name = "derived" if is_derived(raw) else "whole"
    for error in validator(name).iter_errors(raw):
        yield from _problems(error, raw)


def _problems(error: ValidationError, raw: Mapping[str, Any]) -> Iterator[Problem]:
    path, rule = path_of(raw, error), str(error.validator)
    value: Any = error.instance
    limit: Any = error.validator_value
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
    if rule == "anyOf" and error.context:
        inner = best_match(error.context)
        if inner is not None and inner.validator != "const":
            error = next((each for each in error.context if each.validator in ("pattern", "enum")), inner)
            rule, limit = str(error.validator), error.validator_value
            schema = error.schema if isinstance(error.schema, Mapping) else {}
    if rule == "required":
        missing = [key for key in limit if key not in value]
        # jsonschema reports each missing key as an error of its own
        wanted = next((key for key in missing if f"'{key}'" in error.message), missing[0])
        yield fault(path, N_("缺少 %(key)s，请补上"), key=wanted)
    elif rule == "additionalProperties" and isinstance(limit, bool):
        for key in sorted(set(value) - set(schema.get("properties", {}))):
            near = get_close_matches(str(key), list(schema.get("properties", {})), 1)
            at = f"{path}.{key}" if path else str(key)
            if near:
                yield fault(at, N_("不认识 %(key)s，是不是 %(near)s？"), key=key, near=near[0])
            else:
                known = "、".join(schema.get("properties", {}))
                yield fault(at, N_("不认识 %(key)s，请删去。这里可以写：%(known)s"), key=key, known=known)
    elif rule == "type":
        kinds = [limit] if isinstance(limit, str) else list(limit)
        yield fault(
            path, N_("这里应是%(kind)s，现在是 %(value)s"), kind=KINDS.get(kinds[0], kinds[0]), value=_shown(value)
        )
    elif rule in ("enum", "const"):
        choices = "、".join(_shown(each) for each in (limit if rule == "enum" else [limit]))
        yield fault(path, N_("只能写：%(choices)s。现在是 %(value)s"), choices=choices, value=_shown(value))
    else:
        yield _limit(path, rule, limit, value)


def _limit(path: str, rule: str, limit: Any, value: Any) -> Problem:
    if rule == "pattern":
        defs = document()["$defs"]
        name = next((each for each in PATTERNS if defs[each].get("pattern") == limit), "")
        if not name and "3[01]" in str(limit):
            name = "by"
        return fault(path, PATTERNS.get(name, N_("写法不对：%(value)s。请对照说明")), value=_shown(value))
    table = {
        "minimum": N_("不能小于 %(limit)s，现在是 %(value)s"),
        "maximum": N_("不能大于 %(limit)s，现在是 %(value)s"),
        "exclusiveMinimum": N_("必须大于 %(limit)s，现在是 %(value)s"),
        "minLength": N_("不能是空的，请写上内容"),
        "maxLength": N_("太长了，最多 %(limit)s 个字"),
        "minItems": N_("至少要有 %(limit)s 项"),
        "maxItems": N_("最多 %(limit)s 项"),
        "minProperties": N_("不能是空的，请写上内容"),
    }
    return fault(path, table.get(rule, N_("写法不对：%(value)s。请对照说明")), limit=limit, value=_shown(value))


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"


def path_of(raw: Any, error: ValidationError) -> str:
    """``measures.census.owners`` from the parts of a path: entries of lists by their id."""
    held, parts = raw, []
    for part in error.absolute_path:
        try:
            held = held[part]
        except (KeyError, IndexError, TypeError):
            held = None
        named = held.get("id") if isinstance(part, int) and isinstance(held, Mapping) else None
        parts.append(str(named or part))
    return ".".join(parts)
