"""The tree, and one organisation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import door
from xinqiao.access.enums import Action, Depth
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.enums import OrganisationKind
from xinqiao.people.models import Organisation
from xinqiao.people.selectors import school_of
from xinqiao.registry import policies
from xinqiao.registry.forms.nodes import KindForm, NodeForm, SettingsForm, TreeFilter
from xinqiao.registry.rules import kinds_below
from xinqiao.registry.selectors import tree
from xinqiao.registry.services.nodes import add_node, close_node, edit_node, reopen_node
from xinqiao.registry.services.tenant import save_tenant_words
from xinqiao.registry.views.shared import page_of, school_and_tabs
from xinqiao.ui.verbs import refuse, words_of


@door(Action.SEE_PEOPLE)
def index(request: HttpRequest) -> HttpResponse:
    """A bureau sees its schools as a list; a school sees its grades and classes; a class teacher goes to the class."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    roots = tree.roots(actor)
    if len(roots) == 1 and roots[0].kind == "class":
        return redirect("registry:class", roots[0].pk)
    if len(roots) == 1 and roots[0].kind in ("school", *tree.INSIDE_SCHOOLS):
        return redirect("registry:node", roots[0].pk)
    form = TreeFilter(request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    inside_only = all(root.kind in tree.INSIDE_SCHOOLS for root in roots)
    nodes = policies.nodes_to_see(actor).filter(pk__in=[root.pk for root in roots]) if inside_only else None
    rows = (
        nodes
        if nodes is not None
        else tree.outer_nodes(actor, chosen.get("words", ""), closed=chosen.get("closed", False))
    )
    page = page_of(request, rows.order_by("path"))
    context = {"form": form, "page": page, "lines": tree.lines(page.object_list, now), "inside_only": inside_only}
    return render(request, "registry/tree.html", context)


@door(Action.SEE_PEOPLE)
def node(request: HttpRequest, node_id: int) -> HttpResponse:
    """One organisation: numbers, posts, what is below."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    row = get_object_or_404(policies.nodes_to_see(actor), pk=node_id)
    if row.kind == "class":
        return redirect("registry:class", row.pk)
    path = row.path or "-"
    school = school_of(row)
    lines = tree.below(row, now) if row.kind == "school" else tree.children(row, now)
    context = {
        "node": row,
        "title": tree.titles([row], localdate(now))[row.pk],
        "kind": _kind_words(row.kind),
        "way": tree.way_to(row, actor, now),
        "lines": lines,
        "students": tree.students_below([path], now).get(path, 0),
        "staff": tree.staff_below(row, now),
        "classes": sum(line.node.kind == "class" for line in lines),
        "posts": tree.posts_at(row, now) if actor.depth(Action.SEE_PEOPLE, path) >= policies.WITH_NAMES else None,
        "keeps": actor.may(Action.MANAGE_PEOPLE, path),
        "appoints": actor.may(Action.MANAGE_POSTS, path) and not row.closed_on,
        "calendar": actor.may(Action.MANAGE_CALENDAR, path) and policies.calendars_to_keep(actor).filter(pk=row.pk),
        "settings": row.kind == "school" and actor.may(Action.MANAGE_PEOPLE, path, Depth.CARE),
        "can_add": kinds_below(row.kind, in_school=school is not None),
    }
    return render(request, "registry/node.html", context)


def _kind_words(kind: str) -> str:
    return str(OrganisationKind(kind).label) if kind in OrganisationKind.values else kind


def _kept(request: HttpRequest, node_id: int) -> Organisation:
    return get_object_or_404(policies.nodes_to_keep(request.actor), pk=node_id)  # type: ignore[attr-defined]


@door(Action.MANAGE_PEOPLE)
def node_add(request: HttpRequest, node_id: int) -> HttpResponse:
    """First which kind, then what such a node needs."""
    parent = _kept(request, node_id)
    kinds = kinds_below(parent.kind, in_school=school_of(parent) is not None)
    kind = kinds[0] if len(kinds) == 1 else request.GET.get("kind", "")
    context = {
        "parent": parent,
        "title": tree.titles([parent], localdate(timezone.now()))[parent.pk],
        "kind": _kind_words(kind) if kind in kinds else "",
    }
    if kind not in kinds:
        context["form"] = KindForm(kinds)
        return render(request, "registry/node_kind.html", context)
    form = NodeForm(kind, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = add_node(
                actor=request.actor,  # type: ignore[attr-defined]
                parent=parent,
                kind=kind,
                values=form.cleaned_data,
                at=timezone.now(),
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已添加。"))
            return redirect("registry:node", row.pk)
    return render(request, "registry/node_form.html", {**context, "form": form, "back": parent})


@door(Action.MANAGE_PEOPLE)
def node_edit(request: HttpRequest, node_id: int) -> HttpResponse:
    row = _kept(request, node_id)
    initial = {name: getattr(row, name) for name in ("name", "code", "system", "stage", "entry_year", "number")}
    form = NodeForm(row.kind, request.POST or None, initial=initial, editing=True)
    if row.kind == "grade":
        messages.info(request, _("年级的学段和入学年份跟着这一届学生，不能修改；登记错了请停用后重新添加。"))
        return redirect("registry:node", row.pk)
    if request.method == "POST" and form.is_valid():
        try:
            edit_node(actor=request.actor, node=row, values=form.cleaned_data, at=timezone.now())  # type: ignore[attr-defined]
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect("registry:node", row.pk)
    title = tree.titles([row], localdate(timezone.now()))[row.pk]
    return render(request, "registry/node_form.html", {"form": form, "title": title, "back": row, "node": row})


@require_POST
@door(Action.MANAGE_PEOPLE)
def node_close(request: HttpRequest, node_id: int) -> HttpResponse:
    row = _kept(request, node_id)
    try:
        close_node(actor=request.actor, node=row, at=timezone.now())  # type: ignore[attr-defined]
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, _("已停用，里面的岗位今天结束。"))
    return redirect("registry:node", row.pk)


@require_POST
@door(Action.MANAGE_PEOPLE)
def node_reopen(request: HttpRequest, node_id: int) -> HttpResponse:
    row = _kept(request, node_id)
    try:
        reopen_node(actor=request.actor, node=row, at=timezone.now())  # type: ignore[attr-defined]
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, _("已恢复。岗位需要重新任命。"))
    return redirect("registry:node", row.pk)


@door(Action.MANAGE_PEOPLE)
def settings(request: HttpRequest) -> HttpResponse:
    """What a school says of itself on every page of its students and staff."""
    school, schools = school_and_tabs(request, Action.MANAGE_PEOPLE, Depth.CARE)
    if school is None:
        return render(request, "registry/choose_school.html", {"schools": schools, "heading": _("学校设置")})
    form = SettingsForm(request.POST or None, school=school)
    if request.method == "POST" and form.is_valid():
        try:
            save_tenant_words(actor=request.actor, school=school, words=form.words(), at=timezone.now())  # type: ignore[attr-defined]
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已保存，学生和老师的页面马上使用新的内容。"))
            return redirect(request.get_full_path())
    return render(request, "registry/settings.html", {"form": form, "school": school})
