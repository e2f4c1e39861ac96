"""One student as administrators know them; guardians; groups."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Guardianship, Person
from xinqiao.registry import policies
from xinqiao.registry.forms.persons import GuardianForm, IdentityForm, MembershipForm, StudentForm
from xinqiao.registry.selectors import persons
from xinqiao.registry.services.groups import put_in, take_out
from xinqiao.registry.services.guardians import add_guardian, edit_guardian, end_guardian
from xinqiao.registry.services.persons import edit_student, read_identity, read_phones, set_identity
from xinqiao.ui.verbs import refuse, words_of


def _student(request: HttpRequest, person_id: int) -> Person:
    return get_object_or_404(policies.students_to_see(request.actor, timezone.now()), pk=person_id)  # type: ignore[attr-defined]


def _kept(request: HttpRequest, person_id: int) -> Person:
    return get_object_or_404(policies.students_to_keep(request.actor, timezone.now()), pk=person_id)  # type: ignore[attr-defined]


def _page(request: HttpRequest, person: Person, **more: object) -> HttpResponse:
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    about = persons.about(actor, person, now)
    node = about.place.class_node if about.place else None
    groups = policies.groups_to_keep(actor, node) if node else None
    context = {
        "person": person,
        "about": about,
        "age": person.age_on(localdate(now)),
        "keeps": policies.students_to_keep(actor, now).filter(pk=person.pk).exists(),
        "keeps_groups": groups is not None and groups.exists(),
        **more,
    }
    return render(request, "registry/person.html", context)


@door(Action.SEE_PEOPLE)
def person_page(request: HttpRequest, person_id: int) -> HttpResponse:
    return _page(request, _student(request, person_id))


@never_cache
@require_POST
@door(Action.SEE_PEOPLE, reading=True)
def phones(request: HttpRequest, person_id: int) -> HttpResponse:
    """The same page with the guardians' phones in clear; the reading is in the trail."""
    person = _student(request, person_id)
    return _page(request, person, phones=read_phones(actor=request.actor, child=person, at=timezone.now()))  # type: ignore[attr-defined]


@door(Action.MANAGE_PEOPLE)
def person_edit(request: HttpRequest, person_id: int) -> HttpResponse:
    person, now = _kept(request, person_id), timezone.now()
    place = persons.about(request.actor, person, now).place  # type: ignore[attr-defined]
    initial = {"name": person.name, "sex": person.sex, "birth_date": person.birth_date}
    if place:
        boarding = {True: "1", False: "0", None: ""}[place.boarding]
        initial |= {"number": place.student_number, "boarding": boarding}
    form = StudentForm(request.POST or None, initial=initial, in_class=place is not None)
    if request.method == "POST" and form.is_valid():
        try:
            edit_student(actor=request.actor, person=person, student=form.student(), at=now)  # type: ignore[attr-defined]
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect("registry:person", person.pk)
    return render(request, "registry/person_edit.html", {"form": form, "person": person})


@never_cache
@sensitive_post_parameters()
@door(Action.MANAGE_PEOPLE, fresh=True)
def identity(request: HttpRequest, person_id: int) -> HttpResponse:
    """Keep an identity number. What was typed is never sent back."""
    person = _kept(request, person_id)
    form = IdentityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            number = form.cleaned_data["number"]
            set_identity(actor=request.actor, person=person, number=number, at=timezone.now())  # type: ignore[attr-defined]
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已加密保存。"))
            return redirect("registry:person", person.pk)
    return render(request, "registry/identity.html", {"form": form, "person": person})


@never_cache
@require_POST
@door(Action.MANAGE_PEOPLE, fresh=True, reading=True)
def identity_read(request: HttpRequest, person_id: int) -> HttpResponse:
    person = _kept(request, person_id)
    return _page(request, person, number=read_identity(actor=request.actor, person=person, at=timezone.now()))  # type: ignore[attr-defined]


@require_POST
@door(Action.MANAGE_PEOPLE)
def identity_remove(request: HttpRequest, person_id: int) -> HttpResponse:
    person = _kept(request, person_id)
    set_identity(actor=request.actor, person=person, number="", at=timezone.now())  # type: ignore[attr-defined]
    messages.success(request, _("已删除身份证号。"))
    return redirect("registry:person", person.pk)


@sensitive_post_parameters("phone")
@door(Action.MANAGE_PEOPLE)
def guardian_add(request: HttpRequest, person_id: int) -> HttpResponse:
    child = _kept(request, person_id)
    form = GuardianForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_guardian(actor=request.actor, child=child, guardian=form.guardian(), at=timezone.now())  # type: ignore[attr-defined]
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已登记监护人。"))
            return redirect("registry:person", child.pk)
    return render(request, "registry/guardian.html", {"form": form, "person": child})


def _guardianship(request: HttpRequest, person_id: int, guardianship_id: int) -> Guardianship:
    child = _kept(request, person_id)
    return get_object_or_404(child.guardianships.select_related("guardian", "child"), pk=guardianship_id, ends_on=None)


@sensitive_post_parameters("phone")
@door(Action.MANAGE_PEOPLE)
def guardian_edit(request: HttpRequest, person_id: int, guardianship_id: int) -> HttpResponse:
    row = _guardianship(request, person_id, guardianship_id)
    initial = {"name": row.guardian.name, "relation": row.relation, "first_contact": row.first_contact}
    form = GuardianForm(request.POST or None, initial=initial, editing=True)
    if request.method == "POST" and form.is_valid():
        try:
            edit_guardian(actor=request.actor, guardianship=row, guardian=form.guardian(), at=timezone.now())  # type: ignore[attr-defined]
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect("registry:person", row.child_id)
    return render(request, "registry/guardian.html", {"form": form, "person": row.child, "row": row})


@require_POST
@door(Action.MANAGE_PEOPLE)
def guardian_end(request: HttpRequest, person_id: int, guardianship_id: int) -> HttpResponse:
    row = _guardianship(request, person_id, guardianship_id)
    try:
        end_guardian(actor=request.actor, guardianship=row, at=timezone.now())  # type: ignore[attr-defined]
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, _("监护关系已结束。"))
    return redirect("registry:person", row.child_id)


@door(Action.SEE_PEOPLE)
def group_put(request: HttpRequest, person_id: int) -> HttpResponse:
    """One student into one group, with source and dates."""
    actor, now, person = request.actor, timezone.now(), _student(request, person_id)  # type: ignore[attr-defined]
    place = persons.about(actor, person, now).place
    if place is None or not policies.groups_to_keep(actor, place.class_node).exists():
        return redirect("registry:person", person.pk)
    form = MembershipForm(policies.groups_to_keep(actor, place.class_node), request.POST or None, on=localdate(now))
    if request.method == "POST" and form.is_valid():
        try:
            put_in(actor=actor, person=person, at=now, **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已登记。"))
            return redirect("registry:person", person.pk)
    return render(request, "registry/group_put.html", {"form": form, "person": person})


@require_POST
@door(Action.SEE_PEOPLE)
def group_take(request: HttpRequest, person_id: int, membership_id: int) -> HttpResponse:
    actor, now, person = request.actor, timezone.now(), _student(request, person_id)  # type: ignore[attr-defined]
    place = persons.about(actor, person, now).place
    rows = policies.memberships_to_see(actor, person, place.class_node if place else None)
    row = get_object_or_404(rows, pk=membership_id)
    try:
        take_out(actor=actor, membership=row, at=now)
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, _("已移出，原来的起止日期保留。"))
    return redirect("registry:person", person.pk)
