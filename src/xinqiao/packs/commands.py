"""``xinqiao plans list|show|check|clauses|export|import``. The room plans adds ``apply`` and ``status``."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from xinqiao.kernel.refusal import Refusal
from xinqiao.packs.core import checks, read

OK, FINDING = 0, 1
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
    listing = verbs.add_parser("list", help="列出方案库里已发布的方案")
    listing.add_argument("--kind", default="", metavar="KIND", help="只列这种单位可以实施的，如 school、bureau")
    listing.set_defaults(run=run_list)
    showing = verbs.add_parser("show", help="显示一份方案要求什么")
    showing.set_defaults(run=run_show)
    checking = verbs.add_parser("check", help="检查方案文件；不写文件就检查全部随附方案")
    checking.add_argument("files", nargs="*", metavar="文件", help="YAML 文件")
    checking.set_defaults(run=run_check)
    clauses = verbs.add_parser("clauses", help="条款 → 方案 → 由谁承担 → 证据（live 系统记录，reported 上交）")
    clauses.set_defaults(run=run_clauses)
    exporting = verbs.add_parser("export", help="把一份方案写成文件")
    exporting.add_argument("--out", type=Path, metavar="文件", help="写到这里；不写就输出到屏幕")
    exporting.add_argument("--whole", action="store_true", help="改编的方案也写成整份，不依赖母方案")
    exporting.set_defaults(run=run_export)
    for part in (showing, exporting):
        part.add_argument("pack", metavar="编号", help="如 p14")
        part.add_argument("--version", default="", metavar="版本", help="默认最新一版")
    bringing = verbs.add_parser("import", help="把文件导入为某单位的草稿")
    bringing.add_argument("file", type=Path, metavar="文件", help="YAML 文件")
    bringing.add_argument("--organisation", required=True, metavar="CODE", help="单位代码")
    bringing.set_defaults(run=run_import)
    for part in (listing, showing, checking, clauses, bringing):
        part.add_argument("--json", action="store_true", help="输出 JSON，供程序读取")


def run_list(args: argparse.Namespace) -> int:
    from xinqiao.packs.selectors import newest, published

    rows = [row for row in newest(published()) if not args.kind or args.kind in row.data["applies_to"]]
    if args.json:
        print(json.dumps([_facts(row) for row in rows], ensure_ascii=False))
        return OK
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for name in ("编号", "版本", "名称", "适用单位", "期限", "条款", "措施"):
        table.add_column(name, no_wrap=name != "名称")
    for row in rows:
        facts = _facts(row)
        heads = (facts["pack"], facts["version"], facts["title"], "、".join(facts["applies_to"]), facts["period"])
        table.add_row(*heads, str(facts["clauses"]), str(facts["measures"]))
    Console().print(table)
    if not rows:
        print("方案库是空的。请先运行 xinqiao migrate。" if not args.kind else f"没有 {args.kind} 可以实施的方案。")
    return OK


def _facts(row: Any) -> dict[str, Any]:
    data = row.data
    return {
        "pack": row.pack,
        "version": row.version,
        "title": row.title,
        "title_en": row.title_en,
        "owner": str(row.owner) if row.owner_id else "",
        "applies_to": data["applies_to"],
        "period": data["period"],
        "clauses": len(data["clauses"]),
        "measures": len(data["measures"]),
        "digest": row.digest,
    }


def _edition(args: argparse.Namespace) -> Any:
    """Raises Refusal for a pack or version the library does not have."""
    from xinqiao.packs.selectors import newest, published

    rows = published(args.pack)
    if args.version:
        rows = rows.filter(version=args.version)
    found = newest(rows)
    if not found:
        which = f"{args.pack} 第 {args.version} 版" if args.version else args.pack
        raise Refusal(f"方案库里没有已发布的 {which}。全部编号见 xinqiao plans list。", code="pack")
    return found[0]


def run_show(args: argparse.Namespace) -> int:
    edition = _edition(args)
    if args.json:
        print(json.dumps({**_facts(edition), "data": edition.data}, ensure_ascii=False))
        return OK
    for line in _description(edition):
        print(line)
    return OK


def _description(edition: Any) -> list[str]:
    from xinqiao.packs import wording
    from xinqiao.packs.core.shapes import when

    data = edition.data
    out = [
        f"{edition.pack} {edition.version}  {edition.title}",
        data.get("summary", ""),
        f"适用单位：{wording.kinds_words(data['applies_to'])}；期限：{wording.PERIODS[data['period']]}",
        "条款：",
        *(f"  {number}  {clause['title']}" for number, clause in data["clauses"].items()),
    ]
    for unit in data["units"]:
        rows = [each for each in data["measures"] if each["unit"] == unit["id"]]
        if rows:
            out.append(f"措施（{unit['title']}）：")
        for each in rows:
            rhythm, owners = wording.when_words(when(each["when"])), wording.posts_words(each["owners"])
            out.append(f"  {each['id']}  {each['title']}（{rhythm}；{owners}）")
    for section in ("teams", "services", "rules", "records", "indicators", "budget"):
        if data[section]:
            out.append(f"{wording.section_name(section)}：")
            out += [f"  {each['id']}  {each['title']}" for each in data[section]]
    return [line for line in out if line]


def run_check(args: argparse.Namespace) -> int:
    from xinqiao.packs.selectors import codes, parent_of

    known, outcome = codes(), []
    for name in args.files or [str(path) for path in shipped_files()]:
        text, parent = _text(Path(name)), None
        try:
            raw = read.load(text)
            parent = parent_of(raw) if "based_on" in raw else None
        except Refusal:
            pass  # said again below, with its line
        outcome.append((name, checks.problems_of_text(text, known, parent.data if parent else None)))
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


def run_clauses(args: argparse.Namespace) -> int:
    """Of the shipped packs, from their files: what docs/clauses.md holds."""
    from xinqiao.packs.selectors import shipped_clauses

    rows = shipped_clauses()
    if args.json:
        print(json.dumps([asdict(row) for row in rows], ensure_ascii=False))
        return OK
    for row in rows:
        print(f"{row.clause:<6} {row.pack}  {row.carrier_section}.{row.carrier_id}  {row.evidence}  {row.title}")
    return OK


def run_export(args: argparse.Namespace) -> int:
    edition = _edition(args)
    text = read.whole_text(edition.data) if args.whole else edition.source
    if args.out is None:
        print(text, end="")
        return OK
    try:
        args.out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refusal(f"{args.out}：{error.strerror or '写不进去'}。请检查路径。", code="file") from error
    print(f"{edition.pack} {edition.version} 已写到 {args.out}")
    return OK


def run_import(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from xinqiao.access.actor import HOUSE
    from xinqiao.packs import selectors, services
    from xinqiao.people.models import Organisation

    owner = Organisation.objects.filter(code=args.organisation).exclude(code="").first()
    if owner is None:
        raise Refusal(f"没有代码为 {args.organisation} 的单位。请核对单位代码。", code="organisation")
    draft = services.draft_edition(actor=HOUSE, owner=owner, text=_text(args.file), at=timezone.now())
    found = selectors.problems_of(draft.source, draft)
    if args.json:
        facts = {"id": draft.pk, "pack": draft.pack, "version": draft.version, "ok": not _faults(found)}
        print(json.dumps({**facts, "problems": [_plain(each) for each in found]}, ensure_ascii=False))
    else:
        for each in found:
            print(each)
        print(f"{draft.pack} {draft.version} 已成为 {owner.name} 的草稿；在网页“方案库 → 草稿与待审核”里修改和提交。")
    return FINDING if _faults(found) else OK


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
        words = said.get(type(error), error.strerror or "读写失败")
        raise Refusal(f"{path}：{words}。请检查路径。", code="file") from error


__all__ = ["plans_parser", "register"]
