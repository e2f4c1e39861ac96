"""``xinqiao plans list|show|check|clauses|export|import``. The room plans adds ``apply`` and ``status``."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from xinqiao.kernel.refusal import Refusal
from xinqiao.packs import vocabulary
from xinqiao.packs.core import checks

OK, FINDING, MISUSE = 0, 1, 2
Subparsers = Any
_GROUP = "_plans_verbs"


def plans_parser(subparsers: Subparsers) -> Subparsers:
    """The group ``xinqiao plans``; whoever asks first makes it."""
    verbs = getattr(subparsers, _GROUP, None)
    if verbs is None:
        parser = subparsers.add_parser("plans", help="方案库与实施 / plan packs and running plans")
        verbs = parser.add_subparsers(dest="plans_action", required=True, metavar="动作")
        setattr(subparsers, _GROUP, verbs)
    return verbs


def register(subparsers: Subparsers) -> None:
    verbs = plans_parser(subparsers)
    checking = verbs.add_parser("check", help="检查方案文件；不写文件就检查全部随附方案")
    checking.add_argument("files", nargs="*", metavar="文件", help="YAML 文件")
    checking.add_argument("--json", action="store_true", help="输出 JSON，供程序读取")
    checking.set_defaults(run=run_check)


def run_check(args: argparse.Namespace) -> int:
    known = vocabulary.figures()
    outcome = []
    for name in args.files or [str(path) for path in shipped_files()]:
        outcome.append((name, checks.problems_of_text(_text(Path(name)), known, None)))
    if args.json:
        rows = [
            {"name": name, "ok": not _faults(found), "problems": [_plain(each) for each in found]}
            for name, found in outcome
        ]
        print(json.dumps(rows, ensure_ascii=False))
    else:
        for name, found in outcome:
            for each in found:
                print(f"{name}：{'' if each.severity == checks.FAULT else '提示：'}{each}")
            if not _faults(found):
                hints = f"，{len(found)} 条提示" if found else ""
                print(f"{name}：通过{hints}")
    return FINDING if any(_faults(found) for _name, found in outcome) else OK


def _faults(found: list[checks.Problem]) -> list[checks.Problem]:
    return [each for each in found if each.severity == checks.FAULT]


def _plain(problem: checks.Problem) -> dict[str, Any]:
    row = asdict(problem)
    return {name: row[name] for name in ("path", "words", "line", "severity")}


def shipped_files() -> list[Path]:
    return sorted((Path(__file__).parent / "shipped").glob("*.yaml"))


def _text(path: Path) -> str:
    """Raises Refusal when the file cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(f"{path}：文件不是 UTF-8 编码，请另存为 UTF-8 后再试。", code="encoding") from error
    except OSError as error:
        said = {FileNotFoundError: "没有这个文件", IsADirectoryError: "这是文件夹，请写文件名"}
        raise Refusal(
            f"{path}：{said.get(type(error), error.strerror or '读写失败')}。请检查路径。", code="file"
        ) from error


__all__ = ["plans_parser", "register"]
