"""PDF and Excel per second: one page reports, sign-in slips of a school, a ledger of 100,000 rows.

python -m bench.paper [--reports 300] [--slips 2000] [--rows 100000] [--json]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any


def measure(reports: int, slips: int, rows: int) -> list[dict[str, object]]:
    """One row a kind of paper: how many, seconds, each second, and the process's peak memory so far in MB."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinqiao.config.settings")
    import django

    django.setup()
    from xinqiao.documents import excel, pdf

    page, sheet, ledger = _papers(slips, rows)
    pdf.report(page)  # the first one loads the fonts

    def many() -> None:
        for _each in range(reports):
            pdf.report(page)

    works: list[tuple[str, int, Callable[[], object]]] = [
        ("reports (PDF)", reports, many),
        ("slips (PDF)", slips, lambda: pdf.slips(sheet)),
        ("ledger rows (Excel)", rows, lambda: excel.workbook([ledger], low_memory=True)),
    ]
    found: list[dict[str, object]] = []
    for name, count, work in works:
        start = time.perf_counter()
        work()
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
        found.append(
            {
                "paper": name,
                "count": count,
                "seconds": round(seconds, 2),
                "each_second": round(count / seconds),
                "peak_mb": round(peak),
            }
        )
    return found


def _papers(slips: int, rows: int) -> tuple[Any, Any, Any]:
    """A report of one page, the slips of a school, a ledger."""
    from xinqiao.documents import excel, shapes

    head = shapes.Head(organisation="青禾区第一中学", form_no="ABC-001", date="2026年11月23日", secrecy="内部")
    page = shapes.Report(
        head=head,
        title="测评情况说明",
        blocks=[
            shapes.Heading("一、总体情况"),
            shapes.Paragraph("本报告只说明整体情况，不涉及个人。" * 6),
            shapes.Facts([(f"项目{n}", f"{n * 7} 人") for n in range(8)]),
            shapes.Table(["年级", "应测", "实测"], [[f"{n}年级", "300", "288"] for n in range(1, 10)]),
            shapes.Bars("参与情况", [(f"{n}年级", 90.0 + n % 5, f"{90 + n % 5}%") for n in range(1, 10)]),
        ],
    )
    sheet = shapes.SlipSheet(
        head=head,
        title="登录条",
        steps=["扫码", "输入学号和登录码", "开始"],
        help_line="12356",
        slips=[
            shapes.Slip(f"七年级({n // 50 + 1})班", f"2026{n:05}", "示例同学", "ABCD-EFGH", f"https://x.test/e/{n}")
            for n in range(slips)
        ],
    )
    ledger = excel.Sheet(
        title="台账",
        columns=[excel.Column("序号", kind="number"), *(excel.Column(f"第{n}列") for n in range(9))],
        rows=[(n, *(f"{n}-{m}" for m in range(9))) for n in range(rows)],
    )
    return page, sheet, ledger


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.paper", description=__doc__.split("\n\n")[0])
    parser.add_argument("--reports", type=int, default=300)
    parser.add_argument("--slips", type=int, default=2000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    rows = measure(args.reports, args.slips, args.rows)
    if args.json:
        print(json.dumps(rows))
        return 0
    print(f"{'paper':<22}{'count':>10}{'seconds':>10}{'a second':>10}{'peak MB':>10}")
    for row in rows:
        print(
            f"{row['paper']:<22}{row['count']:>10,}{row['seconds']:>10}{row['each_second']:>10,}{row['peak_mb']:>10,}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
