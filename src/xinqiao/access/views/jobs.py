"""How far a long job is: a page for people, JSON for the page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from xinqiao.access.doors import SIGNED_IN, door
from xinqiao.access.selectors.jobs import own_jobs
from xinqiao.outbox.models import Job, JobState

_STATES = {
    JobState.WAITING: "queued",
    JobState.RUNNING: "running",
    JobState.DONE: "done",
    JobState.FAILED: "failed",
}


@never_cache
@door(SIGNED_IN)
def show(request: HttpRequest, job_id: int) -> HttpResponse:
    """One's own job. A job that leads somewhere says so with ``next`` (a path) in its result."""
    job = get_object_or_404(own_jobs(request.user), pk=job_id)
    leads_to = _path(job.result.get("next"))
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(
            {
                "state": _STATES[JobState(job.state)],
                "done": job.done,
                "total": job.total,
                "words": _words(job),
                "next": leads_to,
            }
        )
    if job.state == JobState.DONE and leads_to:
        return redirect(leads_to)
    return render(request, "access/jobs/show.html", {"job": job, "words": _words(job)})


def _path(wanted: object) -> str:
    """Only a path of this house: a job's result is data, and data may not send anybody elsewhere."""
    text = wanted if isinstance(wanted, str) else ""
    return text if text.startswith("/") and not text.startswith("//") else ""


def _words(job: Job) -> str:
    if job.said:
        return job.said
    if job.state == JobState.RUNNING and job.total:
        return _("已处理 %(done)d / %(total)d") % {"done": job.done, "total": job.total}
    return str(job.get_state_display())
