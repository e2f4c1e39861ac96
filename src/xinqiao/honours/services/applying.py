"""Applying: a statement, proof, handed in before the last day is over and taken back while there is time."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.models import Post
from xinqiao.documents.uploads import Clean
from xinqiao.honours import policies, rules
from xinqiao.honours.enums import ApplicationState, RoundState
from xinqiao.honours.handling import locked_application, locked_round, note
from xinqiao.honours.models import Application, Evidence, Round
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation, Person, current

MOST_FILES = 20


def _open(round_: Round, at: datetime) -> None:
    today = localdate(at)
    if round_.state != RoundState.OPEN or not round_.opens_on <= today <= round_.closes_on:
        facts = {"start": round_.opens_on.isoformat(), "end": round_.closes_on.isoformat()}
        raise Refusal(_("申报时间是 %(start)s 到 %(end)s，现在不能申报或修改。") % facts, code="closed")


@transaction.atomic
def apply_for(
    *, actor: Actor, round_: Round, organisation: Organisation, person: Person | None, statement: str, at: datetime
) -> Application:
    """Begin an application, or change one that is not handed in. person: for rounds in which persons apply.

    Raises PermissionDenied, Refusal(closed, person, move).
    """
    round_ = locked_round(round_.pk)
    _open(round_, at)
    near = organisation.path.startswith(round_.organisation.path) and organisation.pk != round_.organisation_id
    if actor.person is None or not near or not policies.may_apply_for(actor, organisation):
        raise PermissionDenied
    if round_.for_persons != (person is not None):
        words = _("这次评选由个人申报，请选择申报人。") if round_.for_persons else _("这次评选由单位申报。")
        raise Refusal(words, code="person", field="person")
    if person is not None and not _works_there(person, organisation, at):
        raise Refusal(_("申报人要在本单位任职。"), code="person", field="person")
    own = {"person": person} if person is not None else {"organisation": organisation, "person": None}
    row = round_.applications.select_for_update(of=("self",)).filter(**own).first()
    if row is None:
        row = Application(round=round_, organisation=organisation, person=person, by=actor.person)
    elif row.organisation_id != organisation.pk:
        raise Refusal(_("这位老师已经由另一个单位申报。"), code="person", field="person")
    elif row.state != ApplicationState.DRAFT:
        raise Refusal(_("已经申报。要修改，请先撤回。"), code="move")
    row.statement = statement.strip()
    row.save()
    note(actor, "honours.application_saved", at, row, organisation.pk)
    return row


def _works_there(person: Person, organisation: Organisation, at: datetime) -> bool:
    posts = Post.objects.filter(current(localdate(at)), person=person)
    return posts.filter(organisation__path__startswith=organisation.path).exists()


def _own(actor: Actor, application: Application, at: datetime) -> Application:
    row = locked_application(application.pk)
    if actor.person is None or not policies.may_apply_for(actor, row.organisation):
        raise PermissionDenied
    _open(row.round, at)
    return row


@transaction.atomic
def submit(*, actor: Actor, application: Application, at: datetime) -> Application:
    """Hand it in. Raises Refusal(statement, files, closed, move)."""
    row = _own(actor, application, at)
    row.state = rules.APPLICATION.after(row.state, "submit")
    if len(row.statement) < 20:
        raise Refusal(_("请写申报材料，至少说明做法和成效。"), code="statement", field="statement")
    if not row.files.exists():
        raise Refusal(_("请至少上传一份佐证材料。"), code="files", field="file")
    row.submitted_at = at
    row.save(update_fields=["state", "submitted_at"])
    note(actor, "honours.applied", at, row, row.organisation_id)
    return row


@transaction.atomic
def withdraw(*, actor: Actor, application: Application, at: datetime) -> Application:
    """Take it back before the last day is over."""
    row = _own(actor, application, at)
    row.state = rules.APPLICATION.after(row.state, "withdraw")
    row.submitted_at = None
    row.save(update_fields=["state", "submitted_at"])
    note(actor, "honours.withdrawn", at, row, row.organisation_id)
    return row


@transaction.atomic
def add_file(*, actor: Actor, application: Application, file: Clean, at: datetime) -> Evidence:
    """Keep a file beside an application that is not handed in; the same one twice is kept once."""
    row = _own(actor, application, at)
    if row.state != ApplicationState.DRAFT:
        raise Refusal(_("已经申报。要补材料，请先撤回。"), code="move")
    same = row.files.filter(digest=file.digest).first()
    if same is not None:
        return same
    if row.files.count() >= MOST_FILES:
        raise Refusal(_("最多放 %(most)d 个文件。") % {"most": MOST_FILES}, code="files", field="file")
    kept = Evidence(application=row, name=file.name[-120:], digest=file.digest, by=actor.person, at=at)
    kept.file.save(f"{file.digest[:24]}.{file.name.rpartition('.')[2]}", ContentFile(file.data), save=False)
    kept.save()
    note(actor, "honours.file_added", at, row, row.organisation_id, size=file.size)
    return kept


@transaction.atomic
def drop_file(*, actor: Actor, evidence: Evidence, at: datetime) -> None:
    """Let a file go before the application is handed in."""
    row = _own(actor, evidence.application, at)
    if row.state != ApplicationState.DRAFT:
        raise Refusal(_("已经申报。要换材料，请先撤回。"), code="move")
    kept = evidence.file
    storage, name = kept.storage, kept.name or ""
    evidence.delete()
    note(actor, "honours.file_dropped", at, row, row.organisation_id)
    transaction.on_commit(lambda: storage.delete(name))
