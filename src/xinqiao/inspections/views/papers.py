"""Papers of a round: the notice, the letter to a unit, the workbook."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.doors import STAFF, door
from xinqiao.access.enums import Action
from xinqiao.documents import word
from xinqiao.documents.downloads import DOCX, XLSX, attachment
from xinqiao.inspections import exports, lettering, policies, selectors
from xinqiao.inspections.enums import SheetState
from xinqiao.inspections.views.shared import find_round, find_sheet, lines_with_figures, note_reading


@door(Action.INSPECT)
def notice(request: HttpRequest, round_id: int) -> HttpResponseBase:
    """The notice to all as Word; with ``?units=1`` the result of each unit stands in it."""
    round_ = find_round(request, round_id)
    if not policies.runs(request.actor, round_.organisation):
        raise PermissionDenied
    if round_.state not in policies.OUT:
        raise Http404
    sheets = selectors.sheets_of(round_)
    paper = lettering.notice(
        round_, sheets, selectors.spread_of(round_), list(selectors.mendings_of(sheets)),
        units=request.GET.get("units") == "1", on=timezone.localdate(),
    )  # fmt: skip
    with transaction.atomic():
        note_reading(request, round_, round_.organisation_id, paper="notice")
    return attachment(f"{paper.title}.docx", DOCX, word.report(paper))


@door(Action.INSPECT)
def book(request: HttpRequest, round_id: int) -> HttpResponseBase:
    round_ = find_round(request, round_id)
    if not policies.runs(request.actor, round_.organisation):
        raise PermissionDenied
    sheets = selectors.sheets_of(round_)
    data = exports.round_book(
        round_, sheets, selectors.marks_of(sheets), selectors.spread_of(round_), list(selectors.mendings_of(sheets))
    )
    with transaction.atomic():
        note_reading(request, round_, round_.organisation_id, paper="book")
    return attachment(f"{round_.title}.xlsx", XLSX, data)


@door(STAFF)
def letter(request: HttpRequest, sheet_id: int) -> HttpResponseBase:
    """Feedback to one unit as Word, for the office and the unit itself."""
    sheet = find_sheet(request, sheet_id)
    if not policies.sees_check(request.actor, sheet):
        raise PermissionDenied(_("检查结果发布以后才能看。"))
    if sheet.state != SheetState.CHECKED:
        raise Http404
    paper = lettering.letter(sheet, lines_with_figures(sheet), list(sheet.appeals.all()), on=timezone.localdate())
    with transaction.atomic():
        note_reading(request, sheet, sheet.round.organisation_id, paper="letter")
    return attachment(f"{paper.title} {sheet.unit.name}.docx", DOCX, word.report(paper))
