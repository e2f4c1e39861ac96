"""What the pages of this room have in common: rows through the policies, a verb tried, a refusal shown."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone

from xinqiao.audit.services import record
from xinqiao.documents.downloads import disposition
from xinqiao.inspections import figures, policies
from xinqiao.inspections.models import Proof, Round, Sheet
from xinqiao.inspections.selectors import Line, lines_of


def find_round(request: HttpRequest, round_id: int) -> Round:
    rows = policies.visible_rounds(request.actor)  # type: ignore[attr-defined]
    return get_object_or_404(rows.select_related("organisation", "plan"), pk=round_id)


def find_sheet(request: HttpRequest, sheet_id: int) -> Sheet:
    rows = policies.visible_sheets(request.actor)  # type: ignore[attr-defined]
    rows = rows.select_related("round__organisation", "unit", "self_by", "checked_by")
    return get_object_or_404(rows, pk=sheet_id)


def lines_with_figures(sheet: Sheet) -> list[Line]:
    """Items with the figures beside them: as they were when it was checked, else as they are now."""
    if sheet.checked_at is not None:
        return lines_of(sheet, sheet.system)
    return lines_of(sheet, figures.beside(sheet.round.read, [sheet.unit], timezone.localdate())[sheet.unit_id])


def note_reading(request: HttpRequest, row: Any, owner: int, **facts: Any) -> None:
    """A paper left the house; the trail says who took it."""
    actor = request.actor  # type: ignore[attr-defined]
    record(
        account=actor.account, who=actor.who, action="inspection.paper", at=timezone.now(), owner=owner, subject=row,
        reading=True, **facts,
    )  # fmt: skip


def file_of(proof: Proof) -> HttpResponseBase:
    """A proof: pictures are shown, everything else is a download."""
    ending = proof.name.rpartition(".")[2].lower()
    picture = {"jpg": "image/jpeg", "png": "image/png"}.get(ending)
    answer = FileResponse(proof.file.open("rb"), content_type=picture or "application/octet-stream")
    answer["Content-Disposition"] = disposition(proof.name, "inline" if picture else "attachment")
    answer["Cache-Control"] = "private, max-age=3600"
    return answer
