"""The one-way street where import-linter is blind: relations between models, and lists that must name each room."""

from __future__ import annotations

import importlib.util

import pytest
from django.apps import apps
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

from tests.architecture.street import PACKAGE, floors, room_of
from xinqiao.config import cli


def ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if room_of(model.__module__)]


def test_every_relation_points_down_the_street():
    upward = []
    for model in ours():
        here = room_of(model.__module__)
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
            there = room_of(field.related_model.__module__) if isinstance(field.related_model, type) else None
            if there and there != here and floors()[there] >= floors()[here]:
                upward.append(f"{model._meta.label}.{field.name} → {field.related_model._meta.label}")
    assert not upward, f"a lower (or neighbouring) room knows an upper one: {upward}"


def test_no_relation_hides_its_target():
    """A generic foreign key points anywhere, so nobody could say which way the street runs."""
    hidden = [f"{model._meta.label}.{field.name}" for model in ours() for field in model._meta.private_fields]
    assert not hidden


def test_every_room_is_on_a_floor_and_every_floor_is_a_room():
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} == set(floors())


def test_every_room_with_models_is_installed():
    installed = {config.name for config in apps.get_app_configs()}
    with_models = {f"xinqiao.{path.parent.name}" for path in PACKAGE.glob("*/models.py")}
    with_pages = {f"xinqiao.{path.parent.name}" for path in PACKAGE.glob("*/templates")}
    assert (with_models | with_pages) <= installed
    assert {f"xinqiao.{room_of(name)}" for name in settings.ROOMS} <= installed


def test_every_rooms_commands_are_reachable():
    with_commands = {room for room in floors() if importlib.util.find_spec(f"xinqiao.{room}.commands")}
    assert with_commands <= set(cli.ROOMS)


@pytest.mark.parametrize("label", [config.label for config in apps.get_app_configs() if room_of(config.name)])
def test_migrations_can_be_undone(label):
    """An upgrade that fails half-way in a school has to be taken back by the same hands that started it."""
    stuck = [
        f"{key[1]}: {operation.describe()}"
        for key, migration in MigrationLoader(None).disk_migrations.items()
        if key[0] == label
        for operation in migration.operations
        if isinstance(operation, migrations.RunPython | migrations.RunSQL) and not operation.reversible
    ]
    assert not stuck
