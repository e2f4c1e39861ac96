"""A school asks, its bureau answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.models import Post
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation
from xinqiao.people.rules import school_year_of
from xinqiao.screening import policies, questionnaires, rules, words
from xinqiao.screening.models import Approval, Filing, FilingInstrument
from xinqiao.screening.selectors import filings as reads
from xinqiao.screening.services.notes import note


@dataclass(frozen=True)
class Wanted:
    """What a school writes into its filing. uses: instrument id → cohort keys ("junior:2025") that answer it."""

    title: str
    purpose: str
    opens_at: datetime
    closes_at: datetime
    uses: Mapping[str, Sequence[str]]
    consent_mode: str
    interviewers: int
    day_from: time = time(8, 0)
    day_until: time = time(18, 0)
    duty_post: Post | None = None
    capacity_plan: str = ""
    proctors: str = ""
    safety_plan: str = ""


_PLAIN = (
    "title",
    "purpose",
    "opens_at",
    "closes_at",
    "consent_mode",
    "interviewers",
    "day_from",
    "day_until",
    "duty_post",
    "capacity_plan",
    "proctors",
    "safety_plan",
)


@transaction.atomic
def draft_filing(*, actor: Actor, school: Organisation, wanted: Wanted, at: datetime) -> Filing:
    """A new draft. Raises PermissionDenied, Refusal for a window that ends before it begins."""
    if not policies.may_file(actor, school) or actor.account is None:
        raise PermissionDenied
    filing = Filing(school=school, made_by=actor.account, made_at=at)
    _write(filing, wanted)
    note(actor, "filing.drafted", filing, school.pk, at)
    return filing


@transaction.atomic
def edit_filing(*, actor: Actor, filing: Filing, wanted: Wanted, at: datetime) -> Filing:
    """Change a draft or a returned filing."""
    filing = _locked(filing)
    if not policies.may_file(actor, filing.school):
        raise PermissionDenied
    filing.state = rules.FILING.after(filing.state, "edit")
    _write(filing, wanted)
    note(actor, "filing.edited", filing, filing.school_id, at)
    return filing


@transaction.atomic
def submit_filing(*, actor: Actor, filing: Filing, at: datetime) -> Filing:
    """Hand it to the bureau. Raises Refusal with every sentence that stands against it."""
    filing = _locked(filing)
    if not policies.may_file(actor, filing.school):
        raise PermissionDenied
    state = rules.FILING.after(filing.state, "submit")
    against = rules.stops(reads.findings(filing, at))
    if against:
        raise Refusal(" ".join(words.say(finding) for finding in against), code=against[0].code)
    filing.state, filing.submitted_at = state, at
    filing.save(update_fields=["state", "submitted_at"])
    note(actor, "filing.submitted", filing, filing.school_id, at)
    return filing


@transaction.atomic
def take_back_filing(*, actor: Actor, filing: Filing, at: datetime) -> Filing:
    """Make a submitted filing a draft again, before the bureau decides."""
    return _move(actor, filing, "take_back", at)


@transaction.atomic
def withdraw_filing(*, actor: Actor, filing: Filing, at: datetime) -> Filing:
    """Give a draft or a returned filing up."""
    return _move(actor, filing, "withdraw", at)


def _move(actor: Actor, filing: Filing, move: str, at: datetime) -> Filing:
    filing = _locked(filing)
    if not policies.may_file(actor, filing.school):
        raise PermissionDenied
    filing.state = rules.FILING.after(filing.state, move)
    filing.save(update_fields=["state"])
    note(actor, f"filing.{move}", filing, filing.school_id, at)
    return filing


@transaction.atomic
def approve_filing(*, actor: Actor, filing: Filing, said: str, at: datetime) -> Approval:
    """The bureau's yes; checked again, because grades and posts change while a filing waits."""
    filing = _locked(filing)
    if not policies.may_decide(actor, filing):
        raise PermissionDenied
    state = rules.FILING.after(filing.state, "approve")
    against = rules.stops(reads.findings(filing, at))
    if against:
        facts = " ".join(words.say(finding) for finding in against)
        raise Refusal(_("现在不能批准：%(facts)s 请退回学校修改。") % {"facts": facts}, code=against[0].code)
    if actor.person is None:
        raise PermissionDenied
    _decide(actor, filing, state, said, at)
    approval = Approval.objects.create(filing=filing, decided_by=actor.person, decided_at=at, words=said.strip())
    note(actor, "filing.approved", filing, filing.school_id, at)
    return approval


@transaction.atomic
def return_filing(*, actor: Actor, filing: Filing, said: str, at: datetime) -> Filing:
    """Back to the school, with words that say what to change."""
    filing = _locked(filing)
    if not policies.may_decide(actor, filing):
        raise PermissionDenied
    state = rules.FILING.after(filing.state, "return")
    if not said.strip():
        raise Refusal(_("请写明需要修改的地方，学校才知道怎样改。"), code="words", field="said")
    _decide(actor, filing, state, said, at)
    note(actor, "filing.returned", filing, filing.school_id, at)
    return filing


def _decide(actor: Actor, filing: Filing, state: str, said: str, at: datetime) -> None:
    filing.state, filing.decided_by, filing.decided_at, filing.words = state, actor.person, at, said.strip()
    filing.save(update_fields=["state", "decided_by", "decided_at", "words"])


def _locked(filing: Filing) -> Filing:
    return Filing.objects.select_for_update(of=("self",)).select_related("school").get(pk=filing.pk)


def _write(filing: Filing, wanted: Wanted) -> None:
    if wanted.closes_at <= wanted.opens_at:
        raise Refusal(_("结束时间要晚于开始时间。"), code="window", field="closes_at")
    if wanted.day_until <= wanted.day_from:
        raise Refusal(_("每天的截止时刻要晚于开始时刻。"), code="hours", field="day_until")
    for name in _PLAIN:
        setattr(filing, name, getattr(wanted, name))
    filing.school_year = school_year_of(localdate(wanted.opens_at))
    keys = sorted({key for chosen in wanted.uses.values() for key in chosen}, key=_cohort)
    filing.grades = [{"stage": stage, "entry_year": year} for stage, year in map(_cohort, keys)]
    filing.save()
    filing.instruments.all().delete()
    FilingInstrument.objects.bulk_create(_rows(filing, wanted, keys))


def _cohort(key: str) -> tuple[str, int]:
    stage, _colon, year = key.partition(":")
    return stage, int(year)


def _rows(filing: Filing, wanted: Wanted, keys: list[str]) -> list[FilingInstrument]:
    rows: list[FilingInstrument] = []
    for instrument_id, chosen in wanted.uses.items():
        definition = questionnaires.current(instrument_id)
        if definition is None:
            raise Refusal(
                _("系统里没有“%(name)s”这份问卷，请重新选择。") % {"name": instrument_id}, code="unknown", field="uses"
            )
        questionnaires.keep(definition)
        whole = set(chosen) == set(keys)
        for key in [""] if whole else sorted(set(chosen), key=_cohort):
            stage, year = _cohort(key) if key else ("", None)
            rows.append(
                FilingInstrument(
                    filing=filing,
                    number=len(rows) + 1,
                    instrument_id=instrument_id,
                    instrument_hash=definition.hash,
                    stage=stage,
                    entry_year=year,
                )
            )
    return rows
