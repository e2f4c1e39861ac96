"""Who read this, and what stands out."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.doors import door
from xinqiao.access.enums import Action, Depth
from xinqiao.access.policies import visible_students
from xinqiao.access.selectors import trail as trails
from xinqiao.access.selectors.register import place_of
from xinqiao.audit.services import record

PER_PAGE = 50


@door(Action.SEE_TRAIL, reading=True)
def trail(request: HttpRequest, person_id: int) -> HttpResponse:
    """One student: every reading and every act, newest first. Looking here leaves a line as well."""
    actor, now = request.actor, timezone.now()
    person = get_object_or_404(visible_students(actor, now, Action.SEE_TRAIL, Depth.CARE), pk=person_id)
    only = request.GET.get("show") == "readings"
    page = Paginator(trails.trail_of(person, only_readings=only), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "person": person,
        "page": page,
        "readings": trails.described(page.object_list),
        "tabs": [
            {"label": _("全部"), "url": request.path, "current": not only},
            {"label": _("只看查阅"), "url": f"{request.path}?show=readings", "current": only},
        ],
    }
    record(
        account=actor.account,
        who=actor.who,
        action="trail.read",
        at=now,
        owner=place_of(person, now).pk,
        person=person.pk,
        reading=True,
    )
    return render(request, "access/trail/person.html", context)


@door(Action.SEE_TRAIL)
def unusual(request: HttpRequest) -> HttpResponse:
    """Readings of the last thirty days that stand out. Students are not named here."""
    now = timezone.now()
    found = trails.unusual_readings(request.actor, trails.since_default(now))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "access/trail/unusual.html", {"page": page})
