"""Long jobs somebody asked for."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from xinqiao.outbox.models import Job


def own_jobs(account: Any) -> QuerySet[Job]:
    return Job.objects.filter(account=account)
