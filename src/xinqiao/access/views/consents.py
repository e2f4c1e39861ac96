"""The consent register, for those who keep it."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from xinqiao.access.doors import door
from xinqiao.access.enums import Action, ConsentParty, Purpose
from xinqiao.access.forms.consents import AnswerForm, PaperForm, TextForm, WithdrawForm
from xinqiao.access.policies import visible_organisations, visible_students
from xinqiao.access.selectors import register
from xinqiao.access.selectors.consents import consent_standing
from xinqiao.access.selectors.texts import guardianships_of, text_in_reach, versions_of
from xinqiao.access.services import (
    decline,
    give_consent,
    issue_binding_codes,
    publish_text,
    record_papers,
    text_for,
    withdraw,
)
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Guardianship, Organisation, Person
from xinqiao.ui.verbs import refuse, words_of


def _purpose(request: HttpRequest) -> str:
    wanted = request.GET.get("purpose", "")
    return wanted if wanted in Purpose.values else Purpose.SCREENING


def _purpose_tabs(request: HttpRequest, purpose: str, extra: str = "") -> list[dict[str, object]]:
    return [
        {"label": kind.label, "url": f"{request.path}?purpose={kind.value}{extra}", "current": kind == purpose}
        for kind in (Purpose.SCREENING, Purpose.COUNSELLING)
    ]


@door(Action.MANAGE_CONSENT)
def consents(request: HttpRequest) -> HttpResponse:
    """Classes in reach and how far each is; somebody with one class goes straight there."""
    nodes = list(register.classes_in_reach(request.actor))
    if len(nodes) == 1:
        return redirect("access:consent_class", nodes[0].pk)
    purpose = _purpose(request)
    context = {
        "counts": register.class_counts(nodes, purpose, timezone.now()),
        "tabs": _purpose_tabs(request, purpose),
        "purpose": purpose,
        "schools": _schools(request),
    }
    return render(request, "access/consents/index.html", context)


def _schools(request: HttpRequest) -> list[Organisation]:
    reach = visible_organisations(request.actor, Action.MANAGE_CONSENT)
    return list(reach.filter(kind="school").order_by("path"))


def _class(request: HttpRequest, node_id: int) -> Organisation:
    return get_object_or_404(register.classes_in_reach(request.actor), pk=node_id)


@door(Action.MANAGE_CONSENT)
def consent_class(request: HttpRequest, node_id: int) -> HttpResponse:
    """A class's register, and the form for a pile of paper slips."""
    node, now, purpose = _class(request, node_id), timezone.now(), _purpose(request)
    party = request.GET.get("party", "")
    party = party if party in ConsentParty.values else ConsentParty.GUARDIAN
    lines = register.class_register(node, purpose, now)
    form = PaperForm(lines, party, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            n = record_papers(actor=request.actor, purpose=purpose, answers=form.answers(), at=now)
        except Refusal as refusal:
            form.add_error(None, words_of(refusal))
        else:
            messages.success(request, _("已登记 %(n)d 份答复。") % {"n": n} if n else _("没有填写新的答复。"))
            return redirect(request.get_full_path())
    title, school = register.class_titles([node], localdate(now))[node.pk]
    context = {
        "node": node,
        "title": title,
        "school": school,
        "lines": lines,
        "form": form,
        "purpose": purpose,
        "party": party,
        "agreed": sum(line.state == "ok" for line in lines),
        "waiting": sum(not line.settled for line in lines),
        "tabs": _purpose_tabs(request, purpose, f"&party={party}"),
        "parties": [
            {"label": kind.label, "url": f"?purpose={purpose}&party={kind.value}", "current": kind == party}
            for kind in (ConsentParty.GUARDIAN, ConsentParty.SELF)
        ],
    }
    return render(request, "access/consents/class.html", context)


@never_cache
@require_POST
@door(Action.MANAGE_CONSENT)
def binding_slips(request: HttpRequest, node_id: int) -> HttpResponse:
    """New binding codes for a class's guardians, as slips to print. They are shown this once."""
    node, now = _class(request, node_id), timezone.now()
    lines = register.class_register(node, Purpose.SCREENING, now)
    wanted = [line for line in lines if line.guardians]
    codes = issue_binding_codes(actor=request.actor, students=[line.person for line in wanted], at=now)
    title, school = register.class_titles([node], localdate(now))[node.pk]
    slips = [
        {"child": line.person.name, "number": line.number, "guardian": g.guardian.name, "code": codes[g.guardian_id]}
        for line in wanted
        for g in line.guardians
    ]
    context = {"slips": slips, "title": title, "school": school, "node": node, "without": len(lines) - len(wanted)}
    return render(request, "access/consents/binding_slips.html", context)


def _student(request: HttpRequest, person_id: int) -> Person:
    reach = visible_students(request.actor, timezone.now(), Action.MANAGE_CONSENT)
    return get_object_or_404(reach, pk=person_id)


def _likely(request: HttpRequest, guardians: QuerySet[Guardianship]) -> dict[str, object]:
    """Most papers that come back are a guardian's, signed by the one who is called first."""
    first = guardians.first()
    party = ConsentParty.GUARDIAN if first else ConsentParty.SELF
    return {"purpose": _purpose(request), "party": party, "given_by": first.pk if first else None}


@door(Action.MANAGE_CONSENT)
def consent_person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Every answer about one student, and a form to record one that came on paper or in person."""
    person, now = _student(request, person_id), timezone.now()
    guardians = guardianships_of(person, now)
    form = AnswerForm(guardians, request.POST or None, initial=_likely(request, guardians))
    if request.method == "POST" and form.is_valid():
        verb = give_consent if form.cleaned_data["answer"] == "yes" else decline
        try:
            verb(
                actor=request.actor,
                person=person,
                purpose=form.cleaned_data["purpose"],
                signature=form.signature(),
                at=now,
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已登记。"))
            return redirect("access:consent_person", person.pk)
    context = {
        "person": person,
        "standings": [(kind.label, consent_standing(person, kind, now)) for kind in Purpose if kind != "sharing"],
        "answers": register.answers_of(person),
        "form": form,
        "withdraw_form": WithdrawForm(),
    }
    return render(request, "access/consents/person.html", context)


@require_POST
@door(Action.MANAGE_CONSENT)
def consent_withdraw(request: HttpRequest, person_id: int, consent_id: int) -> HttpResponse:
    person = _student(request, person_id)
    consent = get_object_or_404(register.answers_of(person), pk=consent_id)
    form = WithdrawForm(request.POST)
    try:
        channel = form.cleaned_data["channel"] if form.is_valid() else ""
        withdraw(actor=request.actor, consent=consent, channel=channel, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, _("已登记撤回。从现在起不再使用新的信息。"))
    return redirect("access:consent_person", person.pk)


@door(Action.MANAGE_CONSENT)
def consent_texts(request: HttpRequest, school_id: int) -> HttpResponse:
    """The texts in force at a school and their earlier versions."""
    school, now = _school(request, school_id), timezone.now()
    texts = [(kind, text_for(kind, school, now), versions_of(kind, school)) for kind in Purpose]
    return render(request, "access/consents/texts.html", {"school": school, "texts": texts})


def _school(request: HttpRequest, school_id: int) -> Organisation:
    reach = visible_organisations(request.actor, Action.MANAGE_CONSENT)
    return get_object_or_404(reach, pk=school_id, kind="school")


@door(Action.MANAGE_CONSENT)
def consent_text_new(request: HttpRequest, school_id: int) -> HttpResponse:
    """A new version, starting from the one in force."""
    school, now, purpose = _school(request, school_id), timezone.now(), _purpose(request)
    text = text_for(purpose, school, now)
    form = TextForm(request.POST or None, initial={"title": text.title, "body": text.body})
    if request.method == "POST" and form.is_valid():
        try:
            publish_text(actor=request.actor, organisation=school, purpose=purpose, at=now, **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("新文本已发布，从现在起使用。"))
            return redirect("access:consent_texts", school.pk)
    context = {"school": school, "form": form, "purpose": Purpose(purpose), "text": text}
    return render(request, "access/consents/text_new.html", context)


@door(Action.MANAGE_CONSENT)
def consent_text(request: HttpRequest, text_id: int) -> HttpResponse:
    text = get_object_or_404(text_in_reach(request.actor), pk=text_id)
    return render(request, "access/consents/text.html", {"text": text})
