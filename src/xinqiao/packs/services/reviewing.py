"""From draft to published edition: a second person reads before anybody can apply it."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.kernel.refusal import Refusal
from xinqiao.packs import policies
from xinqiao.packs.core import read
from xinqiao.packs.models import Edition
from xinqiao.packs.rules import EDITION
from xinqiao.packs.services.shared import locked, note
from xinqiao.packs.services.writing import compiled


@transaction.atomic
def submit(*, actor: Actor, edition: Edition, at: datetime) -> Edition:
    """Hand a draft without faults to a second person. Raises PermissionDenied, Refusal("faults" and "move")."""
    edition = locked(edition)
    if not policies.may_write(actor, edition):
        raise PermissionDenied
    edition.state = EDITION.after(edition.state, "submit")
    _compile(edition)
    edition.submitted_at, edition.words = at, ""
    edition.save()
    note(actor, "pack.submitted", edition, at, digest=edition.digest)
    return edition


def _compile(edition: Edition) -> None:
    """The parent or the list of indicators may have changed since the last save."""
    data, parent = compiled(edition.source, edition)
    if not data:
        raise Refusal(_("还有要改的地方，请按检查结果改好再提交。"), code="faults")
    edition.data, edition.digest, edition.based_on = data, read.digest(data), parent


@transaction.atomic
def take_back(*, actor: Actor, edition: Edition, at: datetime) -> Edition:
    """The writer goes on writing. Raises PermissionDenied, Refusal("move")."""
    edition = locked(edition)
    if not policies.may_write(actor, edition):
        raise PermissionDenied
    return _moved(edition, "take_back", "pack.taken_back", actor, at)


@transaction.atomic
def send_back(*, actor: Actor, edition: Edition, words: str, at: datetime) -> Edition:
    """Back to the writer with words. Raises PermissionDenied, Refusal("words" and "move")."""
    edition = locked(edition)
    if not policies.may_review(actor, edition):
        raise PermissionDenied
    edition.words = _said(words)
    return _moved(edition, "send_back", "pack.sent_back", actor, at)


@transaction.atomic
def publish(*, actor: Actor, edition: Edition, at: datetime) -> Edition:
    """Open it for use; it never changes again. Whoever wrote any of it is refused.

    Raises PermissionDenied, Refusal("second", "faults", "move").
    """
    edition = locked(edition)
    if not policies.may_withdraw(actor, edition) or actor.person is None:
        raise PermissionDenied
    if policies.wrote(actor, edition):
        raise Refusal(_("这份方案有你写的内容，要请没有参与编写的同事审核发布。"), code="second")
    _compile(edition)
    edition.published_by, edition.published_at = actor.person, at
    return _moved(edition, "publish", "pack.published", actor, at)


@transaction.atomic
def withdraw(*, actor: Actor, edition: Edition, words: str, at: datetime) -> Edition:
    """Nobody applies it from now on; running plans go on. Raises PermissionDenied, Refusal("words" and "move")."""
    edition = locked(edition)
    if not policies.may_withdraw(actor, edition):
        raise PermissionDenied
    edition.words = _said(words)
    return _moved(edition, "withdraw", "pack.withdrawn", actor, at)


@transaction.atomic
def restore(*, actor: Actor, edition: Edition, at: datetime) -> Edition:
    """It can be applied again. Raises PermissionDenied, Refusal("move")."""
    edition = locked(edition)
    if not policies.may_withdraw(actor, edition):
        raise PermissionDenied
    edition.words = ""
    return _moved(edition, "restore", "pack.restored", actor, at)


def _moved(edition: Edition, move: str, action: str, actor: Actor, at: datetime) -> Edition:
    edition.state = EDITION.after(edition.state, move)
    edition.save()
    note(actor, action, edition, at, digest=edition.digest)
    return edition


def _said(words: str) -> str:
    words = words.strip()
    if not words:
        raise Refusal(_("请写明原因，对方才知道怎么改。"), code="words", field="words")
    return words[:300]
