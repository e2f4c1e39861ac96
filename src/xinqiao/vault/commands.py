"""``xinqiao keys rotate``, ``xinqiao backup``, ``xinqiao restore``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    keys = subparsers.add_parser("keys", help="加密密钥 / data keys")
    actions = keys.add_subparsers(dest="keys_action", required=True, metavar="操作")
    rotate = actions.add_parser(
        "rotate", help="更换密钥并重新加密 / new keys, everything sealed again; run again after an interruption"
    )
    rotate.add_argument("--owner", type=int, action="append", default=[], help="机构编号，可重复；默认全部机构")
    rotate.add_argument(
        "--school", action="append", default=[], metavar="CODE", help="机构代码（与花名册、登录页相同），可重复"
    )
    rotate.add_argument(
        "--resume", action="store_true", help="不再换新密钥，只把剩下的重新加密 / take up a run that was cut short"
    )
    rotate.add_argument("--json", action="store_true")
    rotate.set_defaults(run=run_rotate)

    backup = subparsers.add_parser("backup", help="备份数据库和文件（不含密钥）/ back up while running")
    backup.add_argument("folder", type=Path, metavar="DIR")
    backup.add_argument("--keys", type=Path, metavar="DIR2", help="另把密钥备份到这里，不能和 DIR 在一起")
    backup.add_argument("--json", action="store_true")
    backup.set_defaults(run=run_backup)

    restore = subparsers.add_parser("restore", help="用备份恢复，先停止服务 / put a backup back; stop the server first")
    restore.add_argument("archive", type=Path, metavar="FILE")
    restore.add_argument("--keys", type=Path, metavar="FILE2", help="密钥备份文件")
    restore.add_argument("--force", action="store_true", help="这里已有数据时也恢复，原来的改名保留")
    restore.set_defaults(run=run_restore)


def run_rotate(args: argparse.Namespace) -> int:
    from django.db import transaction
    from django.utils import timezone
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from xinqiao.kernel import crypto
    from xinqiao.kernel.refusal import Refusal
    from xinqiao.vault import services
    from xinqiao.vault.models import DataKey

    known = services.owners()
    owners = sorted({*args.owner, *(_owner_of(code) for code in args.school)}) or known
    unknown = sorted(set(owners) - set(known))
    if unknown:
        raise Refusal(f"没有这些机构的密钥：{unknown}。有密钥的机构：{known}。", code="owner")
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


def _owner_of(code: str) -> int:
    from xinqiao.kernel.refusal import Refusal
    from xinqiao.vault.owners import by_code

    owner = by_code(code.strip())
    if owner is None:
        raise Refusal(f"没有代码是“{code}”的机构。代码在“组织”页面上，学校登录时填的也是它。", code="school")
    return owner


_LOUD = """
****************************************************************
  备份里没有密钥。没有密钥，访谈记录、身份证号和电话谁也打不开，
  包括我们。请把密钥文件夹
      {folder}
  另外保存一份，放在和备份不同的地方（例如校长室的保险柜）。
  也可以用  xinqiao backup DIR --keys 另一个地方  一起生成。
  THE KEYS ARE NOT IN THIS BACKUP. KEEP A COPY OF THEM ELSEWHERE.
****************************************************************"""


def run_backup(args: argparse.Namespace) -> int:
    from django.utils import timezone
    from rich.progress import Progress

    from xinqiao.kernel.home import secrets_folder
    from xinqiao.vault.backup import back_up

    with Progress(disable=args.json, transient=True) as bar:
        tasks: dict[str, object] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)  # type: ignore[arg-type]

        made = back_up(args.folder, timezone.localtime(), keys_to=args.keys, report=report)
    if args.json:
        kept = str(made.keys) if made.keys else None
        print(json.dumps({"archive": str(made.archive), "keys": kept, "parts": made.parts, "bytes": made.size}))
        return 0
    print(f"已备份：{made.archive}（{made.parts} 部分，{made.size / 1e6:.1f} MB）")
    if made.keys:
        print(f"密钥另存：{made.keys}\n两份不要放在一起，也不要用同一个账号保管。")
    else:
        print(_LOUD.format(folder=secrets_folder()))
    return 0


def run_restore(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from xinqiao.kernel.home import secrets_folder
    from xinqiao.vault.backup import keys_that_do_not_fit, restore

    manifest = restore(args.archive, timezone.localtime(), keys_from=args.keys, force=args.force)
    print(f"已恢复 {manifest['made_at']} 的备份（版本 {manifest['version']}，{len(manifest['parts'])} 部分）。")
    wrong = keys_that_do_not_fit()
    if wrong:
        print(f"注意：{len(wrong)} 个机构的加密内容打不开，因为这里的主密钥不是备份时的那一把。")
        print(f"请把当时的密钥文件放回 {secrets_folder()} ，或用 --keys 指定密钥备份，再恢复一次。")
        return 1
    print("密钥与备份相符。请运行 xinqiao migrate、xinqiao audit verify 和 xinqiao doctor 检查，再启动服务。")
    return 0
