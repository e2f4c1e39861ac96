"""``xinqiao plans apply|status``; the library's verbs of the same group are in ``packs.commands``."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

from xinqiao.packs.commands import plans_parser

if TYPE_CHECKING:
    from xinqiao.packs.models import Edition
    from xinqiao.people.models import Organisation
    from xinqiao.plans.models import Plan
    from xinqiao.plans.previewing import Preview

OK, FINDING, MISUSE = 0, 1, 2


def register(subparsers: Any) -> None:
    verbs = plans_parser(subparsers)
    apply = verbs.add_parser("apply", help="把方案用到一个单位；不加 --yes 只预览 / put a pack to work")
    apply.add_argument("pack", help="方案编号，如 p14")
    apply.add_argument("--version", default="", help="版本，默认最新发布的")
    apply.add_argument("--organisation", required=True, metavar="CODE", help="实施单位的代码")
    apply.add_argument("--by", required=True, metavar="USERNAME", help="以谁的名义启用（账号名）")
    apply.add_argument("--starts", type=_day, metavar="YYYY-MM-DD", help="开始日期，默认按方案建议")
    apply.add_argument("--ends", type=_day, metavar="YYYY-MM-DD", help="结束日期，默认按方案建议")
    apply.add_argument("--unit", action="append", default=[], metavar="ID=CODE,CODE", help="选定参加单位")
    apply.add_argument("--yes", action="store_true", help="启用，而不只是预览")
    apply.add_argument("--json", action="store_true")
    apply.set_defaults(run=run_apply)
    status = verbs.add_parser("status", help="正在实施的方案进展；有逾期时退出码为 1 / progress of running plans")
    status.add_argument("--organisation", default="", metavar="CODE", help="只看这个单位及其下级的方案")
    status.add_argument("--clauses", action="store_true", help="逐条列出条款")
    status.add_argument("--json", action="store_true")
    status.set_defaults(run=run_status)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，请写成 2026-09-01") from None


def run_apply(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from xinqiao.access.actor import actor_for
    from xinqiao.accounts.models import Account
    from xinqiao.kernel.refusal import Refusal
    from xinqiao.plans.calendars import proposed
    from xinqiao.plans.services import applying

    at = timezone.now()
    edition, organisation = _edition(args.pack, args.version), _organisation(args.organisation)
    account = Account.objects.filter(username=args.by).first()
    if account is None:
        raise Refusal(f"没有账号“{args.by}”。", code="account")
    first, last = proposed(edition.read, timezone.localdate(at))
    facts: dict[str, Any] = {
        "actor": actor_for(account, at),
        "edition": edition,
        "organisation": organisation,
        "starts_on": args.starts or first,
        "ends_on": args.ends or last,
        "named": {key: [node.pk for node in nodes] for key, nodes in _units(args.unit).items()},
        "at": at,
    }
    seen = applying.preview(**facts)
    plan = applying.apply_plan(**facts) if args.yes else None
    if args.json:
        print(json.dumps(_preview_facts(seen, plan), ensure_ascii=False))
    else:
        _print_preview(seen, plan)
    return FINDING if seen.gaps else OK


def _edition(pack: str, version: str) -> Edition:
    from xinqiao.kernel.refusal import Refusal
    from xinqiao.packs.selectors import newest, published

    rows = published(pack)
    found = newest(rows.filter(version=version) if version else rows)
    if not found:
        raise Refusal(f"方案库里没有已发布的 {pack} {version}。全部编号见 xinqiao plans list。", code="pack")
    return found[0]


def _organisation(code: str) -> Organisation:
    from xinqiao.kernel.refusal import Refusal
    from xinqiao.people.models import Organisation
    from xinqiao.people.selectors import organisation_with_code

    pk = organisation_with_code(code)
    if pk is None:
        raise Refusal(f"没有代码为“{code}”的单位，请核对后重写。", code="organisation")
    return Organisation.objects.get(pk=pk)


def _units(pairs: list[str]) -> dict[str, list[Organisation]]:
    from xinqiao.kernel.refusal import Refusal

    found: dict[str, list[Organisation]] = {}
    for pair in pairs:
        key, sign, codes = pair.partition("=")
        if not sign or not codes:
            raise Refusal(f"“{pair}”写法不对，请写成 单位编号=代码,代码，如 partners=D01,D02。", code="unit")
        found.setdefault(key, []).extend(_organisation(code.strip()) for code in codes.split(","))
    return found


def _preview_facts(seen: Preview, plan: Plan | None) -> dict[str, Any]:
    return {
        "plan": plan.pk if plan is not None else None,
        "starts_on": seen.starts_on.isoformat(),
        "ends_on": seen.ends_on.isoformat(),
        "tasks": seen.total,
        "units": {line.key: [node.name for node in line.organisations] for line in seen.units},
        "measures": {line.measure: line.count for line in seen.tasks},
        "services_missing": {line.title.zh: len(line.missing) for line in seen.services_missing},
        "budget": str(seen.money),
        "gaps": [line.unit.name for line in seen.gaps],
        "warnings": list(seen.warnings),
    }


def _print_preview(seen: Preview, plan: Plan | None) -> None:
    print(f"{seen.starts_on} 至 {seen.ends_on}，共 {seen.total} 项任务，经费 {seen.money} 元")
    for unit in seen.units:
        print(f"  {unit.title}：{len(unit.organisations)} 个单位")
    for line in seen.tasks:
        days = "、".join(day.isoformat() for day in line.first)
        print(f"  {line.measure}\t{line.title}\t{line.count} 项\t{days}")
    for gap in seen.gaps:
        print(f"  缺少负责人：{gap.unit.name}，请先任命{'或'.join(gap.posts) or '一位负责人'}", file=sys.stderr)
    for words in seen.warnings:
        print(f"  提示：{words}", file=sys.stderr)
    print(f"已启用，编号 {plan.pk}。" if plan is not None else "这是预览，没有改动。加 --yes 启用。")


def run_status(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from xinqiao.plans import standing
    from xinqiao.plans.models import Plan

    on = timezone.localdate()
    rows = Plan.objects.filter(state__in=["running", "paused"]).select_related("organisation", "edition")
    if args.organisation:
        rows = rows.filter(organisation__path__startswith=_organisation(args.organisation).path)
    answers, late = [], 0
    for plan in rows.order_by("organisation__path", "pk"):
        total = standing.progress(plan, on).total
        clauses = standing.clauses(plan, on)
        late += total.late
        answers.append((plan, total, clauses))
    if args.json:
        print(json.dumps([_status_facts(*answer) for answer in answers], ensure_ascii=False))
    else:
        for plan, total, clauses in answers:
            _print_status(plan, total, clauses if args.clauses else [])
    return FINDING if late else OK


def _status_facts(plan: Plan, total: Any, clauses: Any) -> dict[str, Any]:
    from xinqiao.plans.standing import summary

    return {
        "plan": plan.pk,
        "title": plan.title,
        "pack": plan.edition.pack,
        "version": plan.edition.version,
        "organisation": plan.organisation.name,
        "state": plan.state,
        "mode": plan.mode,
        "tasks": {"total": total.total, "due": total.due, "accepted": total.accepted, "late": total.late},
        "standing": summary(clauses),
        "clauses": [
            {"clause": row.clause.id, "standing": str(row.standing), "evidence": row.evidence, "words": row.words}
            for row in clauses
        ],
    }


def _print_status(plan: Plan, total: Any, clauses: Any) -> None:
    state = plan.get_state_display()
    print(f"{plan.pk}\t{plan.organisation.name}\t{plan.title}（{plan.edition.pack} {plan.edition.version}）\t{state}")
    print(f"  任务 {total.total} 项，到期 {total.due} 项，完成 {total.accepted} 项，逾期 {total.late} 项")
    for row in clauses:
        print(f"  {row.clause.id}\t{row.standing.label}\t{row.clause.title}\t{row.words}")
