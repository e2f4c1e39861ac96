"""The entrances: students with a slip, guardians with a binding code, outside people with a link."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from xinqiao.access import outside
from xinqiao.access.doors import ANYONE, GUARDIAN, OUTSIDE, door
from xinqiao.access.forms.entry import BindingForm, NewPasswordForm, OutsideForm, StudentEntryForm
from xinqiao.access.selectors.links import link_of, unused_binding, wards_named
from xinqiao.access.services import bind_guardian, enter_student, find_binding, open_link
from xinqiao.accounts.models import Account
from xinqiao.kernel.refusal import Refusal
from xinqiao.ui.verbs import refuse, words_of

_TICKET = "xinqiao.accounts.backends.TicketBackend"
_BINDING = "binding"


def address_of(request: HttpRequest) -> str:
    """The caller's address. Behind a proxy (XINQIAO_HTTPS=1) it is the last one in X-Forwarded-For, which our own proxy
    wrote; what stands before it was written by the caller, who could name a new address with every try."""
    forwarded = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip() if settings.HTTPS else ""
    return forwarded or str(request.META.get("REMOTE_ADDR", ""))


def _enter(request: HttpRequest, account: Account) -> None:
    """A new session of its own: nothing of whoever sat here before is left in it."""
    logout(request)
    login(request, account, backend=_TICKET)


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else "/"


@never_cache
@sensitive_post_parameters()
@door(ANYONE)
def student(request: HttpRequest) -> HttpResponse:
    form = StudentEntryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            account = enter_student(**form.cleaned_data, address=address_of(request), at=timezone.now())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            _enter(request, account)
            return redirect(_next(request))
    return render(request, "access/entry/student.html", {"form": form, "next": _next(request)})


@never_cache
@sensitive_post_parameters()
@door(ANYONE)
def guardian(request: HttpRequest) -> HttpResponse:
    form = BindingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        try:
            binding = find_binding(code=code, address=address_of(request), at=timezone.now())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            request.session[_BINDING] = binding.pk
            return redirect("entry:guardian_password")
    return render(request, "access/entry/guardian.html", {"form": form})


@never_cache
@sensitive_post_parameters()
@door(ANYONE)
def guardian_password(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    binding = unused_binding(request.session.get(_BINDING), now)
    if binding is None:
        return redirect("entry:guardian")
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            account = bind_guardian(binding=binding, password=form.cleaned_data["password"], at=now)
        except Refusal as refusal:
            form.add_error(None, words_of(refusal))
        else:
            _enter(request, account)
            return redirect("entry:guardian_bound")
    context = {"form": form, "guardian": binding.guardian, "wards": wards_named(binding.guardian, now)}
    return render(request, "access/entry/guardian_password.html", context)


@never_cache
@door(GUARDIAN)
def guardian_bound(request: HttpRequest) -> HttpResponse:
    """The made-up user name, to write down before going on."""
    return render(request, "access/entry/guardian_bound.html", {"account": request.user})


@never_cache
@sensitive_post_parameters()
@door(ANYONE)
def outside_door(request: HttpRequest, token: str) -> HttpResponse:
    form = OutsideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            account = open_link(token=token, code=form.cleaned_data["code"], at=timezone.now())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            _enter(request, account)
            return redirect("entry:outside_page")
    return render(request, "access/entry/outside.html", {"form": form})


@never_cache
@door(OUTSIDE, reading=True)
def outside_page(request: HttpRequest) -> HttpResponseBase:
    """What the link opens, drawn by the room that made it. An ended link ends the session."""
    link = link_of(request.actor, timezone.now())
    if link is None:
        logout(request)
        return redirect("entry:left")
    return outside.page_of(link.room)(request, link)


@door(ANYONE)
def left(request: HttpRequest) -> HttpResponse:
    """Where an outside person lands when their link has ended or they were away too long."""
    return render(request, "access/entry/left.html")
