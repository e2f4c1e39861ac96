"""What lies in the repository beside the code: locks, links, the way in."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from urllib.parse import unquote

import pytest

from tests.architecture.street import ROOT, shown

LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-uv.lock"]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
TEXT = {".py", ".md", ".toml", ".lock", ".json", ".html", ".js", ".css", ".yaml", ".yml", ".txt", ".cfg", ".svg", ""}


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return dict(re.match(r"([^=\s]+)==([^\s;]+)", line).groups() for line in lines if re.match(r"[a-z0-9]", line))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_hashes_and_names_no_host(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert len(re.findall(r"(?m)^[a-z0-9].*==", text)) == len(re.findall(r"(?m)^[a-z0-9][^\n]*\\\n\s+--hash=", text))


def test_developers_have_everything_that_runs():
    """`make test` installs only the developers' lock, so that must hold the running set, at the same versions."""
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


def test_the_node_lock_names_no_host():
    lock = json.loads((ROOT / "assets" / "package-lock.json").read_text(encoding="utf-8"))
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert all("integrity" in package for name, package in lock["packages"].items() if name)


def test_no_file_names_a_registry():
    hosts = re.compile(
        "|".join(["pypi" + r"\.org", "python" + r"hosted\.org", "npm" + r"js\.(?:org|com)", "npm" + r"mirror\.com"])
    )
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    named = [
        name
        for name in filter(None, tracked.split("\0"))
        if (ROOT / name).is_file()
        and (ROOT / name).suffix in TEXT
        and hosts.search((ROOT / name).read_text(errors="replace"))
    ]
    assert not named


def test_the_way_in_speaks_to_old_pythons():
    """setup.py has to run far enough under an old Python to say that it is too old."""
    ast.parse((ROOT / "scripts" / "setup.py").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_links_of_the_documentation_resolve():
    broken = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        prose = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in LINK.findall(prose):
            if re.match(r"[a-z]+:", target) or target.startswith("#"):
                continue
            if not (page.parent / unquote(target.split("#")[0])).exists():
                broken.append(f"{shown(page)}: {target}")
    assert not broken
