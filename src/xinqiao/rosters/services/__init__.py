"""The verbs of an import: receive, read, decide, apply, undo, discard."""

from xinqiao.rosters.services.applying import ACTING, apply_roster, start_applying
from xinqiao.rosters.services.deciding import decide_all, decide_row
from xinqiao.rosters.services.previewing import make_preview
from xinqiao.rosters.services.receiving import (
    ask_for_preview,
    choose_sheet,
    discard,
    note_export,
    receive,
)
from xinqiao.rosters.services.undoing import undo_roster

__all__ = [
    "ACTING",
    "apply_roster",
    "ask_for_preview",
    "choose_sheet",
    "decide_all",
    "decide_row",
    "discard",
    "make_preview",
    "note_export",
    "receive",
    "start_applying",
    "undo_roster",
]
