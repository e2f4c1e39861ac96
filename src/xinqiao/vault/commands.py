"""``xinqiao keys rotate``."""

from __future__ import annotations

import argparse
import json


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    keys = subparsers.add_parser("keys", help="加密密钥 / data keys")
    actions = keys.add_subparsers(dest="keys_action", required=True, metavar="操作")
    rotate = actions.add_parser(
        "rotate", help="更换密钥并重新加密 / new keys, everything sealed again; run again after an interruption"
    )
    rotate.add_argument("--owner", type=int, action="append", default=[], help="机构编号，可重复；默认全部机构")
    rotate.add_argument(
        "--resume", action="store_true", help="不再换新密钥，只把剩下的重新加密 / take up a run that was cut short"
    )
    rotate.add_argument("--json", action="store_true")
    rotate.set_defaults(run=run_rotate)


def run_rotate(args: argparse.Namespace) -> int:
    from django.db import transaction
    from django.utils import timezone
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from xinqiao.kernel import crypto
    from xinqiao.kernel.refusal import Refusal
    from xinqiao.vault import services
    from xinqiao.vault.models import DataKey

    known = services.owners()
    unknown = sorted(set(args.owner) - set(known))
    if unknown:
        raise Refusal(f"没有这些机构的密钥：{unknown}。有密钥的机构：{known}。", code="owner")
    owners = args.owner or known
    if not args.resume:
        services.rotate(owners, timezone.now())
    columns = [TextColumn("重新加密"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()]
    with Progress(*columns, disable=args.json, transient=True) as bar:
        task = bar.add_task("", total=None)
        try:
            changed = services.reseal(owners, lambda done, total: bar.update(task, completed=done, total=total))
        except crypto.Unreadable as error:
            print(f"有一个值打不开，已停下：{error}。其余没有受影响，查明以后用 --resume 继续。")
            return 1
    with transaction.atomic():
        gone = services.unread_keys(owners, timezone.now())
        DataKey.objects.filter(pk__in=gone).delete()
    if args.json:
        print(json.dumps({"owners": owners, "resealed": changed, "keys_removed": len(gone)}))
    else:
        print(f"已为 {len(owners)} 个机构更换密钥，重新加密 {changed} 处，销毁旧密钥 {len(gone)} 把。")
        print("刚换下的旧密钥保留一小时（正在运行的服务可能还在用），过后运行 xinqiao keys rotate --resume 销毁。")
        print("提醒：更换以前做的备份，仍要用那时的密钥文件才能恢复。")
    return 0
