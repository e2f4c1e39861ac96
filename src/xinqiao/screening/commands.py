"""``xinqiao screening status`` and ``xinqiao screening wording``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    screening = subparsers.add_parser("screening", help="测评的进度与问卷文字 / screenings and licensed wording")
    actions = screening.add_subparsers(dest="screening_action", required=True)
    status = actions.add_parser("status", help="进行中的测评：人数、未计分的答卷；有问题时退出码为 1")
    status.add_argument("--json", action="store_true")
    status.set_defaults(run=run_status)
    wording = actions.add_parser("wording", help="检查并导入已获授权的题目文字（YAML）")
    wording.add_argument("file", type=Path)
    wording.set_defaults(run=run_wording)


def run_status(args: argparse.Namespace) -> int:
    """Exit code 1 when a campaign stays shut although it is due, or a submitted sheet has no result."""
    from django.utils import timezone

    from xinqiao.screening.selectors import results
    from xinqiao.screening.selectors.campaigns import standing

    at = timezone.now()
    rows, unscored = standing(at), results.unscored(at)
    if args.json:
        print(json.dumps({"campaigns": rows, "unscored": len(unscored)}, ensure_ascii=False))
    else:
        for row in rows:
            print(f"{row['school']}  {row['title']}：{row['state']}，已交 {row['submitted']} / 受邀 {row['invited']}")
            if row["shut"]:
                print(f"  没有按时开放：{row['shut']}")
        print(f"进行中或准备中的测评 {len(rows)} 次；已交还没有计分的答卷 {len(unscored)} 份。")
    return 1 if unscored or any(row["shut"] for row in rows) else 0


def run_wording(args: argparse.Namespace) -> int:
    """Exit code 2 (by Refusal) for a file that does not pass every check; nothing is kept then."""
    from xinqiao.kernel.refusal import Refusal
    from xinqiao.screening import questionnaires

    try:
        text = args.file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"读不出文件 {args.file}：{error}。请确认路径，并把文件存为 UTF-8。", code="file") from error
    definition = questionnaires.import_wording(text, source=args.file.name)
    print(f"已导入“{definition.title['zh']}”（{definition.id}，版本 {definition.version}），新的申报可以选用。")
    return 0
