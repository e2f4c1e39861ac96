"""The student file (一生一档): what the rooms know of one student, as deep as the reader's post goes."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.timezone import localdate

from xinqiao.access.doors import door
from xinqiao.access.enums import Action, Depth
from xinqiao.cases import policies
from xinqiao.cases.forms import StudentFilter
from xinqiao.cases.selectors import duty_rows, titles
from xinqiao.cases.selectors.file import File, file_of, story, students
from xinqiao.cases.views.shared import page, read
from xinqiao.ui import slots

PAGE = 50


@door(Action.SEE_FILE)
def find(request: HttpRequest) -> HttpResponse:
    """Find a student in reach. The list shows names and classes only, for everyone."""
    at = timezone.now()
    filter_form = StudentFilter(request.GET)
    text = filter_form.cleaned_data["q"].strip() if filter_form.is_valid() else ""
    sheet = Paginator(students(request.actor, at, text=text), PAGE).get_page(request.GET.get("page"))
    names = titles([row.class_node for row in sheet.object_list], at)
    shown = [(row, names[row.class_node_id]) for row in sheet.object_list]
    return page(request, "cases/students.html", {"page": sheet, "rows": shown, "filter_form": filter_form})


@door(Action.SEE_FILE, Action.BREAK_GLASS, reading=True)
def file(request: HttpRequest, person_id: int) -> HttpResponse:
    """One student's file; reading it leaves a trace with its depth."""
    at, actor = timezone.now(), request.actor
    person = get_object_or_404(policies.visible_files(actor, at), pk=person_id)
    held = file_of(actor, person, at)
    read(request, "file.read", person, owner=held.owner, person=person.pk, at=at, depth=int(held.depth))
    depth = held.depth
    seen = set(policies.visible_duties(actor, at).filter(person=person).values_list("pk", flat=True))
    pieces = slots.filled("file", request, person=person, depth=depth, at=at)
    context = {
        "file": held,
        "person": person,
        "at": at,
        "class_title": _title(held, at),
        "age": person.age_on(localdate(at)),
        "deep": {"plan": depth >= Depth.PLAN, "results": depth >= Depth.RESULTS, "notes": depth >= Depth.NOTES},
        "duties": [(row, row.duty.pk in seen) for row in duty_rows(actor, held.duties, at)],
        "guardians": [(row, _phone(row.guardian) if held.phones else "") for row in held.guardians],
        "story": story(held) if depth >= Depth.PLAN else [],
        "sections": [section for piece in pieces for section in piece],
        "may_open": _may_open(request, held),
        "glass": person.pk in actor.glass,
    }
    return page(request, "cases/file.html", context)


def _title(held: File, at: Any) -> str:
    return titles([held.place.class_node], at)[held.place.class_node_id] if held.place else ""


def _phone(person: Any) -> str:
    return person.phone.reveal() if person.phone else ""


def _may_open(request: HttpRequest, held: File) -> bool:
    """Whether a case can be opened here: by who runs cases, for today's student with a level or a group."""
    if held.place is None or any(case.state != "closed" for case in held.cases):
        return False
    if not request.actor.may(Action.RUN_CASE, held.place.class_node.path, Depth.NOTES):
        return False
    standing = next((row for row in held.levels if row.state == "standing"), None)
    return bool(held.groups) or (standing is not None and standing.level > 0)
