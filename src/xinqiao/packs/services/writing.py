"""Drafts: begun, copied, changed, moved to a newer parent, thrown away."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.kernel.refusal import Refusal
from xinqiao.packs import policies
from xinqiao.packs.core import checks, read, rebase
from xinqiao.packs.enums import EditionState
from xinqiao.packs.models import Edition
from xinqiao.packs.rules import EDITION, next_version
from xinqiao.packs.selectors import name_taken, newer_parent, parent_of, problems_of
from xinqiao.packs.services.shared import locked, note
from xinqiao.people.models import Organisation


def fingerprint(text: str) -> str:
    """Of a text as somebody saw it, to notice that another person saved in between."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()[:16]


def compiled(text: str, edition: Edition | None = None) -> tuple[dict[str, Any], Edition | None]:
    """(compiled data, parent) of a text without faults; ({}, parent) while it has some."""
    if any(problem.severity == checks.FAULT for problem in problems_of(text, edition)):
        try:
            return {}, parent_of(read.load(text))
        except Refusal:
            return {}, None
    raw = read.load(text)
    parent = parent_of(raw)
    return read.compile_pack(raw, parent.data if parent else None), parent


@transaction.atomic
def draft_edition(*, actor: Actor, owner: Organisation, text: str, at: datetime) -> Edition:
    """A new draft from a text, faults and all; only its name must be free.

    Raises PermissionDenied, Refusal("yaml" and "name") when the text has no readable id, title and version.
    """
    if not policies.is_house(actor) and not policies.writing_places(actor).filter(pk=owner.pk).exists():
        raise PermissionDenied
    names = _names(read.load(text))
    edition = Edition(owner=owner, source=_plain(text), written_at=at, **names)
    taken = name_taken(names["pack"], names["version"], edition)
    if taken is not None:
        raise Refusal(_(taken.template) % taken.facts, code="name", field="pack")
    _fill(edition, actor, at)
    note(actor, "pack.drafted", edition, at)
    return edition


def copy_edition(
    *, actor: Actor, edition: Edition, owner: Organisation, name: str, title: str, whole: bool, at: datetime
) -> Edition:
    """A draft of one's own from a published edition.

    whole False: based on it, so that its corrections keep coming and only changes are written. whole True: all of it,
    on its own from now on. name: id of the new pack. Raises PermissionDenied, Refusal naming the field.
    """
    if edition.state != EditionState.PUBLISHED:
        raise Refusal(_("只有已发布的方案可以复制。请选一个已发布的版本。"), code="state")
    if whole:
        text = read.whole_text(edition.data) if edition.based_on_id else edition.source
        text = read.with_values(text, {"pack": name, "version": "1.0", "title": title})
    else:
        head = {
            "pack": name, "version": "1.0", "title": title,
            "based_on": {"pack": edition.pack, "version": edition.version},
        }  # fmt: skip
        text = read.dump(head) + _CHANGES
    return draft_edition(actor=actor, owner=owner, text=text, at=at)


_CHANGES = """\
# 只写与母方案不同的地方；其余都来自母方案，它的更正会继续送到。
changes:
  set:      # 改一处，写“路径: 新的值”，例如
    # measures.parents.owners: [moral_head]
  remove:   # 去掉一处，例如
    # - calendar.day-525
  add:      # 增加，写法和整份方案一样，例如
    # calendar: [{id: our-day, title: 本县宣传日, title_en: Our day, when: {on: ["09-20"]}}]
"""  # i18n: written into the author's file


@transaction.atomic
def new_version(*, actor: Actor, edition: Edition, at: datetime) -> Edition:
    """A draft of the next version of one's own published pack. Raises PermissionDenied, Refusal("open")."""
    if edition.owner is None or not policies.may_write(actor, edition):
        raise PermissionDenied
    family = Edition.objects.filter(pack=edition.pack)
    under_way = family.filter(state__in=[EditionState.DRAFT, EditionState.IN_REVIEW]).first()
    if under_way is not None:
        words = _("第 %(version)s 版还在写或待审核，请先完成它。")
        raise Refusal(words % {"version": under_way.version}, code="open")
    version = next_version(edition.version, family.values_list("version", flat=True))
    text = read.with_values(edition.source, {"version": version})
    return draft_edition(actor=actor, owner=edition.owner, text=text, at=at)


@transaction.atomic
def save_draft(*, actor: Actor, edition: Edition, text: str, seen: str, at: datetime) -> Edition:
    """Keep what was typed, whatever is wrong with it. seen: ``fingerprint`` of the text the writer began with.

    Raises PermissionDenied, Refusal("moved") when somebody else saved in between, Refusal("move") for no draft.
    """
    edition = locked(edition)
    if not policies.may_write(actor, edition):
        raise PermissionDenied
    edition.state = EDITION.after(edition.state, "edit")
    if seen != fingerprint(edition.source):
        words = _("这期间 %(who)s 保存过。你写的内容还在下面；请另开一页看看对方的版本，合并后再保存。")
        raise Refusal(words % {"who": edition.written_by or _("别人")}, code="moved")
    edition.source = _plain(text)
    _fill(edition, actor, at)
    note(actor, "pack.changed", edition, at, digest=edition.digest)
    return edition


def _fill(edition: Edition, actor: Actor, at: datetime) -> None:
    """Everything that follows from the text, and the writer; saves."""
    data, parent = compiled(edition.source, edition)
    edition.data, edition.digest = data, read.digest(data) if data else ""
    edition.based_on = parent
    try:
        names = _names(read.load(edition.source))
    except Refusal:
        names = {}
    if names and name_taken(names["pack"], names["version"], edition) is None:
        for name, value in names.items():
            setattr(edition, name, value)
    edition.written_by, edition.written_at = actor.person, at
    if actor.person is not None and actor.person.pk not in edition.writers:
        edition.writers = [*edition.writers, actor.person.pk]
    edition.save()


def _names(raw: dict[str, Any]) -> dict[str, str]:
    """Id, version and titles of a text. Raises Refusal("name")."""
    defs = checks.schema.document()["$defs"]
    for field in ("pack", "version", "title"):
        pattern = {"pack": "id", "version": "version"}.get(field)
        value = raw.get(field)
        fits = isinstance(value, str) and 0 < len(value.strip()) <= 120
        if not fits or (pattern and not checks.schema.matches(defs[pattern]["pattern"], str(value))):
            words = _('请先写好 %(field)s：pack 是编号（小写字母、数字、短横线），version 如 "1.0"，title 是名称。')
            raise Refusal(words % {"field": field}, code="name", field=field)
    title_en = raw.get("title_en")
    return {
        "pack": raw["pack"], "version": raw["version"], "title": raw["title"],
        "title_en": title_en[:160] if isinstance(title_en, str) else "",
    }  # fmt: skip


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\x00", "").lstrip("\ufeff").rstrip() + "\n"


@transaction.atomic
def discard(*, actor: Actor, edition: Edition, at: datetime) -> None:
    """Throw a draft away. Raises PermissionDenied, Refusal("move")."""
    edition = locked(edition)
    if not policies.may_write(actor, edition):
        raise PermissionDenied
    EDITION.after(edition.state, "discard")
    note(actor, "pack.discarded", edition, at)
    edition.delete()


def rebased(edition: Edition, take: Collection[str] = ()) -> tuple[Edition, rebase.Rebased]:
    """(newer parent, the derived pack on it). Raises Refusal("parent") when there is no newer one."""
    parent = newer_parent(edition)
    if parent is None or edition.based_on is None:
        raise Refusal(_("母方案没有更新的版本，不用做什么。"), code="parent")
    return parent, rebase.onto(edition.source, edition.based_on.data, parent.data, take)


@transaction.atomic
def move_to_parent(*, actor: Actor, edition: Edition, take: Collection[str], at: datetime) -> Edition:
    """Take over the parent's new version: a draft changes, a published pack gets a draft of its next version.

    take: paths in which the parent's value replaces ours. Raises PermissionDenied, Refusal.
    """
    if not policies.may_write(actor, edition):
        raise PermissionDenied
    _parent, moved = rebased(edition, take)
    if edition.state == EditionState.DRAFT:
        seen = fingerprint(edition.source)
        return save_draft(actor=actor, edition=edition, text=moved.text, seen=seen, at=at)
    draft = new_version(actor=actor, edition=edition, at=at)
    text = read.with_values(moved.text, {"version": draft.version})
    return save_draft(actor=actor, edition=draft, text=text, seen=fingerprint(draft.source), at=at)
