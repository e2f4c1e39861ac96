"""The step runner counts what really ran, and CI does not take a skip for a pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import check

CASES = """
import pytest
def test_passes(): pass
@pytest.mark.skip(reason="nothing to drive it with")
def test_is_skipped(): pass
@pytest.mark.xfail(strict=True)
def test_is_expected_to_fail(): assert False
"""


@pytest.fixture
def cases(tmp_path):
    path = tmp_path / "test_cases.py"
    path.write_text(CASES)
    return str(path)


def run(path: str, *, refuse_skips: bool) -> check.Outcome:
    """A run without our configuration and without Django, which would take most of the time."""
    settings = Path(path).parent / "pytest.ini"
    settings.write_text("[pytest]\n")
    return check.pytest("-c", str(settings), "-p", "no:django", path, refuse_skips=refuse_skips)


@pytest.mark.parametrize(("ci", "refuse", "ok"), [(False, True, True), (True, True, False), (True, False, True)])
def test_ci_refuses_skips_where_it_must(cases, monkeypatch, ci, refuse, ok):
    monkeypatch.setattr(check, "CI", ci)
    outcome = run(cases, refuse_skips=refuse)
    assert (outcome.passed, outcome.failed, len(outcome.skipped)) == (2, 0, 1)
    assert "nothing to drive it with" in outcome.skipped[0]
    assert outcome.ok is ok


def test_no_test_at_all_is_no_pass_in_ci(tmp_path, monkeypatch):
    empty = tmp_path / "test_empty.py"
    empty.write_text("")
    monkeypatch.setattr(check, "CI", True)
    assert not run(str(empty), refuse_skips=True).ok


def test_without_a_browser_ci_fails_and_a_desk_is_told(monkeypatch):
    monkeypatch.setattr(check.test_services, "browser", lambda: None)
    monkeypatch.setattr(check.test_services, "install_browser", lambda: None)
    for ci in (True, False):
        monkeypatch.setattr(check, "CI", ci)
        outcome = check.browser()
        assert outcome.ok is not ci
        assert "no browser" in outcome.note


def test_the_summary_ends_with_the_counts(capsys):
    outcomes = {"lint": check.Outcome(True), "unit": check.Outcome(False, "exit 1", 3, 1, ["a: why"])}
    assert check.summary(outcomes, {"lint": 0.1, "unit": 2.0}) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "3 passed, 1 failed, 1 skipped"
