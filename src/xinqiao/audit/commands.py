"""``xinqiao audit verify``."""

from __future__ import annotations

import argparse
import json


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    audit = subparsers.add_parser("audit", help="检查留痕链 / check the audit trail")
    actions = audit.add_subparsers(dest="audit_action", required=True)
    verify = actions.add_parser("verify", help="逐条核对留痕链，发现改动时退出码为 1")
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(run=run_verify)


def run_verify(args: argparse.Namespace) -> int:
    from xinqiao.audit.models import Entry
    from xinqiao.audit.services import verify

    breaks = list(verify())
    if args.json:
        print(json.dumps({"entries": Entry.objects.count(), "breaks": [vars(b) for b in breaks]}, ensure_ascii=False))
    elif breaks:
        words = {"missing": "缺少", "changed": "内容被改动", "cut": "末尾被截断"}
        for b in breaks:
            print(f"机构 {b.owner}：第 {b.number} 条{words[b.reason]}")
    else:
        print(f"留痕完整：共 {Entry.objects.count()} 条。")
    return 1 if breaks else 0
