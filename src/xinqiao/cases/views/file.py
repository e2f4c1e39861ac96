"""The student file (一生一档): what the rooms know of one student, as deep as the reader's post goes."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.timezone import localdate

from xinqiao.access.doors import door
from xinqiao.access.enums import Action, Depth
from xinqiao.access.policies import depth_into, visible_enrolments, visible_students
from xinqiao.audit.services import record
from xinqiao.cases import policies
from xinqiao.cases.forms import StudentFilter
from xinqiao.cases.selectors import duty_rows, guardians_of, student_rows, titles
from xinqiao.people.models import GroupMembership, current
from xinqiao.people.selectors import current_enrolment
from xinqiao.signals.models import LevelChange
from xinqiao.ui import slots

PAGE = 50


@door(Action.SEE_FILE)
def students(request: HttpRequest) -> HttpResponse:
    """Find a student in reach. The list shows names and classes only, for everyone."""
    at = timezone.now()
    filter_form = StudentFilter(request.GET)
    text = filter_form.cleaned_data["q"].strip() if filter_form.is_valid() else ""
    rows = student_rows(visible_enrolments(request.actor, at, Action.SEE_FILE), text=text)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    names = titles([row.class_node for row in page.object_list], at)
    shown = [(row, names[row.class_node_id]) for row in page.object_list]
    return render(request, "cases/students.html", {"page": page, "rows": shown, "filter_form": filter_form})


@door(Action.SEE_FILE, Action.BREAK_GLASS, reading=True)
def file(request: HttpRequest, person_id: int) -> HttpResponse:
    """One student's file; reading it leaves a trace with its depth."""
    at, actor = timezone.now(), request.actor
    person = get_object_or_404(visible_students(actor, at), pk=person_id)
    depth = depth_into(actor, person, at)
    place = current_enrolment(person, localdate(at))
    school_id = place.school_id if place else person.keeper_id
    record(
        account=actor.account, who=actor.who, action="file.read", at=at, owner=school_id, subject=person,
        person=person.pk, reading=True, depth=int(depth),
    )  # fmt: skip
    duties = policies.visible_duties(actor, at).filter(person=person)
    if depth < Depth.PLAN:
        duties = duties.filter(holder=actor.person)
    duties = duties.select_related("person", "holder", "class_node", "school").order_by("-given_at")[:20]
    groups = GroupMembership.objects.filter(current(localdate(at)), person=person, group__depth__lte=int(depth))
    levels = LevelChange.objects.filter(person=person).select_related("set_by", "second_by").order_by("-set_at")
    context = {
        "person": person,
        "place": place,
        "class_title": titles([place.class_node], at)[place.class_node_id] if place else "",
        "age": person.age_on(localdate(at)),
        "depth": int(depth),
        "deep": {"plan": depth >= Depth.PLAN, "results": depth >= Depth.RESULTS, "notes": depth >= Depth.NOTES},
        "guardians": _guardians(person, at, depth),
        "groups": groups.select_related("group"),
        "levels": list(levels[:20]) if depth >= Depth.PLAN else [],
        "duties": duty_rows(actor, list(duties), at),
        "cases": policies.visible_cases(actor, at).filter(person=person).select_related("owner"),
        "sections": [s for piece in slots.filled("file", request, person=person, depth=depth, at=at) for s in piece],
        "may_open": depth >= Depth.NOTES and actor.may(Action.RUN_CASE),
        "may_trail": actor.may(Action.SEE_TRAIL, (place.class_node.path if place else None)),
        "glass": person.pk in actor.glass,
    }
    return render(request, "cases/file.html", context)


def _guardians(person: object, at: object, depth: Depth) -> list[tuple[object, str]]:
    """Guardians with the phone for who cares for the student; the class teacher needs it to call home."""
    return [
        (row, row.guardian.phone.reveal() if row.guardian.phone and depth >= Depth.CARE else "")
        for row in guardians_of(person, at)  # type: ignore[arg-type]
    ]
