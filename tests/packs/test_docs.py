"""What the documentation shows works, and what is generated is current."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from tests.packs.samples import smaller
from xinqiao.packs import selectors
from xinqiao.packs.core import checks, read, schema

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "packs.md").read_text(encoding="utf-8")


def blocks():
    return re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)


def test_the_example_of_the_guide_is_a_pack_without_faults_or_hints():
    assert checks.problems_of_text(blocks()[0]) == []


def test_the_derived_example_fits_the_pack_it_names():
    parent = read.compile_pack(read.load(selectors.shipped_texts()["p14.yaml"]))
    text = smaller(blocks()[1], ('version: "1.0"}', f'version: "{parent["version"]}"}}'))

    found = [p for p in checks.problems_of_text(text, None, parent) if p.severity == checks.FAULT]

    assert found == []


def test_every_field_is_explained():
    defs = schema.document()["$defs"]
    named = {field for part in defs.values() for field in part.get("properties", {}) if not field.endswith("_en")}
    named |= {choice for part in defs.values() for choice in part.get("enum", [])}
    missing = {name for name in named if not re.search(rf"(?<![\w-]){re.escape(str(name))}(?![\w-])", GUIDE)}
    assert not missing


def test_the_list_of_clauses_is_current():
    spec = importlib.util.spec_from_file_location("clauses_script", ROOT / "scripts" / "clauses.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)

    assert script.PAGE.read_text(encoding="utf-8") == script.page(), "run: python scripts/clauses.py"
