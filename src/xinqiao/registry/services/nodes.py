"""Adding, changing and closing organisations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import HOUSE, Actor
from xinqiao.access.enums import Action
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.people.models import Organisation
from xinqiao.people.selectors import school_of, students_in
from xinqiao.people.services import add_organisation
from xinqiao.registry.endings import close_subtree
from xinqiao.registry.rules import kinds_below

FIELDS = ("name", "code", "system", "stage", "entry_year", "number")
"""What a page may set on a node; everything else follows from its place."""


def _must_keep(actor: Actor, node: Organisation) -> None:
    if actor != HOUSE and not actor.may(Action.MANAGE_PEOPLE, node.path or "-"):
        raise PermissionDenied


def _checked(kind: str, values: Mapping[str, Any], *, parent: Organisation | None, own: int = 0) -> dict[str, Any]:
    """The fields that belong to a node of this kind. Raises Refusal with the field that does not fit."""
    wanted = {name: values[name] for name in FIELDS if name in values}
    others = Organisation.objects.exclude(pk=own)
    if kind in ("grade", "class"):
        wanted["name"] = "年级" if kind == "grade" else "班级"  # i18n: never shown, titles come from the cohort
        if kind == "class" and parent is not None:
            wanted |= {"stage": parent.stage, "entry_year": parent.entry_year}
        same = others.filter(parent=parent, kind=kind, stage=wanted["stage"], entry_year=wanted["entry_year"])
        if kind == "class":
            wanted.pop("code", None)
            if not wanted.get("number"):
                raise Refusal(_("请填写班号，从 1 开始。"), code="number", field="number")
            if same.filter(number=wanted["number"]).exists():
                words = _("这个年级已经有（或曾经有）%(n)s 班，请换一个班号。") % {"n": wanted["number"]}
                raise Refusal(words, code="number", field="number")
        elif same.filter(closed_on=None).exists():
            raise Refusal(_("这个年级已经有了。"), code="entry_year", field="entry_year")
    elif not str(wanted.get("name", "")).strip():
        raise Refusal(_("请填写名称。"), code="name", field="name")
    elif others.filter(parent=parent, name=wanted["name"], closed_on=None).exists():
        raise Refusal(_("同一上级下已有“%(name)s”。") % {"name": wanted["name"]}, code="name", field="name")
    code = wanted.get("code")
    if code and others.filter(code__iexact=code).exists():
        raise Refusal(_("代码“%(code)s”已被使用，请换一个。") % {"code": code}, code="code", field="code")
    if kind == "school" and not wanted.get("system"):
        raise Refusal(_("请选择学制。"), code="system", field="system")
    return wanted


@transaction.atomic
def add_node(
    *, actor: Actor, parent: Organisation | None, kind: str, values: Mapping[str, Any], at: datetime
) -> Organisation:
    """A new organisation below ``parent`` (a root without one: the command line only).

    values: name, code, system (schools), stage and entry_year (grades), number (classes).
    Raises PermissionDenied, Refusal naming the field.
    """
    if parent is None:
        if actor != HOUSE:
            raise PermissionDenied
    else:
        parent = Organisation.objects.select_for_update(of=("self",)).get(pk=parent.pk)
        _must_keep(actor, parent)
        in_school = school_of(parent) is not None
        if parent.closed_on or kind not in kinds_below(parent.kind, in_school=in_school):
            raise Refusal(_("这里不能添加这一类组织。"), code="kind", field="kind")
    node = add_organisation(parent=parent, kind=kind, **_checked(kind, values, parent=parent))
    _note(actor, "node.added", node, at, kind=kind)
    return node


@transaction.atomic
def edit_node(*, actor: Actor, node: Organisation, values: Mapping[str, Any], at: datetime) -> Organisation:
    """Change name, code, system or class number. A cohort keeps its stage and year: its students came with it."""
    node = Organisation.objects.select_for_update(of=("self",)).select_related("parent").get(pk=node.pk)
    _must_keep(actor, node)
    keep = {"stage": node.stage, "entry_year": node.entry_year}
    wanted = _checked(node.kind, {**values, **keep}, parent=node.parent, own=node.pk)
    changed = [name for name, value in wanted.items() if getattr(node, name) != value]
    for name in changed:
        setattr(node, name, wanted[name])
    if changed:
        node.save(update_fields=changed)
        _note(actor, "node.changed", node, at, fields=changed)
    return node


@transaction.atomic
def close_node(*, actor: Actor, node: Organisation, at: datetime) -> Organisation:
    """Close a node and all below; posts there end today. Refused while students are in it, and for one's own root."""
    node = Organisation.objects.select_for_update(of=("self",)).get(pk=node.pk)
    _must_keep(actor, node)
    if node.closed_on:
        raise Refusal(_("它已经停用。"), code="move")
    today = localdate(at)
    students = students_in(node, today).count()
    if students:
        words = _("这里还有 %(n)d 名学生，请先办理调班、转学或离校，再停用。") % {"n": students}
        raise Refusal(words, code="students")
    if any(post.path.startswith(node.path or "-") for post in actor.posts):
        raise Refusal(_("您自己的岗位在这里，停用会结束它。请由上级办理。"), code="own")
    close_subtree(node, today)
    node.refresh_from_db()
    _note(actor, "node.closed", node, at)
    announce("people.changed", at=at, school_id=node.pk)
    return node


@transaction.atomic
def reopen_node(*, actor: Actor, node: Organisation, at: datetime) -> Organisation:
    """Open one closed node again; its posts stay ended and its children stay closed."""
    node = Organisation.objects.select_for_update(of=("self",)).select_related("parent").get(pk=node.pk)
    _must_keep(actor, node)
    if node.closed_on is None:
        raise Refusal(_("它没有停用。"), code="move")
    if node.parent is not None and node.parent.closed_on:
        raise Refusal(_("上级仍是停用状态，请先恢复上级。"), code="parent")
    node.closed_on = None
    node.save(update_fields=["closed_on"])
    _note(actor, "node.reopened", node, at)
    return node


def _note(actor: Actor, action: str, node: Organisation, at: datetime, **facts: Any) -> None:
    owner = school_of(node) or node
    record(account=actor.account, who=actor.who, action=action, at=at, owner=owner.pk, subject=node, **facts)
