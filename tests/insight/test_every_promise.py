"""Every check of the doctor has a planted violation that it finds: read from the checks themselves, room by room."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import xinqiao
from tests.plants import planted
from xinqiao.insight.doctor import ROOMS

SOURCE = Path(xinqiao.__file__).parent
TESTS = Path(__file__).parents[1]


def codes_of(room: str) -> set[str]:
    """Codes of the findings a room can make. A code is written where the finding is made, so that it can be read."""
    tree = ast.parse((SOURCE / room / "checks.py").read_text(encoding="utf-8"))
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding"
    ]
    codes = [call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)]
    assert len(codes) == len(calls), f"a code of {room} is not a literal"
    return {f"{room}.{code}" for code in codes}


def signed_up() -> dict[str, str]:
    """Import every test file that plants, so that this test says the same alone and among the others."""
    for path in sorted(TESTS.rglob("test_*.py")):
        if "from tests.plants import" in path.read_text(encoding="utf-8") and path != Path(__file__):
            importlib.import_module(".".join(path.relative_to(TESTS.parent).with_suffix("").parts))
    return planted


def test_every_promise_is_broken_by_a_test_and_found():
    promises = {code for room in ROOMS for code in codes_of(room)}
    known = set(signed_up())
    assert not promises - known, f"no test plants a violation of {sorted(promises - known)}; see tests/plants.py"
    assert not known - promises, f"tests plant what no check looks for: {sorted(known - promises)}"


def test_the_doctor_asks_every_room_that_has_promises():
    with_checks = {
        path.parent.name for path in SOURCE.glob("*/checks.py") if "def violations(" in path.read_text(encoding="utf-8")
    }
    assert with_checks == set(ROOMS)
