"""``xinqiao doctor`` and ``xinqiao demo``."""

from __future__ import annotations

import argparse
import json

from django.utils import timezone


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    doctor = subparsers.add_parser("doctor", help="体检：逐项核对安全承诺 / check the safety promises on live data")
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(run=run_doctor)
    demo = subparsers.add_parser(
        "demo", help="在空库里建一个虚构的区县 / build a synthetic district in an empty database"
    )
    demo.add_argument("--schools", type=int, default=3)
    demo.add_argument("--students", type=int, default=540)
    demo.add_argument("--seed", type=int, default=1)
    demo.add_argument("--no-history", action="store_true", help="只有组织和人员，没有测评和个案，适合从头走一遍")
    demo.add_argument("--if-empty", action="store_true", help="已有数据时不做任何事，退出码为 0")
    demo.add_argument("--json", action="store_true")
    demo.set_defaults(run=run_demo)


def run_doctor(args: argparse.Namespace) -> int:
    from xinqiao.insight.doctor import examine

    findings = list(examine(timezone.now()))
    if args.json:
        print(json.dumps([vars(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            print(f"{finding.subject}\t{finding.words}")
        print(f"发现 {len(findings)} 个问题。" if findings else "体检通过：没有发现问题。")
    return 1 if findings else 0


def run_demo(args: argparse.Namespace) -> int:
    from xinqiao.insight.demo.build import run

    return run(args)
