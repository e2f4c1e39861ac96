"""Verbs of the room; each is documented where it lives."""

from xinqiao.access.services.consents import (
    Signature,
    decline,
    ensure_texts,
    give_consent,
    publish_text,
    record_papers,
    text_for,
    withdraw,
)
from xinqiao.access.services.entry import (
    bind_guardian,
    enter_student,
    find_binding,
    issue_binding_codes,
    issue_student_codes,
    slip_fragment,
)
from xinqiao.access.services.glass import break_glass, confirm_told, end_glass, review_glass
from xinqiao.access.services.links import is_alive, make_link, open_link, revoke_link
from xinqiao.access.services.staff import close_account, found_house, open_staff_account, remove_second_factor

__all__ = [
    "Signature",
    "bind_guardian",
    "break_glass",
    "close_account",
    "confirm_told",
    "decline",
    "end_glass",
    "ensure_texts",
    "enter_student",
    "find_binding",
    "found_house",
    "give_consent",
    "is_alive",
    "issue_binding_codes",
    "issue_student_codes",
    "make_link",
    "open_link",
    "open_staff_account",
    "publish_text",
    "record_papers",
    "remove_second_factor",
    "review_glass",
    "revoke_link",
    "slip_fragment",
    "text_for",
    "withdraw",
]
