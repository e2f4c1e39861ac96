"""From a submitted sheet to a result, to the roll-up, and again when a key was mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.instruments.definition import Definition
from xinqiao.instruments.scoring.results import Result as Reading
from xinqiao.instruments.scoring.results import score_sheet
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.models import Job
from xinqiao.outbox.services import announce, enqueue
from xinqiao.people.models import Organisation
from xinqiao.screening import clocks, policies, questionnaires, rules
from xinqiao.screening.enums import CampaignState, SittingState
from xinqiao.screening.models import Campaign, Result, Sheet, Sitting, Tally
from xinqiao.screening.services.notes import note

SEX = {"m": "male", "f": "female"}
CARELESS = {"long_run", "too_fast", "missing"}
"""Two of these signs together, or a high lie scale, ask for a quiet second try; one alone is only evidence."""


@transaction.atomic
def score_sitting(*, actor: Actor, sitting_id: int, at: datetime) -> list[Result]:
    """Results of every submitted sheet of a sitting that has none yet, each announced as ``result.made``.

    Safe to call again. Raises PermissionDenied for anybody but the house.
    """
    if not policies.is_house(actor):
        raise PermissionDenied
    rows = Sitting.objects.select_for_update(of=("self",)).select_related(
        "class_node", "person", "campaign__school", "campaign__approval__filing"
    )
    sitting = rows.filter(pk=sitting_id).first()
    if sitting is None or sitting.state not in (SittingState.STARTED, SittingState.SUBMITTED):
        return []
    known = set(Result.objects.filter(sitting=sitting).values_list("part", flat=True))
    made = []
    for sheet in Sheet.objects.filter(sitting=sitting, submitted_at__isnull=False).order_by("part"):
        if sheet.part not in known:
            result = _result(sitting, sheet, at)
            result.save(force_insert=True)
            announce("result.made", at=at, result_id=result.pk)
            made.append(result)
    return made


def _result(sitting: Sitting, sheet: Sheet, at: datetime) -> Result:
    definition = questionnaires.find(sheet.instrument_hash)
    if definition is None:
        raise Refusal(_("有一份问卷在系统里找不到了，请联系管理员。"), code="unknown")
    reading = read_sheet(definition, sitting, sheet)
    return Result(
        sitting=sitting, part=sheet.part, instrument_id=definition.id, made_at=at, **_columns(definition, reading)
    )


def read_sheet(definition: Definition, sitting: Sitting, sheet: Sheet) -> Reading:
    """The scorer's reading of one stored sheet, with the student's age, grade and sex on the day it was handed in."""
    day = localdate(sheet.submitted_at)
    group = rules.cohort(
        sitting.class_node.stage,
        sitting.class_node.entry_year or 0,
        system=sitting.campaign.school.system,
        school_year=sitting.campaign.approval.filing.school_year,
    )
    return score_sheet(
        definition,
        bytes(sheet.answers),
        age=sitting.person.age_on(day),
        grade=group.grade if group else None,
        sex=SEX.get(sitting.person.sex),
        clocks=clocks.unpack(bytes(sheet.clocks or b""), len(definition.items)),
    )


def _columns(definition: Definition, reading: Reading) -> dict[str, Any]:
    plain = reading.as_json()
    signs = {sign["code"] for sign in plain["signs"]}
    return {
        "instrument_hash": definition.hash,
        "scores": {name: {k: v for k, v in row.items() if k != "band"} for name, row in plain["scores"].items()},
        "bands": {name: row["band"] for name, row in plain["scores"].items() if row["band"]},
        "validity": {key: plain[key] for key in ("signs", "answered", "skipped", "not_shown")},
        "alerts": plain["alerts"],
        "severity": plain["severity"] or 0,
        "needs_retest": reading.retest_advised or len(signs & CARELESS) > 1,
    }


@transaction.atomic
def invite_to_retest(*, actor: Actor, sitting: Sitting, at: datetime) -> Sitting:
    """A quiet second try for a sheet that was not filled in with care; the first one stays on file.

    Raises Refusal when nothing asks for it, when there was one already, or when the campaign is over.
    """
    rows = Sitting.objects.select_for_update(of=("self",)).select_related("campaign__school")
    sitting = rows.get(pk=sitting.pk)
    if not policies.may_run(actor, sitting.campaign.school) or policies.is_house(actor):
        raise PermissionDenied
    if sitting.campaign.state != CampaignState.OPEN:
        raise Refusal(_("这次测评已经结束，不能再邀请重测。"), code="closed")
    if sitting.retest_of_id or Sitting.objects.filter(retest_of=sitting).exists():
        raise Refusal(_("已经邀请过一次重测，不再重复邀请。"), code="twice")
    parts = list(Result.objects.filter(sitting=sitting, needs_retest=True).values_list("part", flat=True))
    if not parts:
        raise Refusal(_("这位同学的答卷没有需要重测的地方。"), code="nothing")
    again = Sitting.objects.create(
        campaign=sitting.campaign,
        person_id=sitting.person_id,
        class_node_id=sitting.class_node_id,
        retest_of=sitting,
        only_part=parts[0] if len(parts) == 1 else None,
        invited_at=at,
    )
    note(actor, "sitting.retest", again, sitting.campaign.school_id, at, person=sitting.person_id)
    return again


@transaction.atomic
def count_class(*, actor: Actor, campaign: Campaign, class_node: Organisation, at: datetime) -> int:
    """Write the roll-up of one class anew from its results; returns how many cells it has. For the house."""
    if not policies.is_house(actor):
        raise PermissionDenied
    rows = Result.objects.select_for_update(of=("self",)).filter(
        sitting__campaign=campaign, sitting__class_node=class_node
    )
    cells: Counter[tuple[str, str, str, str]] = Counter()
    for (_person, instrument), result in _last_words(rows.select_related("sitting__person")).items():
        sex = result.sitting.person.sex
        cells[sex, instrument, "", "careless" if result.needs_retest else "valid"] += 1
        if not result.needs_retest:
            for score, band in result.bands.items():
                cells[sex, instrument, score, band] += 1
    Tally.objects.filter(campaign=campaign, class_node=class_node).delete()
    Tally.objects.bulk_create(
        Tally(
            campaign=campaign,
            class_node=class_node,
            stage=class_node.stage,
            entry_year=class_node.entry_year or 0,
            sex=sex,
            instrument_id=instrument,
            score=score,
            band=band,
            count=count,
        )
        for (sex, instrument, score, band), count in cells.items()
    )
    rows.filter(counted_at=None).update(counted_at=at)
    return len(cells)


def _last_words(results: Iterable[Result]) -> dict[tuple[int, str], Result]:
    """One result a student and questionnaire: the retest's where there is one."""
    found: dict[tuple[int, str], Result] = {}
    for result in sorted(results, key=lambda r: (r.sitting.retest_of_id is not None, r.pk)):
        found[result.sitting.person_id, result.instrument_id] = result
    return found


@transaction.atomic
def rescore_sheets(*, actor: Actor, results: list[Result], at: datetime) -> int:
    """Read stored sheets again, with today's version of their questionnaire when its items are the same.

    Returns how many results changed; those with new alerts are announced again. For the house.
    """
    if not policies.is_house(actor):
        raise PermissionDenied
    sheets = {(s.sitting_id, s.part): s for s in Sheet.objects.filter(sitting__in={r.sitting_id for r in results})}
    changed = 0
    for result in results:
        sheet = sheets.get((result.sitting_id, result.part))
        definition = version_for(result)
        if sheet is None or definition is None:
            continue
        before = {name: getattr(result, name) for name in _CHANGES}
        for name, value in _columns(definition, read_sheet(definition, result.sitting, sheet)).items():
            setattr(result, name, value)
        if before == {name: getattr(result, name) for name in _CHANGES}:
            continue
        changed += 1
        result.counted_at = None
        result.save()
        if set(result.alerts) - set(before["alerts"]):
            announce("result.made", at=at, result_id=result.pk)
    return changed


_CHANGES = ("instrument_hash", "scores", "bands", "validity", "alerts", "severity", "needs_retest")


def version_for(result: Result) -> Definition | None:
    """Today's version of a result's questionnaire when its sheets mean the same, else the one it was answered with."""
    answered = questionnaires.find(result.instrument_hash)
    newest = questionnaires.current(result.instrument_id)
    if answered is None or newest is None or newest.item_ids != answered.item_ids:
        return answered
    same = newest.sheet_layout.codes == answered.sheet_layout.codes
    return newest if same else answered


@transaction.atomic
def ask_for_rescoring(*, actor: Actor, campaign: Campaign, at: datetime) -> Job:
    """Have a whole campaign read again; the job tells how many results changed. Raises PermissionDenied."""
    if not policies.may_run(actor, campaign.school):
        raise PermissionDenied
    note(actor, "campaign.rescored", campaign, campaign.school_id, at)
    return enqueue("screening.rescore", account=actor.account, at=at, campaign_id=campaign.pk)
