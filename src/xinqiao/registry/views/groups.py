"""Population groups of a school."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.doors import door
from xinqiao.access.enums import Action, Depth
from xinqiao.kernel.refusal import Refusal
from xinqiao.registry import policies
from xinqiao.registry.forms.nodes import GroupForm
from xinqiao.registry.selectors import persons
from xinqiao.registry.selectors.tree import titles
from xinqiao.registry.services.groups import add_group
from xinqiao.registry.views.shared import page_of, school_and_tabs
from xinqiao.ui.verbs import refuse


@door(Action.SEE_PEOPLE)
def groups(request: HttpRequest) -> HttpResponse:
    """Groups the actor may know, with how many students of the school are in them."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    school, schools = school_and_tabs(request, Action.SEE_PEOPLE, policies.WITH_NAMES)
    if school is None:
        return render(request, "registry/choose_school.html", {"schools": schools, "heading": _("关注群体")})
    context = {
        "school": school,
        "lines": persons.groups_with_counts(actor, school, now),
        "keeps": policies.group_depth(actor, school.path or "-") >= Depth.RESULTS,
    }
    return render(request, "registry/groups.html", context)


@door(Action.SEE_PEOPLE)
def group_add(request: HttpRequest) -> HttpResponse:
    school, schools = school_and_tabs(request, Action.SEE_PEOPLE, Depth.RESULTS)
    if not schools:
        raise PermissionDenied(_("新增群体由心理教师办理。"))
    if school is None:
        return render(request, "registry/choose_school.html", {"schools": schools, "heading": _("新增群体")})
    form = GroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_group(actor=request.actor, owner=school, at=timezone.now(), **form.cleaned_data)  # type: ignore[attr-defined]
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已新增群体。"))
            return redirect(f"{reverse('registry:groups')}?school={school.pk}")
    return render(request, "registry/group_add.html", {"form": form, "school": school})


@door(Action.SEE_PEOPLE)
def group(request: HttpRequest, school_id: int, group_id: int) -> HttpResponse:
    """Who is in a group at a school."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    school = get_object_or_404(policies.schools_for(actor, Action.SEE_PEOPLE, policies.WITH_NAMES), pk=school_id)
    row = get_object_or_404(policies.groups_to_see(actor, school), pk=group_id)
    page = page_of(request, persons.members(row, school, now))
    places = persons.places([member.person_id for member in page.object_list], now)
    names = titles({place.class_node for place in places.values()}, timezone.localdate(now))
    context = {
        "school": school,
        "group": row,
        "page": page,
        "rows": [(member, names.get(places[member.person_id].class_node_id, "")) for member in page.object_list],
    }
    return render(request, "registry/group.html", context)
