"""The verbs of the library."""

from xinqiao.packs.services.reviewing import publish, restore, send_back, submit, take_back, withdraw
from xinqiao.packs.services.shipping import load_shipped
from xinqiao.packs.services.writing import (
    compiled,
    copy_edition,
    discard,
    draft_edition,
    move_to_parent,
    new_version,
    rebased,
    save_draft,
)

__all__ = [
    "compiled", "copy_edition", "discard", "draft_edition", "load_shipped", "move_to_parent", "new_version", "publish",
    "rebased", "restore", "save_draft", "send_back", "submit", "take_back", "withdraw",
]  # fmt: skip
