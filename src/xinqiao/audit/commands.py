"""``xinqiao audit verify``, ``xinqiao audit heads``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

REASONS = {
    "missing": "这一条缺失",
    "changed": "这一条被改动",
    "cut": "从这一条起末尾被截断，或链头被改写",
    "anchor": "与另行保存的链头不符",
}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    audit = subparsers.add_parser("audit", help="留痕 / the audit trail")
    actions = audit.add_subparsers(dest="audit_action", required=True, metavar="操作")
    verify = actions.add_parser("verify", help="逐条核对留痕链，发现改动时退出码为 1 / check every entry")
    verify.add_argument("--anchors", type=Path, help="同时核对以前用 heads 保存的链头文件")
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(run=run_verify)
    heads = actions.add_parser("heads", help="输出各链链头（JSON），请另处保存 / print the heads, keep them elsewhere")
    heads.set_defaults(run=run_heads)


def run_verify(args: argparse.Namespace) -> int:
    from xinqiao.audit.models import Chain, Entry
    from xinqiao.audit.services import verify

    breaks = list(verify(_anchors(args.anchors)))
    entries = Entry.objects.count()
    if args.json:
        print(json.dumps({"entries": entries, "chains": Chain.objects.count(), "breaks": [vars(b) for b in breaks]}))
    elif breaks:
        for found in breaks:
            print(f"机构 {found.owner}：第 {found.number} 条，{REASONS[found.reason]}")
    else:
        print(f"留痕完整：{Chain.objects.count()} 条链，共 {entries} 条。")
    return 1 if breaks else 0


def _anchors(path: Path | None) -> dict[str, tuple[int, str]] | None:
    from xinqiao.kernel.refusal import Refusal

    if path is None:
        return None
    try:
        content = json.loads(path.read_text())
        return {str(int(owner)): (int(length), str(head)) for owner, (length, head) in content.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise Refusal(f"{path} 不是 xinqiao audit heads 输出的文件。", code="anchors") from error


def run_heads(args: argparse.Namespace) -> int:
    from xinqiao.audit.services import heads

    print(json.dumps(heads()))
    return 0
