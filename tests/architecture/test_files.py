"""What each kind of file never holds."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.street import PACKAGE, docstrings, files, floors, kind, of_kind, shown, tree

READS_CLOCK = {"now", "today", "utcnow"}
CONVERTS = {"localdate", "localtime"}  # of now, when nothing is handed to them
# Verbs (they take ``at``) that nobody in particular performs: path:function → who is behind it.
WITHOUT_ACTOR: dict[str, str] = {
    "src/xinqiao/cases/services/duties.py:give_duties": "follows from a level somebody set; the trail names them",
    "src/xinqiao/cases/services/opening.py:follow_level": "a new level moves the next date; the trail names who set it",
    "src/xinqiao/plans/services/keeping.py:roll": "days go by, and the trail says that the house did it",
    "src/xinqiao/access/services/entry.py:bind_guardian": "a guardian at the door, who becomes somebody by this",
}
BY_THE_CLOCK = ("climb_", "remind_", "expire_", "sweep_", "keep_")  # nobody acts: a date was missed, a post ended
# Files that read the clock all the same → why.
OWN_CLOCK: dict[str, str] = {}


def calls(path: Path) -> Iterator[tuple[ast.Call, str, str]]:
    """(call, what it is called on, name) of every call in a file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node, "", node.func.id
            elif isinstance(node.func, ast.Attribute):
                owner = node.func.value
                yield node, getattr(owner, "id", getattr(owner, "attr", "")), node.func.attr


def test_views_fetch_through_policies():
    own_fetch = [
        f"{shown(path)}:{node.lineno}"
        for path in of_kind("views")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_base_manager", "_default_manager"}
    ]
    assert not own_fetch, f"a view took rows past the policies: {own_fetch}"


def asks_the_clock(path: Path) -> Iterator[str]:
    """Calls that read the machine's clock. ``localdate(at)`` only turns a moment into a day, and is none of them."""
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module in {"django.utils.timezone", "datetime", "time"}
        for alias in node.names
    }
    for call, owner, name in calls(path):
        known = name in imported if not owner else owner in {"timezone", "datetime", "date", "dt", "time"}
        given = call.args or any(keyword.arg == "value" for keyword in call.keywords)
        if known and (name in READS_CLOCK or (name in CONVERTS and not given)):
            yield f"{shown(path)}:{call.lineno} {owner}.{name}()"


def test_time_is_an_argument():
    """Below the views nobody asks the clock, so that a test can stand at any moment of a history."""
    asked = [
        hit
        for path in of_kind("services", "rules", "policies", "selectors", "models", "enums", "forms")
        if shown(path) not in OWN_CLOCK
        for hit in asks_the_clock(path)
    ]
    assert not asked, f"take `at` instead: {asked}"


def verbs() -> Iterator[tuple[str, str, ast.FunctionDef]]:
    """(path:function, room, node) of every public verb (a function in a transaction) from access upward.

    Below, services are tools of other verbs (a worker, the trail) and have no person of their own.
    """
    above = [path for path in of_kind("services") if floors()[path.relative_to(PACKAGE).parts[0]] >= floors()["access"]]
    for path in above:
        for node in tree(path).body:
            in_transaction = any("atomic" in ast.unparse(each) for each in getattr(node, "decorator_list", []))
            if isinstance(node, ast.FunctionDef) and in_transaction and not node.name.startswith("_"):
                yield f"{shown(path)}:{node.name}", path.relative_to(PACKAGE).parts[0], node


def test_verbs_take_person_and_time_by_keyword():
    """A verb with its person and its moment mixed up would still run; named, they cannot be."""
    wrong = []
    for name, _room, node in verbs():
        by_place = {argument.arg for argument in [*node.args.posonlyargs, *node.args.args]}
        by_name = {argument.arg for argument in node.args.kwonlyargs}
        is_question = node.name.startswith(("may_", "can_", "visible_"))
        if not is_question and ("actor" in by_place or ("actor" in by_name and "at" in by_place)):
            wrong.append(name)
    assert not wrong, f"actor and at are keyword-only: {wrong}"


def test_verbs_have_a_person_behind_them():
    """From access upward whatever happens at a moment was done by somebody, or says here by whom."""
    nobody = [
        name
        for name, _room, node in verbs()
        if "at" in {argument.arg for argument in node.args.kwonlyargs}
        and "actor" not in {argument.arg for argument in node.args.kwonlyargs}
        and not node.name.startswith(BY_THE_CLOCK)
        and name not in WITHOUT_ACTOR
    ]
    assert not nobody, f"no actor: {nobody}"
    assert set(WITHOUT_ACTOR) <= {name for name, _room, _node in verbs()}


def test_models_keep_no_verbs():
    """A life cycle hidden in save() or in a signal is one nobody can read."""
    hidden = []
    for path in of_kind("models"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"}:
                hidden.append(f"{shown(path)}:{node.lineno} overrides {node.name}()")
    for path in files():
        modules = {node.module or "" for node in ast.walk(tree(path)) if isinstance(node, ast.ImportFrom)}
        # What a library announces (somebody signed in) may be heard; rows of ours announce through the outbox.
        heard = modules & {
            "django.contrib.auth.signals",
            "axes.signals",
            "allauth.account.signals",
            "allauth.mfa.signals",
        }
        if "django.db.models.signals" in modules or ("django.dispatch" in modules and not heard):
            hidden.append(f"{shown(path)} uses Django signals between rooms")
    assert not hidden, hidden


def test_services_see_no_request():
    seen = [
        f"{shown(path)}:{node.lineno} {node.name}"
        for path in of_kind("services", "policies", "selectors", "rules", "models")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and any(argument.arg == "request" for argument in node.args.args)
    ]
    assert not seen, seen


def test_public_functions_of_the_core_are_explained():
    """Whoever reads a rule or a verb reads its units and its refusals beside it."""
    silent = []
    for path in of_kind("services", "rules", "policies"):
        told = docstrings(tree(path))
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                first = node.body[0]
                if not (isinstance(first, ast.Expr) and id(first.value) in told) and len(node.body) > 3:
                    silent.append(f"{shown(path)}:{node.lineno} {node.name}")
    assert not silent, f"no docstring: {silent}"


def test_kinds_are_told_apart():
    assert {kind(path) for path in of_kind("services")} == {"services"}
