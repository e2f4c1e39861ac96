"""Operations: form → preview → done or given up."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.kernel.refusal import Refusal
from xinqiao.registry import policies
from xinqiao.registry.components import FACES, KIND_WORDS, shown_steps
from xinqiao.registry.enums import OperationKind
from xinqiao.registry.forms.operations import CHOOSES_CLASS, ChooserForm, OperationForm
from xinqiao.registry.models import Operation
from xinqiao.registry.rules import LIFECYCLE
from xinqiao.registry.selectors import classes
from xinqiao.registry.services.changing import apply, discard, preview
from xinqiao.registry.views.shared import page_of, school_and_tabs
from xinqiao.ui.verbs import refuse, words_of


@door(Action.MANAGE_PEOPLE)
def operations(request: HttpRequest) -> HttpResponse:
    """What can be done, and what was done."""
    school, schools = school_and_tabs(request, Action.MANAGE_PEOPLE, policies.WITH_NAMES)
    if school is None:
        return render(request, "registry/choose_school.html", {"schools": schools, "heading": _("升级与调动")})
    rows = policies.operations_in_reach(request.actor).filter(school=school)  # type: ignore[attr-defined]
    page = page_of(request, rows.select_related("made_by", "applied_by"), 20)
    context = {
        "school": school,
        "page": page,
        "kinds": [(kind, KIND_WORDS[kind], FACES[kind].icon) for kind in OperationKind],
    }
    return render(request, "registry/operations.html", context)


@door(Action.MANAGE_PEOPLE)
def operation_new(request: HttpRequest, school_id: int, kind: str) -> HttpResponse:
    """Choose the class first where students are chosen; then fill in and preview."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    today = localdate(now)
    schools = policies.schools_for(actor, Action.MANAGE_PEOPLE, policies.WITH_NAMES)
    school = get_object_or_404(schools, pk=school_id)
    if kind not in OperationKind.values:
        raise Http404
    chooser = ChooserForm(kind, school, today, request.GET or None) if kind in CHOOSES_CLASS else None
    source = other = None
    if chooser is not None:
        source = policies.classes_to_keep(actor).filter(pk=chooser.chosen("source") or 0).first()
        other = classes.neighbours(school).filter(pk=chooser.chosen("other") or 0).first()
    ready = chooser is None or (source is not None and (kind != OperationKind.TRANSFER or other is not None))
    form = None
    if ready:
        form = OperationForm(kind, school, request.POST or None, at=now, on=today, source=source, other=other)
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            operation = preview(actor=actor, school=school, kind=kind, parameters=form.parameters(), at=now)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("registry:operation", operation.pk)
    context = {
        "school": school,
        "kind": OperationKind(kind),
        "words": KIND_WORDS[OperationKind(kind)],
        "chooser": chooser,
        "form": form,
        "no_students": form is not None and "people" in form.fields and not form.fields["people"].choices,  # type: ignore[attr-defined]
    }
    return render(request, "registry/operation_new.html", context)


def _operation(request: HttpRequest, operation_id: int) -> Operation:
    rows = policies.operations_in_reach(request.actor).select_related("school", "made_by", "applied_by")  # type: ignore[attr-defined]
    return get_object_or_404(rows, pk=operation_id)


@door(Action.MANAGE_PEOPLE)
def operation(request: HttpRequest, operation_id: int) -> HttpResponse:
    row = _operation(request, operation_id)
    context = {
        "operation": row,
        "steps": shown_steps(row.steps),
        "moves": LIFECYCLE.offers(row.state),
        "students": sum(step["count"] for step in row.steps if step["kind"] != "promote"),
    }
    return render(request, "registry/operation.html", context)


@require_POST
@door(Action.MANAGE_PEOPLE)
def operation_apply(request: HttpRequest, operation_id: int) -> HttpResponse:
    row = _operation(request, operation_id)
    try:
        apply(actor=request.actor, operation=row, at=timezone.now())  # type: ignore[attr-defined]
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, _("已执行。"))
    return redirect("registry:operation", row.pk)


@require_POST
@door(Action.MANAGE_PEOPLE)
def operation_discard(request: HttpRequest, operation_id: int) -> HttpResponse:
    row = _operation(request, operation_id)
    try:
        discard(actor=request.actor, operation=row, at=timezone.now())  # type: ignore[attr-defined]
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, _("已放弃，什么都没有改动。"))
    return redirect("registry:operation", row.pk)
