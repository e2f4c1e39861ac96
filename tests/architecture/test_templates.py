"""Pages ask no other host for anything, and carry no script or style of their own (the CSP would refuse both)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.street import files, shown

COMMENTS = re.compile(r"{#.*?#}|{%\s*comment\b.*?{%\s*endcomment\s*%}|<!--.*?-->", re.DOTALL)
FORBIDDEN = {
    "a <style> element": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE),
    "an on… attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "hx-on, which is an inline script": re.compile(r"\shx-on", re.IGNORECASE),
    "text marked safe by hand": re.compile(r"\|\s*safe\b|{%\s*autoescape\s+off"),
}
ELSEWHERE = re.compile(r"(?:https?:|wss?:|[\"'(])//[^\s\"')]+", re.IGNORECASE)
# (path, what) → why it is right there.
EXCEPTIONS = {
    ("src/xinqiao/ui/templates/ui/forms/field.html", "|safe"): "help texts are markup by Django's own convention "
    "(password rules are a list); they come from our forms, never from a person",
    ("src/xinqiao/ui/static/ui/shell.js", ".innerHTML"): "puts back the label that the same button had before",
}
# Names that look like addresses and are never asked for.
NAMESPACES = ("http://www.w3.org/",)


def without_comments(path: Path) -> str:
    return COMMENTS.sub(lambda match: "\n" * match[0].count("\n"), path.read_text(encoding="utf-8"))


def templates() -> list[Path]:
    return [path for path in files("*/templates/**/*") if path.is_file()]


def hits(pattern: re.Pattern[str], paths: list[Path]) -> Iterator[str]:
    for path in paths:
        text = without_comments(path)
        for match in pattern.finditer(text):
            if any(shown(path) == name and what in match[0] for name, what in EXCEPTIONS):
                continue
            yield f"{shown(path)}:{text[: match.start()].count(chr(10)) + 1}: {match[0].strip()[:80]}"


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_holds(what):
    assert not list(hits(FORBIDDEN[what], templates()))


def test_no_page_asks_another_host():
    own = [path for path in files("*/static/**/*") if path.suffix in {".js", ".css", ".svg", ".html", ".webmanifest"}]
    found = [hit for hit in hits(ELSEWHERE, [*templates(), *own]) if not any(name in hit for name in NAMESPACES)]
    assert not found


def test_scripts_build_no_code_from_text():
    """No eval, no HTML made of strings: what a child typed stays text."""
    risky = re.compile(r"\beval\s*\(|new Function\b|\.innerHTML\s*=|\.outerHTML\s*=|insertAdjacentHTML|document\.write")
    assert not list(hits(risky, list(files("*/static/**/*.js"))))
