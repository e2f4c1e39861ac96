"""``xinqiao instruments list|check|show`` and ``xinqiao score``."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from xinqiao.instruments import golden, registry
from xinqiao.instruments.answers_csv import AnswerFile, BadFile, has_mark, safe_cell, writer
from xinqiao.instruments.definition import Definition
from xinqiao.instruments.errors import AnswerRefusal, InstrumentError, Problem
from xinqiao.instruments.reasons import words
from xinqiao.instruments.scores_csv import Summary, header, rows

OK, FINDING, MISUSE = 0, 1, 2


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("instruments", help="查看和检查量表 / questionnaires in the library")
    verbs = parser.add_subparsers(dest="instruments_action", required=True)
    listing = verbs.add_parser("list", help="列出随软件提供的量表")
    checking = verbs.add_parser("check", help="检查量表定义或授权题目文件；不写文件就检查全部")
    checking.add_argument("files", nargs="*", metavar="文件或编号", help="YAML 文件，或量表编号")
    showing = verbs.add_parser("show", help="显示一个量表的题目、计分键、分段和出处")
    showing.add_argument("instrument", metavar="编号或文件")
    showing.add_argument("--runner", action="store_true", help="只输出网页作答用的公开 JSON")
    showing.add_argument("--age", type=int, help="与 --runner 同用：作答者年龄")
    for part in (listing, checking, showing):
        part.add_argument("--json", action="store_true", help="输出 JSON，供程序读取")
    for part in (listing, showing):
        part.add_argument("--lang", choices=("zh", "en"), default="zh")
    listing.set_defaults(run=run_list)
    checking.set_defaults(run=run_check)
    showing.set_defaults(run=run_show)

    score = subparsers.add_parser("score", help="给一个 CSV 里的答卷计分 / score answer sheets")
    score.add_argument("instrument", metavar="INSTRUMENT", help="量表编号，如 phq-9；或 YAML 文件")
    score.add_argument(
        "answers", metavar="answers.csv", type=Path, help="一行一份答卷；列名为题目编号或 1…n；空白为未作答"
    )
    score.add_argument("--out", required=True, type=Path, metavar="scores.csv", help="结果文件")
    score.add_argument("--lang", choices=("zh", "en"), default="zh", help="分段名称的语言")
    score.add_argument("--json", action="store_true", help="结束时输出 JSON 摘要")
    score.set_defaults(run=run_score)


def _definition(name: str) -> Definition:
    """By id, or from a YAML file. Raises InstrumentError or OSError."""
    path = Path(name)
    if path.suffix.lower() not in (".yaml", ".yml"):
        return registry.load(name.lower())
    try:
        return registry.parse(path.read_text(encoding="utf-8-sig"), source=path.name)
    except UnicodeDecodeError as error:
        problem = Problem("", "文件不是 UTF-8 编码，请另存为 UTF-8", "the file is not UTF-8")
        raise InstrumentError([problem], source=path.name) from error


def _fail(lines: list[str], as_json: bool, code: int = MISUSE) -> int:
    if as_json:
        print(json.dumps({"ok": False, "errors": lines}, ensure_ascii=False))
    for line in lines:
        print(line, file=sys.stderr)
    return code


def _misuse(error: InstrumentError | OSError, as_json: bool) -> int:
    if isinstance(error, InstrumentError):
        head = f"{error.source}：" if error.source else ""
        return _fail([f"{head}{problem}" for problem in error.problems], as_json)
    return _fail([_file_trouble(error)], as_json)


def _file_trouble(error: OSError) -> str:
    said = {
        FileNotFoundError: "没有这个文件",
        IsADirectoryError: "这是文件夹，请写文件名",
        PermissionError: "没有读写权限",
    }.get(type(error), error.strerror or "读写失败")
    return f"{error.filename or ''}：{said}。请检查路径。"


# --- instruments -------------------------------------------------------------------------------------------------


def run_list(args: argparse.Namespace) -> int:
    definitions = registry.all_definitions()
    if args.json:
        print(json.dumps([_facts(definition) for definition in definitions], ensure_ascii=False))
        return OK
    table = Table(box=None, header_style="bold")
    for name in ("编号", "版本", "名称", "题数", "年龄", "题目文字", "已核对"):
        table.add_column(name, no_wrap=name != "名称")
    for definition in definitions:
        low, high = definition.population["age"]
        table.add_row(
            definition.id,
            definition.version,
            definition.words(definition.title, args.lang),
            str(len(definition.items)),
            f"{low}–{high}",
            {"own": "自写", "validated": "原文", "adapted": "改编", "none": "未提供"}[definition.wording],
            "是" if definition.verified else "否",
        )
    Console().print(table)
    return OK


def _facts(definition: Definition) -> dict[str, Any]:
    return {
        "id": definition.id,
        "version": definition.version,
        "hash": definition.hash,
        "title": dict(definition.title),
        "items": len(definition.items),
        "scores": [score.id for score in definition.scores],
        "age": definition.population["age"],
        "lifecycle": definition.lifecycle,
        "wording": definition.wording,
        "verified": definition.verified,
    }


def run_check(args: argparse.Namespace) -> int:
    outcome = []
    for name in args.files or registry.library_ids():
        try:
            definition = _definition(name)
            problems = list(golden.failures(definition, slow=True))
        except InstrumentError as error:
            if name == error.source or Path(name).suffix.lower() in (".yaml", ".yml"):
                problems, definition = list(error.problems), None
            else:
                return _misuse(error, args.json)
        except OSError as error:
            return _misuse(error, args.json)
        outcome.append((name, definition, problems))
    if args.json:
        print(json.dumps([_checked(*entry) for entry in outcome], ensure_ascii=False))
    else:
        for name, definition, problems in outcome:
            for problem in problems:
                print(f"{name}：{problem}")
            if definition is not None and not problems:
                cases = len(golden.cases(definition))
                note = "" if definition.verified else f"；注意：{definition.words(definition.verified_note, 'zh')}"
                print(f"{name}：通过，{len(definition.items)} 题，{cases} 个例子，版本 {definition.version}{note}")
    return FINDING if any(problems for _name, _definition, problems in outcome) else OK


def _checked(name: str, definition: Definition | None, problems: list[Problem]) -> dict[str, Any]:
    facts = _facts(definition) if definition else {}
    return {"name": name, "ok": not problems, "problems": [vars(problem) for problem in problems], **facts}


def run_show(args: argparse.Namespace) -> int:
    try:
        definition = _definition(args.instrument)
        if args.runner:
            print(definition.runner_json(args.lang, args.age))
            return OK
    except AnswerRefusal as error:
        return _fail([error.message], args.json)
    except (InstrumentError, OSError) as error:
        return _misuse(error, args.json)
    if args.json:
        print(json.dumps({"hash": definition.hash, **definition.document}, ensure_ascii=False))
        return OK
    for line in _description(definition, args.lang):
        print(line)
    return OK


def _description(definition: Definition, lang: str) -> list[str]:
    say = definition.words
    rights = definition.rights
    lines = [
        f"{definition.id} {definition.version}  {say(definition.title, lang)}",
        f"哈希 {definition.hash}",
        say(definition.purpose, lang),
        f"题目文字：{say(definition.wording_note, lang)}",
        f"核对：{'已核对' if definition.verified else '未核对'}。{say(definition.verified_note, lang)}",
        f"权利人：{rights['owner']}；{say(rights['licence'], lang)}",
        *(f"  依据：{entry['source']} {entry.get('url', '')}".rstrip() for entry in rights["evidence"]),
        "题目：",
    ]
    for item in definition.items:
        options = "、".join(f"{option.value}={say(option.text, lang)}" for option in item.options)
        gate = f"，{item.min_age} 岁起" if item.min_age else ""
        marks = "［安全题］" if item.safety else "［敏感］" if item.sensitive else ""
        lines.append(f"  {item.position + 1}. {item.id} {say(item.text, lang)}{marks}{gate}（{options}）")
    lines.append("分数：")
    for score in definition.scores:
        made = "、".join(f"{name}(反)" if name in score.reverse else name for name in score.items or score.of)
        lines.append(
            f"  {score.id} {say(score.title, lang)} = {score.operation}（{made}）；最多漏 {score.missing.max} 题"
        )
        lines += [
            f"    {band.low:g}–{band.high:g} {band.id} {say(band.label, lang)}（{band.source}）" for band in score.bands
        ]
    return lines


# --- score -------------------------------------------------------------------------------------------------------


def run_score(args: argparse.Namespace) -> int:
    try:
        definition = _definition(args.instrument)
        summary = _score_file(definition, args.answers, args.out, args.lang)
    except BadFile as error:
        return _fail([*error.errors, "没有写出结果。"], args.json)
    except (InstrumentError, OSError) as error:
        return _misuse(error, args.json)
    if args.json:
        print(json.dumps(_summary(definition, summary, args.out), ensure_ascii=False))
        return OK
    print(f"{definition.id} {definition.version}：{summary.rows} 份答卷，结果在 {args.out}")
    for name, count in summary.nulls.items():
        if count:
            print(f"  {name}：{count} 份没有分数，原因见 {name}_reason 列")
    for code, count in summary.flags.items():
        print(f"  {count} 份：{words(code)}")
    if not definition.verified:
        print(f"  注意：{definition.words(definition.verified_note, 'zh')}")
    return OK


def _score_file(definition: Definition, source: Path, target: Path, lang: str) -> Summary:
    """Write beside the target under another name and rename at the end: half a file never stays.

    The file is readable by its owner only.
    """
    summary = Summary()
    with AnswerFile(source, definition) as answers:
        marked = answers.encoding == "gb18030" or has_mark(source)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent or Path())
        try:
            with os.fdopen(handle, "w", encoding="utf-8-sig" if marked else "utf-8", newline="") as file:
                out, header_row = writer(file), answers.header
                lead = [] if header_row.id_column is None else [safe_cell(header_row.names[0]) or "id"]
                out.writerow([*lead, *header(definition)])
                for chunk, ids in _progress(answers):
                    scored = rows(definition, chunk.values, chunk.groups, lang, summary)
                    if lead:
                        out.writerows((safe_cell(one), *row) for one, row in zip(ids, scored, strict=True))
                    else:
                        out.writerows(scored)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    return summary


def _progress(answers: AnswerFile) -> Any:
    """The chunks with their ids, under a bar when somebody is watching a long file."""
    console = Console(stderr=True)
    hidden = not console.is_terminal or answers.size < 1_000_000
    columns = (TextColumn("计分"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=hidden, transient=True) as bar:
        task = bar.add_task("score", total=answers.size)
        for chunk in answers.chunks():
            yield chunk, chunk.ids
            bar.update(task, completed=chunk.bytes_read)


def _summary(definition: Definition, summary: Summary, out: Path) -> dict[str, Any]:
    return {
        "ok": True,
        "instrument": definition.id,
        "version": definition.version,
        "hash": definition.hash,
        "verified": definition.verified,
        "wording": definition.wording,
        "rows": summary.rows,
        "nulls": dict(summary.nulls),
        "bands": {name: dict(counts) for name, counts in summary.bands.items()},
        "validity": dict(summary.flags),
        "alerts": dict(summary.alerts),
        "out": str(out),
    }
