"""``xinqiao indicators list | show | refresh``."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from typing import Any

from django.utils import timezone


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    room = subparsers.add_parser("indicators", help="指标 / figures of the plans")
    actions = room.add_subparsers(dest="indicators_action", required=True, metavar="操作")
    listing = actions.add_parser("list", help="列出全部指标 / every figure with its formula and source")
    listing.add_argument("--reported", action="store_true", help="只列需要填报的 / only those reported by hand")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=run_list)
    show = actions.add_parser("show", help="看一项指标 / one figure of an organisation, as its officers see it")
    show.add_argument("code", metavar="CODE", help="指标代码，如 staff.psych_any")
    _organisation(show)
    show.add_argument("--below", action="store_true", help="同时列出下级单位")
    show.add_argument("--json", action="store_true")
    show.set_defaults(run=run_show)
    refresh = actions.add_parser("refresh", help="现在统计 / work the figures out now")
    _organisation(refresh)
    refresh.add_argument("--code", action="append", default=[], metavar="CODE", help="只统计这些指标，可重复")
    refresh.add_argument("--json", action="store_true")
    refresh.set_defaults(run=run_refresh)


def _organisation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--organisation", metavar="CODE", default="", help="单位代码或编号；默认全部最上级单位 / code or id"
    )


def run_list(args: argparse.Namespace) -> int:
    from xinqiao.indicators import registry

    rows = [_entry(indicator) for indicator in registry.known().values()]
    rows = [row for row in rows if not args.reported or row["source"] == "reported"]
    if args.json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for row in rows:
        print(f"{row['code']}\t{row['title']}\t{row['unit']}\t{row['source']}\t{row['formula']}")
    print(f"共 {len(rows)} 项。")
    return 0


def _entry(indicator: Any) -> dict[str, Any]:
    return {
        "code": indicator.code,
        "title": str(indicator.title),
        "formula": str(indicator.formula),
        "kind": indicator.kind,
        "unit": str(indicator.unit),
        "better": indicator.better,
        "source": "live" if indicator.live else "reported",
        "children": indicator.children,
        "bears": list(indicator.bears),
        "parameters": {each.name: each.default for each in indicator.parameters},
        "clauses": list(indicator.clauses),
    }


def _nodes(wanted: str) -> list[Any]:
    """Organisations by code or id; without either the tops. Raises Refusal."""
    from xinqiao.kernel.refusal import Refusal
    from xinqiao.people.models import Organisation
    from xinqiao.people.selectors import organisation_with_code

    if not wanted:
        return list(Organisation.objects.filter(parent=None, closed_on=None).order_by("path"))
    pk = organisation_with_code(wanted) or (int(wanted) if wanted.isdecimal() else None)
    node = Organisation.objects.filter(pk=pk).first() if pk else None
    if node is None:
        raise Refusal(f"没有代码或编号为“{wanted}”的单位。", code="organisation")
    return [node]


def _code(code: str) -> Any:
    from xinqiao.indicators import registry
    from xinqiao.kernel.refusal import Refusal

    try:
        return registry.get(code)
    except KeyError:
        raise Refusal(f"没有代码为“{code}”的指标；“xinqiao indicators list”列出全部。", code="unknown") from None


def run_show(args: argparse.Namespace) -> int:
    from django.utils.timezone import localdate

    from xinqiao.indicators import shown, words
    from xinqiao.indicators.values import figures

    indicator, on = _code(args.code), localdate(timezone.now())
    nodes = _nodes(args.organisation)
    if args.below:
        nodes = [each for node in nodes for each in (node, *shown.children_of(node, on))]
    found = figures(nodes, [(indicator.code, {})], on)
    rows = []
    for node in nodes:
        figure = found[node.pk, indicator.code, ""]
        rows.append(
            {
                "organisation": node.pk,
                "name": node.name,
                "code": node.code,
                "value": figure.value,
                "part": figure.part,
                "whole": figure.whole,
                "source": figure.source,
                "hidden": figure.hidden,
                "on": figure.made_on.isoformat() if figure.made_on else None,
                "text": words.shown_figure(indicator, figure),
            }
        )
    if args.json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    print(f"{indicator.title}：{indicator.formula}")
    for row in rows:
        print(f"{row['name']}\t{row['text']}\t{row['source']}\t{row['on'] or ''}")
    return 0


def run_refresh(args: argparse.Namespace) -> int:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from xinqiao.indicators.reckoning import top_of
    from xinqiao.indicators.values import refresh

    codes = [_code(code).code for code in args.code] or None
    at: datetime = timezone.now()
    tops = {top.pk: top for top in (top_of(node) for node in _nodes(args.organisation))}
    changed = {}
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    with Progress(*columns, disable=args.json, transient=True) as bar:
        for top in tops.values():
            task = bar.add_task(top.name, total=None)

            def step(done: int, total: int, said: str = "", task: Any = task) -> None:
                bar.update(task, completed=done, total=total)

            changed[top.pk] = refresh(top, codes, at=at, progress=step)
    if args.json:
        rows = [{"organisation": pk, "name": tops[pk].name, "changed": n} for pk, n in changed.items()]
        print(json.dumps(rows, ensure_ascii=False))
    else:
        for pk, n in changed.items():
            print(f"{tops[pk].name}：更新了 {n} 个数字。")
    return 0
