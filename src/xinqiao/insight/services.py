"""Verbs of summaries: drafted from records, finished by a person, sent to an office of this house."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from io import BytesIO
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.audit.services import record
from xinqiao.insight import policies
from xinqiao.insight.enums import SummaryKind, SummaryState
from xinqiao.insight.models import Summary, SummaryReading, SummarySending, SummaryVersion
from xinqiao.insight.rules import SECTIONS, SUMMARY, Span
from xinqiao.insight.summaries import drafting, paper
from xinqiao.insight.summaries.facts import facts_of
from xinqiao.insight.summaries.periods import counts_children, period_of, terms_of
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation
from xinqiao.plans.handling import tell
from xinqiao.plans.models import HandIn, Task
from xinqiao.plans.services import attaching, tasks

MOST_LETTERS = 20_000
"""Of one section: some ten pages."""


def _locked(summary: Summary) -> Summary:
    return Summary.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=summary.pk)


def _writes(actor: Actor, organisation: Organisation) -> None:
    if actor.kind != "house" and not policies.may_write(actor, organisation):
        raise PermissionDenied


def _note(actor: Actor, action: str, at: datetime, summary: Summary, **facts: Any) -> None:
    record(
        account=actor.account, who=actor.who, action=action, at=at, owner=summary.organisation_id, subject=summary,
        **facts,
    )  # fmt: skip


@transaction.atomic
def draft_summary(*, actor: Actor, organisation: Organisation, kind: str, on: date, at: datetime) -> Summary:
    """A draft of the period that holds ``on``, from the records as they are now. One that is there already is returned.

    Raises Refusal: future (the period has not begun), term (no term is known).
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    _writes(actor, organisation)
    span = period_of(organisation, kind, on)
    if span is None:
        raise Refusal(_("校历里还没有学期，请先维护校历，再写学期总结。"), code="term", field="kind")
    if span[0] > localdate(at):
        raise Refusal(_("这段时间还没有开始。"), code="future", field="kind")
    found = Summary.objects.filter(organisation=organisation, kind=kind, starts_on=span[0]).first()
    if found is not None:
        return found
    title = drafting.title_of(organisation, kind, span, terms_of(organisation))[:160]
    summary = Summary.objects.create(
        organisation=organisation, kind=kind, starts_on=span[0], ends_on=span[1], title=title, made_by=actor.person,
        made_at=at,
    )  # fmt: skip
    facts, texts = _drafted(organisation, kind, span, at)
    SummaryVersion.objects.create(summary=summary, number=1, texts=texts, drafted=texts, facts=facts, by=None, at=at)
    _note(actor, "summary.drafted", at, summary, kind=kind)
    if actor.person is None:
        tell(policies.takers(organisation, None, at), at)
    return summary


def _drafted(organisation: Organisation, kind: str, span: Span, at: datetime) -> tuple[dict[str, Any], dict[str, str]]:
    facts = facts_of(organisation, kind, span, at, counts_children=counts_children(organisation))
    return facts, drafting.drafted(kind, facts, over=span[1] < localdate(at))


@transaction.atomic
def save_summary(
    *, actor: Actor, summary: Summary, title: str, texts: Mapping[str, str], at: datetime
) -> SummaryVersion:
    """The text as a person has it now: a new version, unless nothing changed since a person saved it last.

    Raises Refusal: move (it was sent; correct it first), title, long (field names the section).
    """
    summary = _locked(summary)
    _writes(actor, summary.organisation)
    _still_draft(summary)
    clean = _clean(summary.kind, texts)
    name = title.strip()
    if not name:
        raise Refusal(_("请写标题。"), code="title", field="title")
    last = summary.versions.order_by("-number")[0]
    if name != summary.title:
        summary.title = name[:160]
        summary.save(update_fields=["title"])
    elif clean == last.texts and last.by_id is not None:
        return last
    version = SummaryVersion.objects.create(
        summary=summary, number=last.number + 1, texts=clean, drafted=last.drafted, facts=last.facts, by=actor.person,
        at=at,
    )  # fmt: skip
    _note(actor, "summary.saved", at, summary, number=version.number)
    return version


def _still_draft(summary: Summary) -> None:
    if summary.state != SummaryState.DRAFT:
        raise Refusal(_("已经报送。要改，请先选择“更正”。"), code="move")


def _clean(kind: str, texts: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for name in SECTIONS[SummaryKind(kind)]:
        text = texts.get(name, "").replace("\r\n", "\n").strip()
        if len(text) > MOST_LETTERS:
            words = _("“%(title)s”太长，请控制在 %(most)d 字以内。")
            raise Refusal(words % {"title": drafting.TITLES[name], "most": MOST_LETTERS}, code="long", field=name)
        found[name] = text
    return found


@transaction.atomic
def refresh_summary(*, actor: Actor, summary: Summary, at: datetime) -> SummaryVersion:
    """Read the records again. Sections nobody wrote in are drafted anew, what a person wrote stays."""
    summary = _locked(summary)
    _writes(actor, summary.organisation)
    _still_draft(summary)
    last = summary.versions.order_by("-number")[0]
    facts, fresh = _drafted(summary.organisation, summary.kind, (summary.starts_on, summary.ends_on), at)
    texts = {
        name: text if last.texts.get(name, "") == last.drafted.get(name, "") else last.texts[name]
        for name, text in fresh.items()
    }
    version = SummaryVersion.objects.create(
        summary=summary, number=last.number + 1, texts=texts, drafted=fresh, facts=facts, by=None, at=at
    )
    _note(actor, "summary.drafted", at, summary, number=version.number)
    return version


@transaction.atomic
def send_summary(
    *, actor: Actor, summary: Summary, to: Organisation, task: Task | None = None, at: datetime
) -> SummarySending:
    """Send the newest version to an office of this house; with ``task`` it is handed in for it as well, as Word.

    Its people are told that something waits. Raises Refusal: unread (no person has saved the newest draft), to, task,
    and what handing in refuses (too few pictures or files).
    """
    summary = _locked(summary)
    _writes(actor, summary.organisation)
    if actor.person is None:
        raise PermissionDenied
    state = SUMMARY.after(summary.state, "send")
    version = summary.versions.order_by("-number")[0]
    if version.by_id is None:
        raise Refusal(_("这是自动起草的文字，请先看过、改好并保存，再报送。"), code="unread")
    if not policies.may_be_sent_to(summary.organisation).filter(pk=to.pk).exists():
        raise Refusal(_("只能报送给本单位、上级单位和牵头的单位。"), code="to", field="to")
    hand_in = _handed_in(actor, version, task, at) if task is not None else None
    summary.state = state
    summary.save(update_fields=["state"])
    sending = SummarySending.objects.create(
        summary=summary, version=version, to=to, hand_in=hand_in, by=actor.person, at=at
    )
    _note(actor, "summary.sent", at, summary, to=to.pk, number=version.number, task=task.pk if task else None)
    tell(policies.takers(to, actor.person, at), at)
    return sending


def _handed_in(actor: Actor, version: SummaryVersion, task: Task, at: datetime) -> HandIn:
    if not policies.asked_for(actor, version.summary.organisation).filter(pk=task.pk).exists():
        raise Refusal(_("这项任务已经交了，或不由您交。请刷新页面再选。"), code="task", field="task")
    file = attaching.attach(
        actor=actor, task=task, upload=BytesIO(paper.as_word(version)), name=f"{version.summary.title}.docx", at=at
    )
    return tasks.hand_in(actor=actor, task=task, text=paper.as_text(version), attachments=[file.pk], at=at)


@transaction.atomic
def correct_summary(*, actor: Actor, summary: Summary, at: datetime) -> Summary:
    """Open a sent summary again; what was sent stays as it was until it is sent anew."""
    summary = _locked(summary)
    _writes(actor, summary.organisation)
    summary.state = SUMMARY.after(summary.state, "correct")
    summary.save(update_fields=["state"])
    _note(actor, "summary.corrected", at, summary)
    return summary


@transaction.atomic
def open_received(*, actor: Actor, summary: Summary, at: datetime) -> int:
    """Whoever it came to has opened it. How many sendings that is new for."""
    rows = list(policies.unread(actor).filter(summary=summary))
    if actor.person is None or not rows:
        return 0
    SummaryReading.objects.bulk_create(
        [SummaryReading(sending=row, person=actor.person, at=at) for row in rows], ignore_conflicts=True
    )
    _note(actor, "summary.opened", at, summary)
    return len(rows)


@transaction.atomic
def set_rhythm(*, actor: Actor, organisation: Organisation, kinds: Iterable[str], at: datetime) -> Organisation:
    """Which summaries are drafted by themselves when their period is over."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    _writes(actor, organisation)
    wanted = [kind for kind in SummaryKind.values if kind in set(kinds)]
    organisation.options = {**(organisation.options or {}), "summaries": wanted}
    organisation.save(update_fields=["options"])
    record(
        account=actor.account, who=actor.who, action="summary.rhythm", at=at, owner=organisation.pk,
        subject=organisation, kinds=wanted,
    )  # fmt: skip
    return organisation
