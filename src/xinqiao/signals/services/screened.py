"""What screening announces becomes a reason to look: a safety answer within seconds, a result by the rules."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate

from xinqiao.access.actor import Actor
from xinqiao.people.selectors import current_enrolment
from xinqiao.screening import questionnaires
from xinqiao.screening.models import Result, Sitting
from xinqiao.signals import policies, rules, selectors
from xinqiao.signals.enums import EvidenceKind, Source, Urgency
from xinqiao.signals.models import GATHERING, Evidence, Signal
from xinqiao.signals.services.raising import About, Ground, raise_signal


@transaction.atomic
def answer_is_urgent(*, actor: Actor, sitting_id: int, part: int, items: Iterable[str], at: datetime) -> Signal | None:
    """Safety items answered in a way that wants a person now. Several items and saves meet in one open signal.

    None when every item was brought before. For the house; the items are told to nobody but who reads results.
    """
    if not policies.is_house(actor):
        raise PermissionDenied
    sitting = _sitting(sitting_id)
    new = sorted(set(items) - known_items(sitting_id, part))
    if sitting is None or not new:
        return None
    ground = Ground(
        EvidenceKind.ITEMS,
        f"items:{sitting_id}:{part}:{_digest(new)}",
        Urgency.URGENT,
        sitting_id=sitting_id,
        part=part,
        items=tuple(new),
        duty_post_id=sitting.campaign.duty_post_id,
    )
    return raise_signal(actor=actor, about=_about(sitting, at), source=Source.SAFETY, ground=ground, at=at)


@transaction.atomic
def result_was_made(*, actor: Actor, result_id: int, at: datetime) -> Signal | None:
    """A scored sheet: a signal when the rules ask for one, joined to an open safety signal of the same student."""
    if not policies.is_house(actor):
        raise PermissionDenied
    result = Result.objects.filter(pk=result_id).first()
    sitting = _sitting(result.sitting_id) if result is not None else None
    if result is None or sitting is None:
        return None
    about = _about(sitting, at)
    level = selectors.current_level(sitting.person_id)
    urgency = rules.urgency_of_result(
        alerts=_open_alerts(result),
        severity=result.severity,
        needs_retest=result.needs_retest,
        prior_level=level.level if level else 0,
        options=selectors.options_of(about.school),
    )
    if urgency is None:
        return None
    ground = Ground(
        EvidenceKind.RESULT,
        f"result:{result.pk}:{_digest([*result.alerts, result.severity, result.needs_retest])}",
        urgency,
        sitting_id=sitting.pk,
        part=result.part,
        result_id=result.pk,
        duty_post_id=sitting.campaign.duty_post_id,
    )
    source = _source(sitting, about, urgency)
    return raise_signal(actor=actor, about=about, source=source, ground=ground, at=at)


def _source(sitting: Sitting, about: About, urgency: Urgency) -> Source:
    talking = Signal.objects.filter(GATHERING, source=Source.SAFETY, subject=about.subject, school=about.school)
    if urgency == Urgency.URGENT or talking.exists():
        return Source.SAFETY
    return Source.RETEST if sitting.retest_of_id else Source.SCORE


def _sitting(sitting_id: int) -> Sitting | None:
    rows = Sitting.objects.select_related("person", "class_node", "campaign__school")
    return rows.filter(pk=sitting_id).first()


def _about(sitting: Sitting, at: datetime) -> About:
    """The school of the screening, with the class in which the student is there today."""
    now = current_enrolment(sitting.person, localdate(at))
    stays = now is not None and now.school_id == sitting.campaign.school_id
    return About(sitting.person, sitting.campaign.school, now.class_node if now and stays else sitting.class_node)


def known_items(sitting_id: int, part: int) -> set[str]:
    """Safety items of a sheet that have been brought to a person."""
    rows = Evidence.objects.filter(kind=EvidenceKind.ITEMS, sitting_id=sitting_id, part=part)
    return {item for row in rows.values_list("items", flat=True) for item in row.split(",")}


def _open_alerts(result: Result) -> list[rules.Hit]:
    """The alerts that were hit, without safety items that were told while they were answered."""
    definition = questionnaires.find(result.instrument_hash)
    if definition is None:
        return []
    told = known_items(result.sitting_id, result.part)
    hit = [alert for alert in definition.alerts if alert.id in set(result.alerts)]
    return [
        rules.Hit(alert.urgency, bool(alert.item))
        for alert in hit
        if not (alert.urgency == "immediate" and alert.item in told)
    ]


def _digest(parts: Iterable[object]) -> str:
    return hashlib.sha256("|".join(sorted(str(part) for part in parts)).encode()).hexdigest()[:16]
