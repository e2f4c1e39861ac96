"""``xinqiao roster check|import``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xinqiao.people.models import Organisation
    from xinqiao.rosters.models import RosterImport

OK, FOUND, MISUSE = 0, 1, 2
SHOWN = 20
"""Faulty rows printed without --json."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    roster = subparsers.add_parser("roster", help="检查或导入花名册 / check or import a school's roster")
    actions = roster.add_subparsers(dest="roster_action", required=True)
    check = actions.add_parser("check", help="只检查，不改动；有错误的行时退出码为 1")
    _arguments(check)
    check.set_defaults(run=run_check)
    bring = actions.add_parser("import", help="生成预览；加 --apply 就导入")
    _arguments(bring)
    bring.add_argument("--apply", action="store_true", help="导入预览的全部变化（有错误的行除外）")
    bring.set_defaults(run=run_import)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help=".xlsx、.xls 或 .csv")
    parser.add_argument("--school", required=True, metavar="CODE", help="学校代码")
    parser.add_argument("--sheet", default="", help="工作表名，默认自动选")
    parser.add_argument(
        "--scope",
        choices=["school", "cohorts", "classes", "nobody"],
        default="cohorts",
        help="名册包括哪些学生；其中不在名册里的记为离校（默认：文件里出现的年级）",
    )
    parser.add_argument("--year", type=int, help="学年开始的年份，默认按今天推算")
    parser.add_argument(
        "--column", action="append", default=[], metavar="C=field", help="更正一列，例如 C=student_number"
    )
    parser.add_argument("--json", action="store_true")


def run_check(args: argparse.Namespace) -> int:
    """Everything a preview does, in a transaction that is rolled back."""
    from django.db import transaction

    with transaction.atomic():
        outcome = _preview(args)
        transaction.set_rollback(True)
    return outcome if isinstance(outcome, int) else _tell(args, outcome, applied=False)


def run_import(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from xinqiao.access.actor import HOUSE
    from xinqiao.kernel.refusal import Refusal
    from xinqiao.rosters import services
    from xinqiao.rosters.models import RosterImport

    outcome = _preview(args)
    if isinstance(outcome, int):
        return outcome
    if not args.apply:
        return _tell(args, outcome, applied=False)
    roster = RosterImport.objects.select_related("school").get(pk=outcome["import"])
    try:
        services.start_applying(actor=HOUSE, roster=roster, at=timezone.now(), queued=False)
        with _Bar("导入", quiet=args.json) as bar:
            services.apply_roster(actor=HOUSE, roster=roster, at=timezone.now(), progress=bar)
    except Refusal as refusal:
        nothing = refusal.code == "nothing" and not outcome["counts"].get("faulty")
        code = _refused(args, refusal)
        return OK if nothing else code
    return _tell(args, outcome, applied=True)


def _preview(args: argparse.Namespace) -> dict[str, Any] | int:
    """Receive the file and make its preview. An exit code when that cannot be done."""
    from django.utils import timezone

    from xinqiao.access.actor import HOUSE
    from xinqiao.kernel.refusal import Refusal
    from xinqiao.rosters import services

    school = _school(args.school)
    corrections = _corrections(args.column)
    if school is None or corrections is None or not args.file.is_file():
        if not args.file.is_file():
            print(f"没有这个文件：{args.file}", file=sys.stderr)
        return MISUSE
    at = timezone.now()
    try:
        data = args.file.read_bytes()
        roster = services.receive(actor=HOUSE, school=school, data=data, file_name=args.file.name, at=at)
        if args.sheet:
            roster = services.choose_sheet(actor=HOUSE, roster=roster, sheet=args.sheet, at=at)
        services.ask_for_preview(
            actor=HOUSE,
            roster=roster,
            fields=corrections,
            scope=args.scope,
            school_year=args.year,
            at=at,
            queued=False,
        )
        roster.refresh_from_db()
        with _Bar("检查", quiet=args.json) as bar:
            services.make_preview(actor=HOUSE, roster=roster, at=at, progress=bar)
    except Refusal as refusal:
        return _refused(args, refusal)
    roster.refresh_from_db()
    return _report(roster)


def _report(roster: RosterImport) -> dict[str, Any]:
    from xinqiao.rosters import faults, selectors
    from xinqiao.rosters.reading.heads import column_letter

    rows = [
        {
            "row": row.number,
            "column": "" if column < 0 else column_letter(column),
            "field": roster.mapping.get(str(column), ""),
            "code": code,
            "message": faults.say(code, facts),
        }
        for row in selectors.rows_of(roster, "faulty")
        for column, code, facts, _blocking in row.faults
    ]
    head = roster.head
    return {
        "import": roster.pk,
        "school": roster.school.code,
        "sheet": roster.sheet,
        "head_row": head["row"],
        "columns": [
            {
                "column": column_letter(column["index"]),
                "label": column["label"],
                "field": roster.mapping.get(str(column["index"]), ""),
                "confidence": column["confidence"],
            }
            for column in head["columns"]
        ],
        "counts": roster.counts,
        "faults": rows,
    }


def _tell(args: argparse.Namespace, report: dict[str, Any], *, applied: bool) -> int:
    counts = report["counts"]
    found = bool(counts.get("faulty") or counts.get("undecided"))
    if args.json:
        print(json.dumps({**report, "applied": applied}, ensure_ascii=False))
        return FOUND if found else OK
    from xinqiao.rosters import pages

    print(f"工作表：{report['sheet'] or '—'}　表头：第 {report['head_row']} 行")
    for column in report["columns"]:
        if column["label"]:
            meaning = pages.field_label(column["field"]) if column["field"] else "不导入"
            print(f"  {column['column']} {column['label']} → {meaning}")
    labels = pages.tab_labels()
    print("　".join(f"{labels[kind]} {counts[kind]}" for kind in labels if counts.get(kind)) or "没有学生")
    for fault in report["faults"][:SHOWN]:
        print(f"  第 {fault['row']} 行 {fault['column']} 列：{fault['message']}")
    if len(report["faults"]) > SHOWN:
        print(f"  还有 {len(report['faults']) - SHOWN} 处，用 --json 看全部。")
    print("已导入。" if applied else "没有改动名册。")
    return FOUND if found else OK


def _refused(args: argparse.Namespace, refusal: Any) -> int:
    if args.json:
        print(json.dumps({"refused": refusal.code, "message": refusal.message}, ensure_ascii=False))
    else:
        print(refusal.message, file=sys.stderr)
    return FOUND


def _school(code: str) -> Organisation | None:
    from xinqiao.people.models import Organisation

    school = Organisation.objects.filter(kind="school", code=code).first()
    if school is None:
        print(f"没有代码为 {code} 的学校。", file=sys.stderr)
    return school


def _corrections(given: list[str]) -> dict[int, str] | None:
    from xinqiao.rosters.reading.words import FIELDS, SKIP
    from xinqiao.rosters.reading.zipguard import column_number

    found = {}
    for pair in given:
        letters, _equals, field = pair.partition("=")
        if not letters.isalpha() or not letters.isascii() or field not in (*FIELDS, SKIP):
            print(f"看不懂 --column {pair}；应写成 C=student_number，可用：{' '.join(FIELDS)}", file=sys.stderr)
            return None
        found[column_number(letters.upper().encode()) - 1] = field
    return found


class _Bar:
    """A progress bar on standard error; silent with --json."""

    def __init__(self, words: str, *, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self._progress = Progress(console=Console(stderr=True), disable=quiet, transient=True)
        self._task = self._progress.add_task(words, total=None)

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._progress.stop()

    def __call__(self, done: int, total: int, said: str = "") -> None:
        self._progress.update(self._task, completed=done, total=total or None, description=said or None)
