"""The texts of the pages: Chinese in the sources, English in catalogues, complete or the build fails.

python scripts/messages.py update [room …]    collect the texts into src/xinqiao/<room>/locale/en/LC_MESSAGES/django.po
python scripts/messages.py check [room …]     list what is missing, left over, malformed or not marked; exit 1 when any
python scripts/messages.py compile [room …]   write the .mo files (build output, not in the repository)

Needs no GNU gettext. Texts of the rooms that are no Django apps (kernel, instruments, config) go into config's
catalogue. Scripts in static/ carry no words: they take them from data attributes, so there is nothing to collect there.
An untranslated text that another room has translated already is filled in from there.

A Chinese text that must stay as it is (a name, a code of a standard, a word looked for in a workbook) says so: a
comment ``i18n: reason`` on its line in Python or a template, or a row in EXCEPTIONS for a whole file.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.template.base import Lexer, Token, TokenType
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "xinqiao"
# Rooms that are no Django apps: Django reads no catalogue there, so their texts live in config's (LOCALE_PATHS).
GUESTS = {"kernel": "config", "instruments": "config"}
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Python files whose literals a person reads on a page. Others hold data, synonyms, names and commands.
SPOKEN = {
    "enums",
    "models",
    "policies",
    "selectors",
    "services",
    "notices",
    "forms",
    "views",
    "components",
    "apps",
    "tasks",
    "home",
}
EXCEPTIONS: dict[str, str] = {}
KEPT = re.compile("心桥|中文")  # names that stay as they are in every language
CHINESE = re.compile("[\u3400-\u9fff]")
REASON = re.compile(r"i18n:\s*\S+")
PERCENT = re.compile(r"%(?:\((\w+)\))?[#0+-]*(?:\d+|\*)?(?:\.\d+)?([a-zA-Z])")
BRACES = re.compile(r"(?<!\{)\{(\w*)[^{}]*\}(?!\})")
Key = tuple[str, str]  # context, singular


def rooms() -> list[str]:
    return sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


def catalogue_path(room: str) -> Path:
    return PACKAGE / room / "locale" / "en" / "LC_MESSAGES" / "django.po"


def is_chinese(text: str) -> bool:
    return bool(CHINESE.search(KEPT.sub("", text)))


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def sources(room: str) -> Iterator[Path]:
    for folder in [room, *(guest for guest, host in GUESTS.items() if host == room)]:
        for path in sorted((PACKAGE / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and not {"migrations", "static", "fonts"} & set(path.parts):
                yield path


# --- collecting ------------------------------------------------------------------------------------------------
def texts_of(path: Path) -> Iterator[tuple[int, str, object, list[str]]]:
    """(line, function, message or messages, comments) of one source file. Raises SyntaxError for a broken one."""
    code = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        code = templatize(code, origin=shown(path))
    yield from extract_python(io.BytesIO(code.encode()), KEYWORDS, ["Translators:"], {"encoding": "utf-8"})


def collected(room: str) -> Catalog:
    found = Catalog(locale="en", charset="utf-8")
    for path in sources(room):
        name = shown(path)
        for line, function, words, comments in texts_of(path):
            spec = KEYWORDS[function] or (1,)
            words = words if isinstance(words, tuple) else (words,)
            context = words[spec[0][0] - 1] if isinstance(spec[0], tuple) else None
            picked = tuple(words[index - 1] for index in spec if isinstance(index, int) and index <= len(words))
            if not picked or not all(isinstance(word, str) and word for word in picked):
                continue
            # templatize doubles a percent sign that is no placeholder; Django looks the doubled one up as well
            identity = picked if len(picked) > 1 else picked[0]
            flags = ["python-format"] if PERCENT.search(picked[0]) else []
            found.add(identity, None, [(name, line)], flags=flags, user_comments=comments, context=context)
    return found


def key(message: Message) -> Key:
    return (message.context or "", message.id if isinstance(message.id, str) else message.id[0])


def stored(room: str) -> Catalog:
    path = catalogue_path(room)
    if not path.exists():
        return Catalog(locale="en", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale="en", charset="utf-8", abort_invalid=True)


def strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [])


def is_done(message: Message) -> bool:
    return bool(strings(message)) and all(strings(message)) and not message.fuzzy


def memory() -> dict[Key, Message]:
    return {key(each): each for room in rooms() for each in stored(room) if each.id and is_done(each)}


def update(chosen: list[str]) -> int:
    known = memory()
    for room in chosen:
        old = {key(each): each for each in stored(room) if each.id}
        new = collected(room)
        open_texts = 0
        for message in new:
            before = old.get(key(message)) if message.id else None
            if before is None or not is_done(before):
                before = known.get(key(message))
            if before is not None and isinstance(before.id, str) == isinstance(message.id, str):
                message.string = before.string
            open_texts += bool(message.id) and not is_done(message)
        if len(new) or old:
            write(room, new)
            left = len(old.keys() - {key(each) for each in new})
            print(f"{room}: {len(new)} texts, {open_texts} to translate, {left} dropped")
    return 0


def write(room: str, catalogue: Catalog) -> None:
    """Without dates and line numbers, so that a catalogue changes only when its texts do."""
    out = io.BytesIO()
    catalogue.header_comment = f"# English texts of the room {room}."
    write_po(out, catalogue, width=116, include_lineno=False, sort_by_file=True, ignore_obsolete=True)
    noise = re.compile(r'^"(POT-Creation-Date|PO-Revision-Date|Report-Msgid|Last-Translator|Project-Id|Generated-By)')
    lines = [line for line in out.getvalue().decode().split("\n") if not noise.match(line)]
    path = catalogue_path(room)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(line for line in lines if line != "#, fuzzy"), encoding="utf-8")


# --- checking --------------------------------------------------------------------------------------------------
def placeholders(text: str) -> set[str]:
    named = {f"%({name}){kind}" if name else f"%{kind}" for name, kind in PERCENT.findall(text.replace("%%", ""))}
    return named | {f"{{{name}}}" for name in BRACES.findall(text)}


def faults_of(message: Message) -> Iterator[str]:
    """What is wrong with one translation."""
    if message.fuzzy:
        yield "marked fuzzy"
    if not strings(message) or not all(strings(message)):
        yield "not translated"
        return
    asked = placeholders(message.id if isinstance(message.id, str) else message.id[-1])
    for text in strings(message):
        # An English singular may say "one student" where the Chinese names the number.
        if not placeholders(text) <= asked or (isinstance(message.id, str) and placeholders(text) != asked):
            yield f"placeholders differ: {sorted(asked)} became {sorted(placeholders(text))}"
        if is_chinese(text):
            yield f"still Chinese: {text}"


def catalogue_faults(room: str) -> Iterator[str]:
    try:
        wanted = {key(each): each for each in collected(room) if each.id}
    except SyntaxError as error:
        yield f"{room}: {error}"
        return
    have = stored(room)
    there = {key(each): each for each in have if each.id}
    where = shown(catalogue_path(room))
    for missing in sorted(wanted.keys() - there.keys()):
        file = wanted[missing].locations[0][0] if wanted[missing].locations else room
        yield f"{where}: not collected yet: {missing[1]!r} ({file})"
    for left in sorted(there.keys() - wanted.keys()):
        yield f"{where}: used nowhere any more: {left[1]!r}"
    for same in sorted(wanted.keys() & there.keys()):
        for fault in faults_of(there[same]):
            yield f"{where}: {fault}: {same[1]!r}"
    if have.obsolete:
        yield f"{where}: {len(have.obsolete)} obsolete entries"


def contradictions() -> Iterator[str]:
    """One Chinese text with two English ones: which is shown would depend on the order of the apps."""
    ways: dict[Key, dict[str, str]] = defaultdict(dict)
    for room in rooms():
        for message in stored(room):
            if message.id and is_done(message):
                ways[key(message)].setdefault(strings(message)[0], room)
    for (_context, text), found in sorted(ways.items()):
        if len(found) > 1:
            yield f"{text!r} is translated differently: " + "; ".join(
                f"{way!r} in {room}" for way, room in found.items()
            )


def unmarked_in_template(path: Path) -> Iterator[str]:
    """Chinese outside the translation tags: in the text, in attributes, as a literal handed to a tag."""
    code = path.read_text(encoding="utf-8")
    lines = code.splitlines()
    inside = ""
    for token in Lexer(code).tokenize():
        word = token.contents.split(None, 1)[0] if token.token_type == TokenType.BLOCK and token.contents else ""
        if inside:
            inside = "" if word == f"end{inside}" else inside
            continue
        if word in {"blocktranslate", "blocktrans", "comment"}:
            inside = word
            continue
        for line, words in _unmarked(token, word):
            at = token.lineno + line
            if not REASON.search(lines[at - 1]):
                yield f"{shown(path)}:{at}: Chinese outside {{% translate %}}: {words.strip()[:60]}"


def _unmarked(token: Token, word: str) -> Iterator[tuple[int, str]]:
    if token.token_type == TokenType.TEXT:
        text = re.sub(r"<!--.*?-->", lambda match: "\n" * match[0].count("\n"), token.contents, flags=re.DOTALL)
        yield from ((number, line) for number, line in enumerate(text.split("\n")) if is_chinese(line))
    elif token.token_type in {TokenType.BLOCK, TokenType.VAR} and word not in {"translate", "trans"}:
        rest = re.sub(r"""_\((?:"[^"]*"|'[^']*')\)""", "", token.contents)
        if is_chinese(rest):
            yield 0, rest


def unmarked_in_python(path: Path) -> Iterator[str]:
    """Chinese literals outside gettext, in the files whose words reach a page."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts[1:]
    if not parts or not (parts[0] in SPOKEN or parts[0].startswith(("views_", "components_"))):
        return
    code = path.read_text(encoding="utf-8")
    lines = code.splitlines()
    tree = ast.parse(code)
    marked = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in KEYWORDS:
            marked.update(id(inner) for inner in ast.walk(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            marked.add(id(node.value))  # a docstring, or a note
        elif isinstance(node, ast.keyword) and node.arg in {"db_comment", "db_table_comment"}:
            marked.update(id(inner) for inner in ast.walk(node))  # read in the database, not on a page
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in marked:
            here = lines[node.lineno - 1 : node.end_lineno]
            if is_chinese(node.value) and not any(REASON.search(line) for line in here):
                yield f"{shown(path)}:{node.lineno}: Chinese outside gettext: {node.value[:60]!r}"


def words_in_script(path: Path) -> Iterator[str]:
    code = re.sub(
        r"/\*.*?\*/", lambda match: "\n" * match[0].count("\n"), path.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    for number, line in enumerate(code.split("\n"), 1):
        if is_chinese(re.sub(r"(^|\s)//.*", "", line)):
            yield f"{shown(path)}:{number}: words in a script belong in data attributes: {line.strip()[:60]}"


def source_faults(room: str) -> Iterator[str]:
    for path in sources(room):
        if shown(path) in EXCEPTIONS:
            continue
        if path.suffix == ".py":
            yield from unmarked_in_python(path)
        elif path.suffix == ".html":
            yield from unmarked_in_template(path)
    for path in sorted((PACKAGE / room).glob("static/**/*.js")):
        if "vendor" not in path.parts and shown(path) not in EXCEPTIONS:
            yield from words_in_script(path)


def check(chosen: list[str]) -> int:
    faults = [fault for room in chosen for faults in (catalogue_faults(room), source_faults(room)) for fault in faults]
    faults += contradictions()
    faults += [
        f"scripts/messages.py: EXCEPTIONS names no file: {name}" for name in EXCEPTIONS if not (ROOT / name).exists()
    ]
    print("\n".join(faults))
    if faults:
        print(f"\n{len(faults)} faults. `python scripts/messages.py update` collects; then translate in the .po files.")
    return 1 if faults else 0


def compile_all(chosen: Iterable[str]) -> int:
    for room in chosen:
        path = catalogue_path(room)
        if path.exists():
            with path.with_suffix(".mo").open("wb") as file:
                write_mo(file, stored(room))
    return 0


def main() -> int:
    wish, *names = sys.argv[1:] or [""]
    wishes = {"update": update, "check": check, "compile": compile_all}
    unknown = [name for name in names if name not in rooms()]
    if wish not in wishes or unknown:
        print(f"no such room: {', '.join(unknown)}" if unknown else __doc__, file=sys.stderr)
        return 2
    chosen = list(dict.fromkeys(GUESTS.get(name, name) for name in names or rooms()))
    return wishes[wish](chosen)


if __name__ == "__main__":
    sys.exit(main())
