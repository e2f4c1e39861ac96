"""``xinqiao screening …``."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import yaml

from tests.factories import NOON
from tests.plants import plants
from tests.screening.factories import (
    COHORT,
    a_campaign,
    a_filing,
    a_sheet,
    a_world,
    says_yes,
    sitting_of,
    student_actor,
)
from xinqiao.access.actor import HOUSE
from xinqiao.config.cli import main
from xinqiao.instruments import registry
from xinqiao.screening import questionnaires
from xinqiao.screening.checks import violations
from xinqiao.screening.intake import reading
from xinqiao.screening.models import Result
from xinqiao.screening.selectors.filings import findings
from xinqiao.screening.services.results import score_sitting
from xinqiao.screening.services.sittings import start_part
from xinqiao.screening.sweeps import reconcile


def after_a_restart() -> None:
    """Everything a process knows about questionnaires is gone; only files are left."""
    questionnaires._imported.cache_clear()
    registry._remembered.clear()
    reading._definitions.clear()


@pytest.fixture
def a_licensed_file(tmp_path, monkeypatch):
    """Invented wording for the key-only questionnaire, as a district with a licence would bring it."""
    monkeypatch.setattr(questionnaires, "home", lambda: tmp_path / "home")
    return licensed(tmp_path, "qu.2026", "的文字")


def licensed(folder, version, words):
    key = registry.load("mht")
    document = {
        "format": 1,
        "text_for": "mht",
        "version": version,
        "wording": "validated",
        "languages": {"zh": {"source": "测试用"}},
        "permission": {"holder": "某区教育局", "document": "授权书 1 号", "granted": "2026-01-01"},
        "items": {name: {"zh": f"第 {name} 题{words}"} for name in key.item_ids},
    }
    path = folder / f"{version}.yaml"
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


@pytest.mark.django_db
def test_a_campaign_keeps_its_wording_when_another_is_imported_and_the_house_starts_again(a_licensed_file, tmp_path):
    world = a_world()
    assert main(["screening", "wording", str(a_licensed_file)]) == 0
    first = questionnaires.current("mht")
    campaign = a_campaign(world, uses={"mht": [COHORT]})
    assert main(["screening", "wording", str(licensed(tmp_path, "qu.2027", "的新文字"))]) == 0
    after_a_restart()

    newest = questionnaires.current("mht")
    assert (newest.version, first.version) == ("1.0.0+qu.2027", "1.0.0+qu.2026")
    sitting = sitting_of(campaign, world.students[0])
    says_yes(sitting.person)
    start_part(actor=student_actor(sitting.person), sitting=sitting, number=1, at=NOON)
    asked = reading.definition_of(campaign.parts.get().instrument_hash)
    assert (asked.version, asked.hash) == (first.version, first.hash)
    assert json.loads(asked.runner_json("zh", 14))["items"][0]["text"] == "第 q1 题的文字"
    assert asked.item_ids == first.item_ids
    a_sheet(sitting, "yes")
    score_sitting(actor=HOUSE, sitting_id=sitting.pk, at=NOON)
    result = Result.objects.get()
    assert result.scores["total"]["value"] > 0
    assert result.instrument_hash == first.hash
    assert not [found for found in violations(NOON) if found.code == "campaign_version"]


@pytest.mark.django_db
def test_what_a_release_shipped_stays_for_those_who_filed_it(tmp_path, monkeypatch):
    """The next release may carry another text under the same id."""
    monkeypatch.setattr(questionnaires, "home", lambda: tmp_path / "home")
    campaign = a_campaign(a_world())
    version = campaign.parts.get().instrument_hash
    after_a_restart()
    shipped = {d.id: d for d in registry.all_definitions() if d.id != "phq-9"}
    monkeypatch.setattr(registry, "all_definitions", lambda: tuple(shipped.values()))
    assert questionnaires.find(version).hash == version


@pytest.mark.parametrize("definition", registry.all_definitions(), ids=lambda definition: definition.id)
def test_every_shipped_definition_comes_back_from_what_is_kept(definition, tmp_path, monkeypatch):
    monkeypatch.setattr(questionnaires, "home", lambda: tmp_path / "home")
    questionnaires.keep(definition)
    again = registry.from_kept(
        json.loads((questionnaires.kept_folder() / f"{definition.hash}.json").read_text()), definition.hash
    )
    registry._remembered.clear()
    assert again.hash == definition.hash
    assert again.document == definition.document


@pytest.mark.django_db
@plants("screening.campaign_version")
def test_a_kept_version_that_was_changed_is_not_used_and_the_doctor_says_so(a_licensed_file, tmp_path, capsys):
    assert main(["screening", "wording", str(a_licensed_file)]) == 0
    campaign = a_campaign(a_world(), uses={"mht": [COHORT]})
    version = campaign.parts.get().instrument_hash
    assert main(["screening", "wording", str(licensed(tmp_path, "qu.2027", "的新文字"))]) == 0
    kept = questionnaires.kept_folder() / f"{version}.json"
    kept.write_text(kept.read_text(encoding="utf-8").replace("的文字", "的别的文字"), encoding="utf-8")
    after_a_restart()
    assert questionnaires.find(version) is None
    assert "内容与文件名不符" in capsys.readouterr().err
    assert "campaign_version" in {found.code for found in violations(NOON)}
    assert questionnaires.find("../" * 3 + "secret") is None


def test_a_file_that_does_not_fit_is_refused_and_not_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(questionnaires, "home", lambda: tmp_path / "home")
    bad = tmp_path / "bad.yaml"
    bad.write_text("text_for: mht\n", encoding="utf-8")
    assert main(["screening", "wording", str(bad)]) == 2
    assert main(["screening", "wording", str(tmp_path / "none.yaml")]) == 2
    assert "读不出文件" in capsys.readouterr().err
    assert not (tmp_path / "home").exists()
