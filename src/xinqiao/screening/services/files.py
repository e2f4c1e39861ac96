"""Files that carry names leave the house only through here, with a trace."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.services import issue_student_codes
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.models import Job
from xinqiao.outbox.services import enqueue
from xinqiao.people.models import Enrolment, Organisation, current
from xinqiao.screening import exports, policies, rules
from xinqiao.screening.enums import CampaignState
from xinqiao.screening.models import Campaign, Sitting
from xinqiao.screening.services.notes import note

KEPT = timedelta(hours=24)
"""A file of slips for a whole school is deleted after a day; codes are printed, not stored."""
_A_BATCH = 500


def folder() -> Path:
    """Where files of slips wait for their download."""
    return Path(settings.MEDIA_ROOT) / "slips"


@transaction.atomic
def print_slips(*, actor: Actor, campaign: Campaign, class_node: Organisation, entry_url: str, at: datetime) -> bytes:
    """New slips for one class as PDF; earlier slips of these students stop working.

    Raises PermissionDenied; Refusal for a class nobody was invited from, or a campaign that is over.
    """
    _refuse_unless_running(actor, campaign)
    rows = _invited(campaign, at).filter(class_node=class_node)
    people = [row.person for row in rows]
    if not people:
        raise Refusal(_("这个班没有受邀的学生。"), code="nobody")
    codes = issue_student_codes(people, at)
    note(actor, "slips.printed", campaign, campaign.school_id, at, class_node=class_node.pk, slips=len(people))
    return exports.slips(campaign, rows, codes, entry_url, at)


@transaction.atomic
def ask_for_slips(*, actor: Actor, campaign: Campaign, entry_url: str, at: datetime) -> Job:
    """Have the slips of the whole school drawn; the job says how far it is."""
    _refuse_unless_running(actor, campaign)
    note(actor, "slips.asked", campaign, campaign.school_id, at)
    return enqueue("screening.slips", account=actor.account, at=at, campaign_id=campaign.pk, entry_url=entry_url)


def draw_slips(
    *, actor: Actor, campaign: Campaign, entry_url: str, at: datetime, progress: Callable[[int, int, str], None]
) -> str:
    """Draw every slip of a campaign into a file and return its name. For the house, in a job."""
    if not policies.is_house(actor):
        raise PermissionDenied
    rows = list(_invited(campaign, at))
    if not rows:
        raise Refusal(_("没有受邀的学生。"), code="nobody")
    codes: dict[int, str] = {}
    for start in range(0, len(rows), _A_BATCH):
        codes |= issue_student_codes([row.person for row in rows[start : start + _A_BATCH]], at)
        progress(min(start + _A_BATCH, len(rows)), len(rows) * 2, _("正在生成登录码"))
    progress(len(rows), len(rows) * 2, _("正在排版"))
    data = exports.slips(campaign, rows, codes, entry_url, at)
    folder().mkdir(parents=True, exist_ok=True)
    name = f"{campaign.pk}-{secrets.token_urlsafe(16)}.pdf"
    target = folder() / name
    target.touch(mode=0o600)
    target.write_bytes(data)
    with transaction.atomic():
        note(actor, "slips.drawn", campaign, campaign.school_id, at, slips=len(rows))
    progress(len(rows) * 2, len(rows) * 2, "")
    return name


@transaction.atomic
def fetch_slips(*, actor: Actor, campaign: Campaign, name: str, at: datetime) -> bytes:
    """The file of a finished job. Raises Refusal when a day has passed and it is gone."""
    if not policies.may_run(actor, campaign.school) or not name.startswith(f"{campaign.pk}-") or "/" in name:
        raise PermissionDenied
    target = folder() / name
    if not target.is_file():
        raise Refusal(_("这份登录条已经按规定删除，请重新生成。"), code="gone")
    note(actor, "slips.fetched", campaign, campaign.school_id, at)
    return target.read_bytes()


def forget_slips(*, actor: Actor, at: datetime, kept: timedelta = KEPT) -> int:
    """Delete files older than a day; returns how many. For the house."""
    if not policies.is_house(actor):
        raise PermissionDenied
    gone = 0
    for path in folder().glob("*.pdf"):
        if path.stat().st_mtime < (at - kept).timestamp():
            path.unlink(missing_ok=True)
            gone += 1
    return gone


@transaction.atomic
def export_results(*, actor: Actor, campaign: Campaign, sittings: list[Sitting], at: datetime) -> bytes:
    """Results of these sittings as a workbook. Raises PermissionDenied for a sitting out of the actor's sight."""
    ids = {sitting.pk for sitting in sittings}
    in_sight = policies.visible_sittings(actor, at).filter(pk__in=ids, campaign=campaign).count()
    if in_sight != len(ids):
        raise PermissionDenied
    rows = Enrolment.objects.filter(current(localdate(at)), person__in=[s.person_id for s in sittings])
    numbers = dict(rows.values_list("person_id", "student_number"))
    note(actor, "results.exported", campaign, campaign.school_id, at, reading=True, rows=len(ids))
    return exports.results_workbook(campaign, sittings, numbers)


def _invited(campaign: Campaign, at: datetime) -> QuerySet[Enrolment]:
    invited = campaign.sittings.filter(retest_of=None).values("person")
    rows = Enrolment.objects.filter(current(localdate(at)), school=campaign.school, person__in=invited)
    order = ("class_node__stage", "class_node__entry_year", "class_node__number", "student_number")
    return rows.select_related("person", "class_node").order_by(*order)


def _refuse_unless_running(actor: Actor, campaign: Campaign) -> None:
    if not policies.may_run(actor, campaign.school) or policies.is_house(actor):
        raise PermissionDenied
    if campaign.state not in (CampaignState.PREPARED, CampaignState.OPEN):
        raise Refusal(rules.CAMPAIGN.refusal, code="move")
