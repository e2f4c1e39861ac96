"""A class and its students."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.doors import door
from xinqiao.access.enums import Action, Depth, PostKind
from xinqiao.audit.services import record
from xinqiao.documents.downloads import XLSX, attachment
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation
from xinqiao.people.selectors import school_of
from xinqiao.registry import exports, policies
from xinqiao.registry.forms.nodes import SourceForm
from xinqiao.registry.forms.persons import StudentFilter, StudentForm
from xinqiao.registry.forms.staff import PeerForm
from xinqiao.registry.selectors import classes, persons, tree
from xinqiao.registry.services.appointing import appoint
from xinqiao.registry.services.groups import set_members
from xinqiao.registry.services.persons import add_student
from xinqiao.registry.views.shared import page_of
from xinqiao.ui.verbs import refuse


def _class(request: HttpRequest, node_id: int) -> Organisation:
    return get_object_or_404(policies.classes_to_see(request.actor), pk=node_id)  # type: ignore[attr-defined]


@door(Action.SEE_PEOPLE)
def class_page(request: HttpRequest, node_id: int) -> HttpResponse:
    """Students of a class; who only counts sees numbers (404 here: they have no names to see)."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    node = _class(request, node_id)
    path = node.path or "-"
    form = StudentFilter(request.GET or None)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    page = page_of(request, classes.students(node, words, now))
    rows = list(page.object_list)
    contacts, groups = classes.first_contacts(rows, now), classes.groups_of(rows, actor, node, now)
    appoints = actor.may(Action.MANAGE_POSTS, path) and not node.closed_on
    context = {
        "node": node,
        "title": tree.titles([node], localdate(now))[node.pk],
        "way": tree.way_to(node, actor, now),
        "form": form,
        "page": page,
        "rows": [(row, contacts.get(row.person_id), groups.get(row.person_id, [])) for row in rows],
        "searching": bool(words.strip()),
        "group_lines": persons.groups_with_counts(actor, node, now),
        "keeps_groups": policies.group_depth(actor, path) >= Depth.RESULTS,
        "posts": [post for post in tree.posts_at(node, now) if post.kind != PostKind.PEER_REP],
        "peers": classes.peer_reps(node, now),
        "appoints": appoints,
        "keeps": policies.classes_to_keep(actor).filter(pk=node.pk).exists(),
        "edits": actor.may(Action.MANAGE_PEOPLE, path),
        "school": school_of(node),
    }
    return render(request, "registry/class.html", context)


@door(Action.SEE_PEOPLE, fresh=True, reading=True)
def class_export(request: HttpRequest, node_id: int) -> HttpResponseBase:
    """The class list as Excel: no phones, no identity numbers; groups as far as the actor may know them."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    node = _class(request, node_id)
    school = school_of(node) or node
    title = tree.titles([node], localdate(now))[node.pk]
    rows = list(classes.students(node, "", now))
    with transaction.atomic():
        record(
            account=actor.account,
            who=actor.who,
            action="class.exported",
            at=now,
            owner=school.pk,
            subject=node,
            reading=True,
            students=len(rows),
        )
    data = exports.class_list(actor, node, f"{school.name} {title}", rows, now)
    return attachment(f"{school.name} {title} {localdate(now):%Y-%m-%d}.xlsx", XLSX, data)


@door(Action.MANAGE_PEOPLE)
def student_add(request: HttpRequest, node_id: int) -> HttpResponse:
    node = get_object_or_404(policies.classes_to_keep(request.actor), pk=node_id)  # type: ignore[attr-defined]
    form = StudentForm(request.POST or None)
    now = timezone.now()
    if request.method == "POST" and form.is_valid():
        try:
            person = add_student(actor=request.actor, class_node=node, student=form.student(), at=now)  # type: ignore[attr-defined]
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已添加。接着可以登记监护人。"))
            return redirect("registry:person", person.pk)
    title = tree.titles([node], localdate(now))[node.pk]
    return render(request, "registry/student_add.html", {"form": form, "node": node, "title": title})


@door(Action.MANAGE_POSTS)
def peer_add(request: HttpRequest, node_id: int) -> HttpResponse:
    """A student becomes peer rep of the class."""
    node, now = _class(request, node_id), timezone.now()
    if not policies.nodes_to_staff(request.actor).filter(pk=node.pk).exists():  # type: ignore[attr-defined]
        return redirect("registry:class", node.pk)
    rows = {row.person_id: row for row in classes.students(node, "", now)}
    choices = [(pk, f"{row.student_number} {row.person.name}") for pk, row in rows.items()]
    form = PeerForm(choices, request.POST or None, on=localdate(now))
    if request.method == "POST" and form.is_valid():
        try:
            appoint(
                actor=request.actor,  # type: ignore[attr-defined]
                person=rows[form.cleaned_data["person"]].person,
                kind=PostKind.PEER_REP,
                organisation=node,
                starts_on=form.cleaned_data["starts_on"],
                ends_on=form.cleaned_data["ends_on"],
                at=now,
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已任命心理委员。"))
            return redirect("registry:class", node.pk)
    title = tree.titles([node], localdate(now))[node.pk]
    return render(request, "registry/peer_add.html", {"form": form, "node": node, "title": title})


@door(Action.SEE_PEOPLE)
def class_group(request: HttpRequest, node_id: int, group_id: int) -> HttpResponse:
    """A checklist: who of the class is in a group."""
    actor, now, node = request.actor, timezone.now(), _class(request, node_id)  # type: ignore[attr-defined]
    group = get_object_or_404(policies.groups_to_keep(actor, node), pk=group_id)
    rows = list(classes.students(node, "", now))
    inside = {row.person_id: row for row in persons.members(group, node, now)}
    form = SourceForm(request.POST or None)
    chosen = set(inside)
    if request.method == "POST":
        chosen = {int(pk) for pk in request.POST.getlist("people") if pk.isdecimal()}
        if form.is_valid():
            try:
                source = form.cleaned_data["source"]
                changed = set_members(actor=actor, class_node=node, group=group, people=chosen, source=source, at=now)
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                words = _("已保存：新增 %(added)d 人，移出 %(removed)d 人。")
                messages.success(request, words % {"added": changed.added, "removed": changed.removed})
                return redirect("registry:class", node.pk)
    context = {
        "node": node,
        "group": group,
        "form": form,
        "rows": [(row, inside.get(row.person_id), row.person_id in chosen) for row in rows],
        "title": tree.titles([node], localdate(now))[node.pk],
    }
    return render(request, "registry/class_group.html", context)
