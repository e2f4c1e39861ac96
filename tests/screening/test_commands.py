"""``xinqiao screening …``."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import yaml

from tests.factories import NOON
from tests.screening.factories import COHORT, a_campaign, a_filing, a_sheet, a_world, sitting_of
from xinqiao.config.cli import main
from xinqiao.instruments import registry
from xinqiao.screening import questionnaires
from xinqiao.screening.selectors.filings import findings
from xinqiao.screening.sweeps import reconcile


@pytest.fixture
def a_licensed_file(tmp_path, monkeypatch):
    """Invented wording for the key-only questionnaire, as a district with a licence would bring it."""
    monkeypatch.setattr(questionnaires, "home", lambda: tmp_path / "home")
    key = registry.load("mht")
    document = {
        "format": 1,
        "text_for": "mht",
        "version": "qu.2026",
        "wording": "validated",
        "languages": {"zh": {"source": "测试用"}},
        "permission": {"holder": "某区教育局", "document": "授权书 1 号", "granted": "2026-01-01"},
        "items": {name: {"zh": f"第 {name} 题的文字"} for name in key.item_ids},
    }
    path = tmp_path / "mht.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.django_db
def test_status_counts_and_finds_what_was_not_scored(at_noon, capsys):
    world = a_world()
    campaign = a_campaign(world)
    assert main(["screening", "status", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(row["state"], row["invited"], row["submitted"], row["shut"]) for row in told["campaigns"]] == [
        ("open", 3, 0, "")
    ]
    a_sheet(sitting_of(campaign, world.students[0]))
    assert main(["screening", "status"]) == 1
    assert "没有计分的答卷 1 份" in capsys.readouterr().out
    reconcile(NOON + timedelta(minutes=1))
    assert main(["screening", "status"]) == 0


@pytest.mark.django_db
def test_a_campaign_that_stays_shut_is_a_finding(at_noon, capsys):
    campaign = a_campaign(a_world(), opened=False)
    post = campaign.duty_post
    post.ends_on = (NOON - timedelta(days=2)).date()
    post.save()
    assert main(["screening", "status"]) == 1
    assert "没有按时开放" in capsys.readouterr().out


@pytest.mark.django_db
def test_imported_wording_makes_a_key_usable(a_licensed_file, capsys):
    world = a_world()
    filing = a_filing(world, uses={"mht": [COHORT]})
    assert "no_text" in {f.code for f in findings(filing, NOON)}
    assert main(["screening", "wording", str(a_licensed_file)]) == 0
    assert "已导入" in capsys.readouterr().out
    definition = questionnaires.current("mht")
    assert definition is not None
    assert definition.has_text
    assert questionnaires.find(definition.hash) is definition
    filing = a_filing(world, uses={"mht": [COHORT]})
    assert {f.code for f in findings(filing, NOON) if f.stops} == set()


def test_a_file_that_does_not_fit_is_refused_and_not_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(questionnaires, "home", lambda: tmp_path / "home")
    bad = tmp_path / "bad.yaml"
    bad.write_text("text_for: mht\n", encoding="utf-8")
    assert main(["screening", "wording", str(bad)]) == 2
    assert main(["screening", "wording", str(tmp_path / "none.yaml")]) == 2
    assert "读不出文件" in capsys.readouterr().err
    assert not (tmp_path / "home").exists()
