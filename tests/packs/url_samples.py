"""Objects of one school behind the addresses of this room."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tests.packs.samples import SMALL, smaller
from xinqiao.packs import services

TEXT = smaller(SMALL, ("applies_to: [bureau]", "applies_to: [bureau, school]"))


def samples(world: Any) -> dict[str, dict[str, Any]]:
    draft = services.draft_edition(actor=world.actors["insider"], owner=world.school, text=TEXT, at=timezone.now())
    names = (
        "edition", "file", "compare", "copy", "edit", "check", "next", "parent", "discard", "submit", "take_back",
        "send_back", "publish", "withdraw", "restore",
    )  # fmt: skip
    return {f"packs:{name}": {"edition_id": draft.pk} for name in names}
