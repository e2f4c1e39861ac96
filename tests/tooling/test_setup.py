"""The first minute on a new machine: what is asked for, what is said when it is not there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scripts import setup


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(setup, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(setup, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(setup, "STAMPS", tmp_path / ".venv" / ".stamps")
    return tmp_path


def a_fake_python(folder, version: str):
    path = folder / "python"
    path.write_text(f'#!/bin/sh\nif [ "$1" = -m ]; then echo "no ensurepip"; exit 1; fi\necho {version}\n')
    path.chmod(0o755)
    return path


def test_an_old_python_is_told_what_to_do(monkeypatch):
    monkeypatch.setattr(setup.sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr(setup.shutil, "which", lambda name: None)
    with pytest.raises(setup.Stop, match=r"Python 3\.11") as refusal:
        setup.a_python()
    assert "3.9" in str(refusal.value)


def test_an_old_python_finds_a_newer_one(monkeypatch, tmp_path):
    newer = a_fake_python(tmp_path, "3.12")
    monkeypatch.setattr(setup.sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr(setup.shutil, "which", lambda name: str(newer) if name == "python3.12" else None)
    assert setup.a_python() == str(newer)


def test_a_shim_that_does_not_start_is_no_python(tmp_path):
    shim = tmp_path / "python3.13"
    shim.write_text("#!/bin/sh\necho not found >&2\nexit 127\n")
    shim.chmod(0o755)
    assert setup.version_of(shim) is None


def test_a_python_without_venv_is_told_which_package_to_install(elsewhere, monkeypatch):
    python = a_fake_python(elsewhere, "3.11")
    monkeypatch.setattr(setup, "a_python", lambda: str(python))
    monkeypatch.setattr(setup.shutil, "which", lambda name: None)
    with pytest.raises(setup.Stop, match="apt-get install python3-venv"):
        setup.make_venv()
    assert not setup.VENV.exists()


@pytest.fixture
def ran(elsewhere, monkeypatch):
    """The commands an installation would run."""
    commands = []
    monkeypatch.setattr(setup, "make_venv", lambda: None)
    monkeypatch.setattr(setup, "as_pip_is_set", dict)
    monkeypatch.setattr(setup, "call", lambda *words, **environment: commands.append(words))
    return commands


def test_a_second_run_installs_nothing(ran):
    setup.install("requirements.lock")
    assert any("requirements.lock" in words for words in ran)
    ran.clear()
    setup.install("requirements.lock")
    assert ran == []


def test_the_developers_environment_is_enough_to_run(ran):
    setup.install("requirements-dev.lock")
    ran.clear()
    setup.install("requirements.lock")
    assert ran == []


def test_misuse_ends_with_two_and_the_usage():
    done = subprocess.run(
        [sys.executable, "scripts/setup.py", "dance"], cwd=setup.ROOT, check=False, capture_output=True
    )
    assert done.returncode == 2
    assert b"setup.py run" in done.stderr
