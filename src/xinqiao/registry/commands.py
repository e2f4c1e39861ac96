"""``xinqiao calendar load`` and ``xinqiao begin``."""

from __future__ import annotations

import argparse
import json

ROOTS = {
    "bureau": "system_admin", "school": "school_admin", "department": "system_admin", "street": "system_admin",
    "court": "system_admin", "hospital": "system_admin", "station": "system_admin", "other": "system_admin",
}  # fmt: skip
"""Kind of a root organisation → the post of the first person there."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    calendar = subparsers.add_parser("calendar", help="国家节假日与调休 / national holidays and make-up days")
    actions = calendar.add_subparsers(dest="calendar_action", required=True, metavar="操作")
    load = actions.add_parser("load", help="载入或更正某些年份 / load or correct years")
    load.add_argument("years", type=int, nargs="+", metavar="年份")
    load.add_argument("--json", action="store_true")
    load.set_defaults(run=run_load)
    begin = subparsers.add_parser("begin", help="建立第一个单位和管理员 / the first organisation and its administrator")
    begin.add_argument(
        "--kind",
        choices=sorted(ROOTS),
        default="bureau",
        help="bureau 教育局（默认），school 单独一所学校，department 委办局或专班，street 街道，court 法院，"
        "hospital 医院，station 服务站，other 其他机构",
    )
    begin.add_argument("--name", required=True, help="单位名称")
    begin.add_argument("--code", default="", help="单位代码，学校的印在学生登录条上")
    begin.add_argument("--system", choices=["63", "54"], default="63", help="学制，只对学校有用")
    begin.add_argument("--admin", required=True, help="管理员姓名")
    begin.add_argument("--username", required=True, help="管理员用户名")
    begin.add_argument("--json", action="store_true")
    begin.set_defaults(run=run_begin)


def run_load(args: argparse.Namespace) -> int:
    from xinqiao.kernel.refusal import Refusal
    from xinqiao.people.calendar_start import is_arranged
    from xinqiao.people.services import load_national_calendar

    if not all(2000 <= year <= 2100 for year in args.years):
        raise Refusal("年份应在 2000 到 2100 之间。", code="year")
    changed = load_national_calendar(args.years)
    arranged = {year: is_arranged(year) for year in sorted(set(args.years))}
    if args.json:
        print(json.dumps({"changed": changed, "arranged": arranged}))
        return 0
    print(f"已更新 {changed} 天。")
    for year in [year for year, known in arranged.items() if not known]:
        print(f"{year} 年的调休安排还没有公布，先按法定节假日；公布后升级软件或在校历里补充。")
    return 0


def run_begin(args: argparse.Namespace) -> int:
    """Make the first root with one administrator; refused when there is any organisation already."""
    from django.db import transaction
    from django.utils import timezone

    from xinqiao.access.actor import HOUSE
    from xinqiao.access.services import open_staff_account
    from xinqiao.kernel.refusal import Refusal
    from xinqiao.people.models import Organisation
    from xinqiao.registry.services.appointing import Particulars, add_staff, appoint
    from xinqiao.registry.services.nodes import add_node

    at = timezone.now()
    with transaction.atomic():
        if Organisation.objects.exists():
            raise Refusal("已经有单位了。其余的单位和管理员请在网页里添加。", code="full")
        values = {"name": args.name, "code": args.code}
        if args.kind == "school":
            values["system"] = args.system
        root = add_node(actor=HOUSE, parent=None, kind=args.kind, values=values, at=at)
        person = add_staff(actor=HOUSE, keeper=root, particulars=Particulars(args.admin), at=at)
        kind, today = ROOTS[args.kind], timezone.localdate(at)
        appoint(actor=HOUSE, person=person, kind=kind, organisation=root, starts_on=today, ends_on=None, at=at)
        password = open_staff_account(actor=HOUSE, person=person, username=args.username, at=at)
    if args.json:
        print(json.dumps({"organisation": root.pk, "username": args.username, "password": password}))
    else:
        print(f"已建立“{root.name}”。管理员 {args.username} 的一次性密码：{password}（登录后请马上修改）")
    return 0
