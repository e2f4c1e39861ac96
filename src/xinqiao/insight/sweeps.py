"""The day's figures are made by the worker, so that nobody waits for them in front of a page."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.utils.timezone import localdate

from xinqiao.insight.models import Release
from xinqiao.insight.releasing import make_release
from xinqiao.outbox.registry import every
from xinqiao.people.models import Organisation

log = logging.getLogger("xinqiao.insight")
KEPT = timedelta(days=400)


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
