"""Members of staff, their posts and accounts."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from xinqiao.access.doors import door
from xinqiao.access.enums import Action, PostKind
from xinqiao.access.models import Post
from xinqiao.access.services import close_account, open_staff_account
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Person
from xinqiao.registry import policies
from xinqiao.registry.endings import is_over
from xinqiao.registry.forms.staff import (
    AccountForm,
    EndPostForm,
    PostForm,
    StaffEditForm,
    StaffFilter,
    StaffForm,
    WhereForm,
)
from xinqiao.registry.rules import posts_that_fit
from xinqiao.registry.selectors import staff as reads
from xinqiao.registry.selectors.tree import titles
from xinqiao.registry.services.appointing import add_staff, appoint, edit_staff, end_post
from xinqiao.registry.views.shared import page_of
from xinqiao.ui.verbs import refuse, words_of

KEEPS_NOBODY = Q(kind__in=("grade", "class")) | Q(kind="department", parent__isnull=False)
"""Where no staff is registered: parts of a school or an office. A department that stands on its own has its own."""


def _person(request: HttpRequest, person_id: int) -> Person:
    rows = policies.staff_in_reach(request.actor, timezone.now())  # type: ignore[attr-defined]
    return get_object_or_404(rows.select_related("account", "keeper"), pk=person_id)


@door(Action.MANAGE_POSTS)
def staff(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = StaffFilter(request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {"words": "", "kind": ""}
    page = page_of(request, reads.staff(request.actor, chosen["words"], chosen["kind"], now))  # type: ignore[attr-defined]
    context = {"form": form, "page": page, "lines": reads.with_posts(page.object_list, now)}
    return render(request, "registry/staff.html", context)


@sensitive_post_parameters("phone")
@door(Action.MANAGE_POSTS)
def staff_add(request: HttpRequest) -> HttpResponse:
    keepers = policies.nodes_to_staff(request.actor).exclude(KEEPS_NOBODY).order_by("path")  # type: ignore[attr-defined]
    form = StaffForm(keepers, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = add_staff(
                actor=request.actor,  # type: ignore[attr-defined]
                keeper=form.cleaned_data["keeper"],
                particulars=form.particulars(),
                another=form.cleaned_data["another"],
                at=timezone.now(),
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已添加。接着任命岗位、开通账号。"))
            return redirect("registry:staff_person", person.pk)
    return render(request, "registry/staff_add.html", {"form": form})


@door(Action.MANAGE_POSTS)
def staff_person(request: HttpRequest, person_id: int) -> HttpResponse:
    person, now = _person(request, person_id), timezone.now()
    actor = request.actor  # type: ignore[attr-defined]
    line = reads.with_posts([person], now, past=True)[0]
    mine = set(policies.posts_to_end(actor).filter(person=person).values_list("pk", flat=True))
    context = {
        "person": person,
        "posts": [(row, row.post.pk in mine and row.state != "over") for row in line.posts],
        "opens": actor.may(Action.MANAGE_POSTS, person.keeper.path or "-"),
        "self": actor.person == person,
        "account_form": AccountForm(),
    }
    return render(request, "registry/staff_person.html", context)


@sensitive_post_parameters("phone")
@door(Action.MANAGE_POSTS)
def staff_edit(request: HttpRequest, person_id: int) -> HttpResponse:
    person = _person(request, person_id)
    form = StaffEditForm(request.POST or None, initial={"name": person.name, "sex": person.sex})
    if request.method == "POST" and form.is_valid():
        try:
            edit_staff(actor=request.actor, person=person, particulars=form.particulars(), at=timezone.now())  # type: ignore[attr-defined]
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect("registry:staff_person", person.pk)
    return render(request, "registry/staff_edit.html", {"form": form, "person": person})


@door(Action.MANAGE_POSTS)
def post_add(request: HttpRequest, person_id: int) -> HttpResponse:
    """First where, then which of the posts that fit there."""
    person, now = _person(request, person_id), timezone.now()
    nodes = list(reads.places_for(request.actor, person))  # type: ignore[attr-defined]
    names = titles(nodes, localdate(now))
    where_form = WhereForm([(row.pk, names[row.pk]) for row in nodes], request.GET or None)
    wanted = request.GET.get("organisation", "")
    node = next((row for row in nodes if str(row.pk) == wanted), None)
    if node is None:
        return render(request, "registry/post_where.html", {"form": where_form, "person": person})
    kinds = tuple(kind for kind in posts_that_fit(node.kind) if kind != PostKind.PEER_REP)
    form = PostForm(kinds, request.POST or None, on=localdate(now))
    if request.method == "POST" and form.is_valid():
        try:
            appoint(actor=request.actor, person=person, organisation=node, at=now, **form.cleaned_data)  # type: ignore[attr-defined]
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已任命。"))
            return redirect("registry:staff_person", person.pk)
    context = {"form": form, "person": person, "where": names[node.pk]}
    return render(request, "registry/post_add.html", context)


def _post(request: HttpRequest, post_id: int) -> Post:
    rows = policies.posts_to_end(request.actor).select_related("person", "organisation")  # type: ignore[attr-defined]
    return get_object_or_404(rows, pk=post_id)


@door(Action.MANAGE_POSTS)
def post_end(request: HttpRequest, post_id: int) -> HttpResponse:
    """What the post answers for today (upper rooms say), who is next, and from which day it is over."""
    post, now = _post(request, post_id), timezone.now()
    back = _back(request, post)
    if is_over(post, now):
        messages.info(request, _("这个岗位已经结束。"))
        return redirect(*back)
    form = EndPostForm(request.POST or None, initial={"ends_on": localdate(now)})
    if request.method == "POST" and form.is_valid():
        try:
            end_post(actor=request.actor, post=post, ends_on=form.cleaned_data["ends_on"], at=now)  # type: ignore[attr-defined]
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已结束。"))
            return redirect(*back)
    context = {
        "post": post,
        "form": form,
        "where": titles([post.organisation], localdate(now))[post.organisation_id],
        "next": reads.who_is_next(post, now),
        "back": resolve_url(*back),
        "at": now,
    }
    return render(request, "registry/post_end.html", context)


def _back(request: HttpRequest, post: Post) -> tuple[str, int]:
    if post.kind == PostKind.PEER_REP:
        return "registry:class", post.organisation_id
    if policies.staff_in_reach(request.actor, timezone.now()).filter(pk=post.person_id).exists():  # type: ignore[attr-defined]
        return "registry:staff_person", post.person_id
    return "registry:node", post.organisation_id


@never_cache
@require_POST
@door(Action.MANAGE_POSTS)
def account_open(request: HttpRequest, person_id: int) -> HttpResponse:
    """Open an account, or give a new one-time password. It is shown on this page and nowhere else."""
    person = _person(request, person_id)
    form = AccountForm(request.POST)
    username = form.cleaned_data["username"] if form.is_valid() else ""
    try:
        password = open_staff_account(actor=request.actor, person=person, username=username, at=timezone.now())  # type: ignore[attr-defined]
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
        return redirect("registry:staff_person", person.pk)
    person.refresh_from_db()
    return render(request, "registry/account.html", {"person": person, "password": password})


@require_POST
@door(Action.MANAGE_POSTS)
def account_close(request: HttpRequest, person_id: int) -> HttpResponse:
    person = _person(request, person_id)
    if person.account is None or person == request.actor.person:  # type: ignore[attr-defined]
        messages.error(request, _("不能停用自己的账号。") if person.account else _("还没有账号。"))
    else:
        close_account(actor=request.actor, account=person.account, at=timezone.now())  # type: ignore[attr-defined]
        messages.success(request, _("账号已停用，正在使用的页面也马上退出。岗位没有变。"))
    return redirect("registry:staff_person", person.pk)
