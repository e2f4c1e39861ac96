"""``xinqiao account``: the first administrator, a forgotten password, a lost phone."""

from __future__ import annotations

import argparse


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    account = subparsers.add_parser("account", help="管理员账号 / administrators' accounts")
    actions = account.add_subparsers(dest="account_action", required=True, metavar="操作")
    first = actions.add_parser("first", help="在空的系统里建立第一个机构和管理员 / the first bureau and administrator")
    first.add_argument("--organisation", required=True, help="机构名称，如“青禾区教育局”")
    first.add_argument("--name", required=True, help="管理员姓名")
    first.add_argument("--username", required=True, help="登录用的用户名（小写字母和数字）")
    first.set_defaults(run=run_first)
    password = actions.add_parser("password", help="给一个新的一次性密码 / a new one-time password")
    password.add_argument("username")
    password.set_defaults(run=run_password)
    phone = actions.add_parser("second-factor", help="清除两步验证（手机丢失时）/ remove the second factor")
    phone.add_argument("username")
    phone.set_defaults(run=run_second_factor)


def run_first(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from xinqiao.access.actor import HOUSE
    from xinqiao.access.services import found_house

    password = found_house(
        actor=HOUSE, organisation=args.organisation, name=args.name, username=args.username, at=timezone.now()
    )
    _say(args.username.lower(), password)
    return 0


def run_password(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from xinqiao.access.actor import HOUSE
    from xinqiao.access.selectors.accounts import person_with
    from xinqiao.access.services import open_staff_account

    person = person_with(args.username)
    _say(args.username, open_staff_account(actor=HOUSE, person=person, username="", at=timezone.now()))
    return 0


def run_second_factor(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from xinqiao.access.actor import HOUSE
    from xinqiao.access.selectors.accounts import account_of
    from xinqiao.access.services import remove_second_factor

    removed = remove_second_factor(actor=HOUSE, account=account_of(args.username), at=timezone.now())
    print(f"已清除 {removed} 项两步验证；下次登录后会请本人重新设置。" if removed else "这个账号没有设置两步验证。")
    return 0


def _say(username: str, password: str) -> None:
    print(f"用户名：{username}\n一次性密码：{password}\n请当面告诉本人；第一次登录后要设置自己的密码。")
