"""Reporting a figure with its proof, and asking for figures to be worked out again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.audit.services import record
from xinqiao.documents.uploads import Clean
from xinqiao.indicators import policies, registry
from xinqiao.indicators.keeping import refresh
from xinqiao.indicators.models import ReportedFigure
from xinqiao.indicators.places import PEOPLE_INSIDE
from xinqiao.indicators.reckoning import top_of
from xinqiao.indicators.registry import Indicator
from xinqiao.indicators.rules import LASTS
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.models import Job, JobState
from xinqiao.outbox.services import enqueue
from xinqiao.people.models import Organisation

REFRESH = "indicators.refresh"


@dataclass(frozen=True)
class Proof:
    """words: how it was counted and where the proof is kept. link: a page of the house or of the web. file: cleaned."""

    words: str
    link: str = ""
    file: Clean | None = None


@transaction.atomic
def report_figure(
    *,
    actor: Actor,
    organisation: Organisation,
    code: str,
    for_on: date,
    part: float,
    whole: float | None,
    proof: Proof,
    at: datetime,
) -> ReportedFigure:
    """State the organisation's own part of a figure that no room can tell yet. It counts from ``for_on`` for a year; a
    newer one takes its place, none is changed or deleted.

    whole: what part is of; None for a count. Raises PermissionDenied; Refusal (code unknown, live, bears, day, part,
    whole, words, link; field names the field of the form).
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if not policies.may_report(actor, organisation) or actor.person is None:
        raise PermissionDenied
    indicator = reportable(organisation, code)
    _check_numbers(indicator, part, whole)
    _check_proof(proof, for_on, localdate(at))
    row = ReportedFigure(
        organisation=organisation, code=code, for_on=for_on, part=part, whole=whole, words=proof.words.strip(),
        link=proof.link.strip(), by=actor.person, at=at,
    )  # fmt: skip
    if proof.file is not None:
        row.file_name, row.file_digest = proof.file.name, proof.file.digest
        ending = proof.file.name.rpartition(".")[2]
        row.file.save(f"{proof.file.digest[:24]}.{ending}", ContentFile(proof.file.data), save=False)
    row.save()
    record(
        account=actor.account, who=actor.who, action="figure.reported", at=at, owner=organisation.pk, subject=row,
        code=code, for_on=for_on.isoformat(), file=bool(row.file),
    )  # fmt: skip
    refresh(top_of(organisation), [code], at=at)
    return row


def reportable(organisation: Organisation, code: str) -> Indicator:
    """The indicator, when this organisation may state it. Raises Refusal (code unknown, live, bears)."""
    try:
        indicator = registry.get(code)
    except KeyError:
        raise Refusal(_("没有代码为“%(code)s”的指标。") % {"code": code}, code="unknown") from None
    if indicator.live is not None:
        raise Refusal(_("“%(title)s”由系统按记录自动统计，不用填报。") % {"title": indicator.title}, code="live")
    bears = organisation.kind in indicator.bears if indicator.bears else organisation.kind not in PEOPLE_INSIDE
    if not bears:
        raise Refusal(_("“%(title)s”不由这类单位填报。") % {"title": indicator.title}, code="bears")
    return indicator


def _check_numbers(indicator: Indicator, part: float, whole: float | None) -> None:
    if part < 0:
        raise Refusal(_("数字不能小于 0。"), code="part", field="part")
    if indicator.kind == "count":
        if whole is not None:
            raise Refusal(_("这项指标只填一个数。"), code="whole", field="whole")
        return
    if whole is None or whole <= 0:
        raise Refusal(_("请填写总数，应大于 0；没有这类对象时不用填报。"), code="whole", field="whole")
    if indicator.kind in ("ratio", "yes") and part > whole:
        raise Refusal(_("达到要求的数不能大于总数，请核对两个数。"), code="part", field="part")


def _check_proof(proof: Proof, for_on: date, today: date) -> None:
    if for_on > today:
        raise Refusal(_("数据日期不能晚于今天。"), code="day", field="for_on")
    if today - for_on >= LASTS:
        raise Refusal(_("数据日期超过一年，已经不能代表现在。请填写近一年内的数据。"), code="day", field="for_on")
    if not proof.words.strip():
        raise Refusal(_("请说明怎样得出、依据存放在哪里。"), code="words", field="words")
    link = proof.link.strip()
    if link and not link.startswith(("https://", "http://", "/")):
        raise Refusal(_("链接请以 http://、https:// 或 / 开头。"), code="link", field="link")


@transaction.atomic
def ask_refresh(*, actor: Actor, organisation: Organisation, at: datetime) -> Job:
    """Have the figures of the whole tree worked out now; the job says how far it is. One that waits already is joined
    when it is the actor's own. Raises PermissionDenied."""
    if not policies.may_refresh(actor, organisation):
        raise PermissionDenied
    root = top_of(organisation)
    waiting = Job.objects.filter(
        kind=REFRESH, account=actor.account, state__in=[JobState.WAITING, JobState.RUNNING], arguments__root_id=root.pk
    ).first()
    return waiting or enqueue(REFRESH, account=actor.account, at=at, root_id=root.pk, node_id=organisation.pk)


def enqueue_due(root: Organisation, at: datetime) -> Job | None:
    """The nightly work for one tree, unless it is under way."""
    busy = Job.objects.filter(kind=REFRESH, state__in=[JobState.WAITING, JobState.RUNNING], arguments__root_id=root.pk)
    return None if busy.exists() else enqueue(REFRESH, account=None, at=at, root_id=root.pk)
