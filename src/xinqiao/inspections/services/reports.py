"""The words people add to an annual evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xinqiao.access.actor import Actor
from xinqiao.inspections import policies
from xinqiao.inspections.handling import note
from xinqiao.inspections.models import Report
from xinqiao.people.models import Organisation

WRITTEN = ("opening", "strengths", "gaps", "steps")


@transaction.atomic
def write_report(
    *, actor: Actor, organisation: Organisation, year: int, texts: Mapping[str, str], at: datetime
) -> Report:
    """Keep what was written for a school year (the year it began in). texts: opening, strengths, gaps, steps."""
    if actor.person is None or not policies.may_report(actor, organisation):
        raise PermissionDenied
    given = {name: texts.get(name, "").strip() for name in WRITTEN}
    row, _made = Report.objects.update_or_create(
        organisation=organisation, year=year, defaults={**given, "by": actor.person, "at": at}
    )
    note(actor, "inspection.report_written", at, row, organisation.pk, year=year)
    return row
