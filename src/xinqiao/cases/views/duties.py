"""Care duties: what somebody is asked to do. Phone first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.doors import STAFF, door
from xinqiao.access.enums import Action, Depth
from xinqiao.cases import policies
from xinqiao.cases.enums import DutyKind
from xinqiao.cases.forms import AttemptForm, DutyFilter, DutyForm, PassForm
from xinqiao.cases.models import CareDuty
from xinqiao.cases.selectors import DutyRow, duty_rows, guardians_of, heirs_of_duty, listed_duties
from xinqiao.cases.services.duties import finish_duty, log_attempt, pass_duty
from xinqiao.cases.views.shared import Words, act, page, read, tried

PAGE = 30
RELATED = ("person", "holder", "holder_post", "class_node", "school", "done_by", "change")


@door(Action.DO_DUTIES, STAFF)
def duties(request: HttpRequest) -> HttpResponse:
    """Open duties somebody holds or let climb; for the psychology teacher all of the school."""
    at, actor = timezone.now(), request.actor
    whole = actor.may(Action.DO_DUTIES, None, Depth.NOTES)
    mine = request.GET.get("show", "mine" if whole else "") == "mine"
    form = DutyFilter(request.GET)
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    rows = listed_duties(actor, at, mine=mine, text="" if mine else text)
    sheet = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    tabs = [
        {"label": _("我的"), "url": "?show=mine", "current": mine},
        {"label": _("全校"), "url": "?show=all", "current": not mine},
    ]
    context = {
        "page": sheet,
        "rows": duty_rows(actor, sheet.object_list, at),
        "tabs": tabs if whole else [],
        "filter_form": form if whole and not mine else None,
        "others": listed_duties(actor, at).count() if whole and mine and not sheet.object_list else 0,
        "at": at,
    }
    return page(request, "cases/duties.html", context)


def _duty(request: HttpRequest, pk: int) -> CareDuty:
    visible = policies.visible_duties(request.actor, timezone.now())
    return get_object_or_404(visible.select_related(*RELATED), pk=pk)


@door(Action.DO_DUTIES, STAFF, reading=True)
def duty(request: HttpRequest, pk: int) -> HttpResponse:
    """One duty: what to do, and saying that it was done."""
    at, actor = timezone.now(), request.actor
    row = _duty(request, pk)
    calls = row.kind == DutyKind.GUARDIAN_CONTACT
    guardians = guardians_of(row.person, at) if calls else []
    form: forms.Form = (
        AttemptForm(request.POST or None, guardians=guardians) if calls else DutyForm(request.POST or None)
    )

    def verb(data: dict[str, Any]) -> None:
        if calls:
            log_attempt(actor=actor, duty=row, at=at, **data)
        else:
            finish_duty(actor=actor, duty=row, words=data["words"], at=at)

    (shown,) = duty_rows(actor, [row], at)
    if shown.may_finish and tried(request, form, verb, ""):
        return _thanked(request, row)
    read(request, "duty.read", row, owner=row.school_id, person=row.person_id, at=at, named=shown.named)
    context = {
        **_detail(request, shown),
        "form": form,
        "calls": calls,
        "phones": [(each, _phone(each.guardian)) for each in guardians] if shown.named and shown.may_finish else [],
        "at": at,
    }
    return page(request, "cases/duty.html", context, status=422 if form.errors else 200)


def _detail(request: HttpRequest, shown: DutyRow) -> dict[str, Any]:
    """What the page shows besides its form: words for who did it and who reads notes, tries, climbs, ways onward."""
    at, actor, row = timezone.now(), request.actor, shown.duty
    own = shown.mine or (actor.person is not None and row.done_by_id == actor.person.pk)
    deep = policies.reads_duty(actor, row) >= Depth.NOTES
    inside = shown.named and row.school_id in policies.file_schools(actor, row.person, at)
    return {
        "row": shown,
        "words": row.words.reveal() if row.words and shown.named and (own or deep) else "",
        "attempts": row.attempts.select_related("written_by", "guardian") if shown.named and (own or deep) else [],
        "climbs": row.climb_log.select_related("from_person", "to_person").order_by("at"),
        "opens": shown.may_finish and row.kind == DutyKind.OPEN_CASE and actor.may(Action.RUN_CASE),
        "may_open_file": inside or policies.visible_files(actor, at).filter(pk=row.person_id).exists(),
        "may_pass": shown.may_finish and bool(heirs_of_duty(row, at)),
    }


def _phone(person: Any) -> str:
    return person.phone.reveal() if person.phone else ""


def _thanked(request: HttpRequest, row: CareDuty) -> HttpResponse:
    row.refresh_from_db()
    if row.state == "open":
        words = _("已记下。下一次联系请在 %(time)s 之前。")
        messages.success(request, words % {"time": timezone.localtime(row.due_at).strftime("%m-%d %H:%M")})
        return redirect("cases:duty", row.pk)
    messages.success(request, _("已记下，谢谢您。"))
    return redirect("cases:duties")


@door(Action.DO_DUTIES, STAFF)
def duty_pass(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody else of the chain does it; the date stays."""
    at, actor = timezone.now(), request.actor
    row = _duty(request, pk)
    (shown,) = duty_rows(actor, [row], at)
    if not shown.may_finish:
        return redirect("cases:duty", pk)
    form = PassForm(request.POST or None, posts=heirs_of_duty(row, at))
    return act(
        request,
        form,
        lambda data: pass_duty(actor=actor, duty=row, to=data["to"], at=at),
        Words(_("转交关怀任务"), _("转交"), _("已转交。"), _("期限不变，请当面或电话说一声。")),
        name=shown.name,
        to=reverse("cases:duties"),
    )
