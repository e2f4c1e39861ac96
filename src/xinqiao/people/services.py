"""Verbs that keep the tree whole. Who may use them is decided by the rooms above (``registry``, ``rosters``)."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from xinqiao.people.models import Organisation


@transaction.atomic
def add_organisation(*, parent: Organisation | None, kind: str, name: str, **fields: Any) -> Organisation:
    """A new node below ``parent`` with its path."""
    node = Organisation.objects.create(parent=parent, kind=kind, name=name, **fields)
    node.path = f"{parent.path if parent else '/'}{node.pk}/"
    node.save(update_fields=["path"])
    return node
