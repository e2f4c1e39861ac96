"""Files and photos of a hand-in: cleaned, kept, and let go again before they are handed in."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.documents.uploads import clean
from xinqiao.kernel.refusal import Refusal
from xinqiao.plans import policies
from xinqiao.plans.handling import locked_task, note
from xinqiao.plans.models import Attachment, Task
from xinqiao.plans.rules import OPEN_STATES

MOST = 30
"""Files of one task that are not handed in yet."""


def attach(
    *, actor: Actor, task: Task, upload: BinaryIO, name: str = "", picture: bool = False, people_agree: bool = False,
    at: datetime,
) -> Attachment:  # fmt: skip
    """Keep one file for the task's next hand-in.

    people_agree: those who can be recognised in a photo agreed. Raises Refusal: consent, many, move (nothing is to be
    handed in now), and what ``documents.uploads.clean`` refuses. The same file twice is kept once.
    """
    if picture and not people_agree:
        raise Refusal(
            _("请确认照片里能认出的人都同意。没有同意的，请换一张看不清面容的照片。"), code="consent", field="pictures"
        )
    kept = clean(upload, name=name, picture=picture)
    with transaction.atomic():
        task = locked_task(task.pk)
        if actor.person is None or not policies.may_hand_in(actor, task) or not policies.may_see(actor, task):
            raise PermissionDenied
        if task.state not in OPEN_STATES:
            raise Refusal(_("材料已经交上去了。要补充，请先撤回。"), code="move", field="files")
        waiting = task.attachments.filter(hand_in=None)
        same = waiting.filter(digest=kept.digest, picture=picture).first()
        if same is not None:
            return same
        if waiting.count() >= MOST:
            raise Refusal(_("一次最多交 %(most)d 个文件。") % {"most": MOST}, code="many", field="files")
        row = Attachment(
            task=task, picture=picture, people_agree=people_agree, name=kept.name[-120:], size=kept.size,
            digest=kept.digest, by=actor.person, at=at,
        )  # fmt: skip
        row.file.save(f"{kept.digest[:24]}.{kept.name.rpartition('.')[2]}", ContentFile(kept.data), save=False)
        row.save()
        note(actor, "plan_task.attached", at, task, task.unit_id, size=kept.size, picture=picture)
    return row


@transaction.atomic
def detach(*, actor: Actor, attachment: Attachment, at: datetime) -> None:
    """Let a file go that was never handed in (or was withdrawn)."""
    task = locked_task(attachment.task_id)
    if not policies.may_hand_in(actor, task) or not policies.may_see(actor, task):
        raise PermissionDenied
    row = Attachment.objects.select_for_update().get(pk=attachment.pk)
    if row.hand_in_id is not None:
        raise Refusal(_("这个文件已经交上去了。要换，请先撤回。"), code="move", field="files")
    storage, name, row_id = row.file.storage, str(row.file.name), row.pk
    row.delete()
    note(actor, "plan_task.detached", at, task, task.unit_id, attachment=row_id)
    transaction.on_commit(lambda: storage.delete(name))
