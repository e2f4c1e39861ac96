"""The same house stands on SQLite and on PostgreSQL (this file runs once on each)."""

from __future__ import annotations

import os

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def test_this_run_is_on_the_database_it_was_asked_for():
    assert connection.vendor == ("postgresql" if os.environ.get("XINQIAO_DATABASE_URL") else "sqlite")


def test_every_migration_is_applied_and_every_table_is_there():
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    tables = set(connection.introspection.table_names())
    assert {model._meta.db_table for model in apps.get_models() if model._meta.managed} <= tables


def declared_names(table: str) -> str:
    """What the database says about a table: SQLite its statements, PostgreSQL the names of its constraints."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":  # Django's own reader of SQLite's constraints stumbles over nested conditions
            cursor.execute("SELECT sql FROM sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL", [table])
            return " ".join(row[0] for row in cursor.fetchall())
        return " ".join(f'"{name}"' for name in connection.introspection.get_constraints(cursor, table))


def test_every_declared_constraint_is_in_the_database():
    """A constraint that only exists in a model refuses nothing."""
    missing = []
    for model in apps.get_models():
        there = declared_names(model._meta.db_table)
        missing += [each.name for each in model._meta.constraints if f'"{each.name}"' not in there]
    assert not missing
