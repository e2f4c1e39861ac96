"""Asking units for something the plan did not foresee, and collecting what they hand in as one package."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.documents.downloads import ZIP, disposition
from xinqiao.plans import exports, policies
from xinqiao.plans.enums import Origin
from xinqiao.plans.forms.giving import GiveForm
from xinqiao.plans.handling import note
from xinqiao.plans.models import Plan, Task
from xinqiao.plans.selectors.asking import askers, may_be_asked
from xinqiao.plans.selectors.boards import gathering
from xinqiao.plans.selectors.rows import rows_of
from xinqiao.plans.services.giving import Request, give
from xinqiao.plans.views.shared import page, run_plan_of
from xinqiao.ui.verbs import tried


@door(Action.RUN_PLANS)
def ask(request: HttpRequest) -> HttpResponse:
    """An extra task or a call for contributions, to chosen units; beside a plan or on its own."""
    wanted = request.GET.get("plan", "")
    plan = run_plan_of(request, int(wanted)) if wanted.isdecimal() else None
    at, offices = timezone.now(), askers(request.actor)
    asker = plan.organisation if plan else next(iter(offices), None)
    chosen = request.GET.get("organisation", "")
    if plan is None and chosen.isdecimal():
        asker = next((node for node in offices if node.pk == int(chosen)), asker)
    if asker is None:
        raise Http404
    units = may_be_asked(asker, plan, timezone.localdate(at))
    kind = Origin.EXTRA if request.GET.get("kind") == "extra" else Origin.CALL
    form = GiveForm(request.POST or None, units=units, initial={"origin": kind})
    given: list[Task] = []
    if tried(request, form, lambda _data: given.extend(_give(request, asker, plan, form)), _("已下达。")):
        return redirect("plans:gather", given[0].pk)
    context = {
        "form": form,
        "plan": plan,
        "asker": asker,
        "offices": [] if plan else offices,
        "units": units,
        "back": reverse("plans:calls", args=[plan.pk]) if plan else reverse("plans:index"),
    }
    return page(request, "plans/ask.html", context, 422 if form.errors else 200)


def _give(request: HttpRequest, asker: object, plan: Plan | None, form: GiveForm) -> list[Task]:
    data, call = form.cleaned_data, form.cleaned_data["origin"] == Origin.CALL
    asked = Request(
        title=data["title"],
        due_on=data["due_on"],
        words=data["words"],
        owners=data["owners"],
        accept=data["accept"],
        needs={"text": data["text"], "files": data["files"] or 0, "pictures": data["pictures"] or 0},
        gathers=call or data["gathers"],
        subject=f"call:{uuid4().hex[:16]}",
    )
    return give(
        actor=request.actor, asker=asker, units=form.chosen(), request=asked, origin=data["origin"], plan=plan,  # type: ignore[arg-type]
        at=timezone.now(),
    )  # fmt: skip


def _gathered(request: HttpRequest, task_id: int) -> tuple[Task, list[Task]]:
    """One task of a call, and all tasks of that call in the order of the tree."""
    rows = policies.visible_tasks(request.actor).select_related("plan__edition", "asker", "unit")
    anchor = get_object_or_404(rows, pk=task_id)
    if not request.actor.may(Action.SEE_PLANS, anchor.asker.path):
        raise Http404
    found = gathering(request.actor, anchor).select_related("unit", "asker", "owner__person", "plan__edition")
    found = found.prefetch_related("hand_ins__attachments", "hand_ins__by").order_by("unit__path", "pk")
    return anchor, list(
        found.exclude(state="waived").defer("plan__data", "plan__edition__data", "plan__edition__source")
    )


@door(Action.SEE_PLANS)
@require_safe
def gather(request: HttpRequest, task_id: int) -> HttpResponse:
    """A call: who has handed in what, and the package."""
    anchor, tasks = _gathered(request, task_id)
    on = timezone.localdate()
    rows = list(zip(rows_of(tasks, on), exports.parts(tasks), strict=True))
    context = {
        "anchor": rows_of([anchor], on)[0],
        "plan": anchor.plan,
        "rows": rows,
        "handed": sum(part.hand_in is not None for _row, part in rows),
        "total": len(rows),
        "pictures": sum(part.pictures for _row, part in rows),
        "files": sum(part.others for _row, part in rows),
        "size": sum(file.size for _row, part in rows for file in part.files),
        "runs": policies.may_run(request.actor, anchor.asker),
        "open": any(task.state in ("open", "taken", "returned") for task in tasks),
        "at": timezone.now(),
    }
    return page(request, "plans/gather.html", context)


@door(Action.SEE_PLANS)
@require_safe
def package(request: HttpRequest, task_id: int) -> HttpResponseBase:
    """Everything handed in for a call: an index and a folder for each unit. Streamed; the trail says who took it."""
    anchor, tasks = _gathered(request, task_id)
    at, title = timezone.now(), rows_of([anchor], timezone.localdate())[0].title
    found = exports.parts(tasks)
    with transaction.atomic():
        files = sum(len(part.files) for part in found)
        note(request.actor, "plan_task.packaged", at, anchor, anchor.asker_id, tasks=len(tasks), files=files)
    pieces = exports.package(title, found, at)
    answer = StreamingHttpResponse(_for_server(request, pieces), content_type=ZIP)
    answer["Content-Disposition"] = disposition(f"{title} {anchor.due_on}.zip")
    answer["Cache-Control"] = "no-store, private"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _for_server(request: HttpRequest, pieces: Iterator[bytes]) -> Iterator[bytes] | AsyncIterator[bytes]:
    """An asynchronous server reads a plain iterator to its end before it sends anything; so it gets one of its own."""
    return _awaited(pieces) if isinstance(request, ASGIRequest) else pieces


async def _awaited(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    following = sync_to_async(lambda: next(pieces, None), thread_sensitive=True)
    while (piece := await following()) is not None:
        yield piece
