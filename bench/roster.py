"""How long a preview of a large roster takes, and how much memory: python bench/roster.py [--rows 100000] [--apply].

Makes a workbook of synthetic students (identity numbers with a fitting check character but invented regions), a school
in a fresh embedded database, and measures reading, matching and saving in a process of its own. ``--apply`` goes on to
carry it out, preview the same file again, and undo. Prints one JSON line per step with ``--json``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN = "一青禾木林山川河海云雨雪风月日星辰安宁若水知行思远"
GRADES = "一年级 二年级 三年级 四年级 五年级 六年级 七年级 八年级 九年级 高一 高二 高三".split()  # noqa: SIM905
HEAD = "序号 姓名 性别 学号 出生日期 年级 班级 住宿 监护人姓名 关系 监护人电话 是否留守 身份证号".split()  # noqa: SIM905


def write_workbook(path: Path, rows: int, start: int) -> None:
    """A roster of ``rows`` students over twelve grades, under a title row. ``start``: first school year."""
    import xlsxwriter

    from xinqiao.rosters.reading.identity import check_character

    chance = random.Random(20260901)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    page = book.add_worksheet("学生")
    page.write(0, 0, "学生花名册")
    page.write_row(1, 0, HEAD)
    classes = max(1, rows // 12 // 45)
    for at in range(rows):
        grade = at * 12 // rows
        birth = date(start - 6 - grade, 1 + at % 12, 1 + at % 28)
        body = f"99010{1 + at % 6}{birth:%Y%m%d}{at % 1000:03}"
        page.write_row(
            at + 2,
            0,
            [
                at + 1,
                chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN),
                "女男"[at % 2],
                f"{start - grade}{at:06}",
                f"{birth.year}.{birth.month}.{birth.day}",
                GRADES[grade],
                f"({at % classes + 1})班",
                "是" if at % 3 else "否",
                chance.choice(SURNAMES) + chance.choice(GIVEN),
                "父亲",
                f"199{at:08}",
                "是" if at % 10 == 0 else "否",
                body + check_character(body),
            ],
        )
    book.close()


def peak_mb() -> float:
    """Largest resident size of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)


def measure(path: Path, *, apply: bool, sealed: bool) -> list[dict[str, float | str]]:
    import django

    django.setup()
    from django.core.management import call_command

    from xinqiao.access.actor import HOUSE
    from xinqiao.people.services import add_organisation
    from xinqiao.rosters import services
    from xinqiao.rosters.models import RosterImport

    call_command("migrate", verbosity=0)
    at = datetime.now(UTC)
    school = add_organisation(parent=None, kind="school", name="第一实验学校", code="BENCH", system="63")
    steps: list[dict[str, float | str]] = [{"step": "start", "seconds": 0.0, "cpu_seconds": 0.0, "peak_mb": peak_mb()}]

    def step(name: str, work: object) -> None:
        began, worked = time.perf_counter(), time.process_time()
        work()  # type: ignore[operator]
        spent = {"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - worked}
        steps.append({"step": name, **spent, "peak_mb": peak_mb()})

    kept: dict[str, RosterImport] = {}

    def quiet(*_args: object) -> None:
        return None

    def preview() -> None:
        roster = services.receive(actor=HOUSE, school=school, data=path.read_bytes(), file_name=path.name, at=at)
        fields = {HEAD.index("身份证号"): "id_number"} if sealed else None
        services.ask_for_preview(actor=HOUSE, roster=roster, fields=fields, scope="school", at=at)
        roster.refresh_from_db()
        services.make_preview(actor=HOUSE, roster=roster, at=at, progress=quiet)
        roster.refresh_from_db()
        kept["roster"] = roster

    def carry_out() -> None:
        services.start_applying(actor=HOUSE, roster=kept["roster"], at=at)
        services.apply_roster(actor=HOUSE, roster=kept["roster"], at=at, progress=quiet)

    def undo() -> None:
        services.undo_roster(actor=HOUSE, roster=kept["applied"], at=at)

    step("preview", preview)
    if apply:
        step("apply", carry_out)
        kept["applied"] = kept["roster"]
        step("preview again", preview)
        step("undo", undo)
    return steps


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--apply", action="store_true", help="also apply, preview again and undo")
    parser.add_argument("--sealed", action="store_true", help="also import the identity numbers")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        print(json.dumps(measure(args.inside, apply=args.apply, sealed=args.sealed)))
        return 0
    with tempfile.TemporaryDirectory(prefix="xinqiao-bench-") as folder:
        path = Path(folder) / "roster.xlsx"
        today = datetime.now(UTC).date()
        write_workbook(path, args.rows, today.year if today.month >= 8 else today.year - 1)
        environment = {
            **os.environ,
            "XINQIAO_HOME": folder,
            "DJANGO_SETTINGS_MODULE": "xinqiao.config.settings",
            "PYTHONPATH": str(ROOT / "src"),
        }
        environment.pop("XINQIAO_DATABASE_URL", None)
        flags = [flag for flag, on in (("--apply", args.apply), ("--sealed", args.sealed)) if on]
        done = subprocess.run(
            [sys.executable, __file__, "--inside", str(path), *flags],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print(done.stderr, file=sys.stderr)
            return 1
        steps = json.loads(done.stdout.splitlines()[-1])
        if args.json:
            for row in steps:
                print(json.dumps({"rows": args.rows, "file_mb": path.stat().st_size / 1e6, **row}))
            return 0
        print(f"{args.rows:,} rows, {path.stat().st_size / 1e6:.1f} MB .xlsx")
        for row in steps:
            print(
                f"{row['step']:>14}  {row['seconds']:6.1f} s   cpu {row['cpu_seconds']:6.1f} s   "
                f"peak {row['peak_mb']:6.0f} MB"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
