"""The day's figures and summaries are made by the worker, so that nobody waits for them in front of a page."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.utils.timezone import localdate

from xinqiao.access.actor import HOUSE
from xinqiao.insight import policies
from xinqiao.insight.models import Release
from xinqiao.insight.releasing import make_release
from xinqiao.insight.services import draft_summary
from xinqiao.insight.summaries.periods import to_draft
from xinqiao.outbox.registry import every
from xinqiao.people.models import Organisation

log = logging.getLogger("xinqiao.insight")
KEPT = timedelta(days=400)


MOST_DRAFTED = 20
"""In one turn of the sweep; the rest comes ten minutes later."""


@every("insight.summaries", timedelta(minutes=10))
def draft_summaries(at: datetime) -> None:
    """Periods that are over draft themselves where an organisation runs a plan; whoever writes there is told."""
    left, on = MOST_DRAFTED, localdate(at)
    for organisation in policies.draft_themselves():
        for period in to_draft(organisation, on):
            if not left:
                return
            left -= 1
            try:
                draft_summary(actor=HOUSE, organisation=organisation, kind=period.kind, on=period.starts_on, at=at)
            except Exception:  # one organisation must not hold up the others
                log.exception("no summary for organisation %s", organisation.pk)


@every("insight.releases", timedelta(minutes=10))
def make_releases(at: datetime) -> None:
    """Today's figures of each top organisation that has none yet; those older than thirteen months go."""
    on = localdate(at)
    done = Release.objects.filter(on=on).values("root")
    for root in Organisation.objects.filter(parent=None, closed_on=None).exclude(pk__in=done):
        try:
            make_release(root, at)
        except Exception:  # one tree must not hold up the others
            log.exception("no figures for organisation %s", root.pk)
    Release.objects.filter(on__lt=on - KEPT).delete()
