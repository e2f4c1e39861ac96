"""``xinqiao plans …`` as it is typed."""

from __future__ import annotations

import json

import pytest

from tests.factories import a_bureau
from tests.packs.factories import DERIVED, SMALL, an_edition, smaller
from xinqiao.config.cli import main
from xinqiao.packs import vocabulary
from xinqiao.packs.models import Edition

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def any_code(monkeypatch):
    monkeypatch.setattr(vocabulary, "_figures", [])


def test_list_and_show(capsys):
    an_edition()

    assert main(["plans", "list", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["pack"], row["clauses"], row["measures"]) == ("small", 6, 2)
    assert main(["plans", "list", "--kind", "court", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(["plans", "show", "small"]) == 0
    assert "办倾听活动（4月2日 至 4月29日；心理教师、德育主任）" in capsys.readouterr().out
    assert main(["plans", "show", "nothing"]) == 2
    assert "xinqiao plans list" in capsys.readouterr().err


def test_check_tells_finding_from_misuse(tmp_path, capsys):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(SMALL, encoding="utf-8")
    bad.write_text(smaller(SMALL, ("kind: due\n", "kind: duty\n")), encoding="utf-8")

    assert main(["plans", "check", str(good)]) == 0
    assert main(["plans", "check", str(bad), "--json"]) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[-1])[0]["problems"][0]["line"]
    assert main(["plans", "check", str(tmp_path / "none.yaml")]) == 2


def test_export_and_import(tmp_path, capsys):
    bureau = a_bureau()
    bureau.code = "B1"
    bureau.save(update_fields=["code"])
    an_edition(DERIVED, parent=an_edition())
    target = tmp_path / "out.yaml"

    assert main(["plans", "export", "small-county", "--whole", "--out", str(target)]) == 0
    text = smaller(target.read_text(encoding="utf-8"), ("pack: small-county", "pack: brought"))
    target.write_text(text, encoding="utf-8")
    assert main(["plans", "import", str(target), "--organisation", "B1"]) == 0

    draft = Edition.objects.get(pack="brought")
    assert (draft.state, draft.owner) == ("draft", bureau)
    assert draft.data["measures"]
    assert main(["plans", "import", str(target), "--organisation", "none"]) == 2


def test_clauses_are_listed_once_each(capsys):
    assert main(["plans", "clauses", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len({row["clause"] for row in rows}) == len(rows)
    assert {row["evidence"] for row in rows} <= {"live", "reported"}
