"""Submit, send back, publish, withdraw: one button each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.packs import services
from xinqiao.packs.views.shared import edition_of
from xinqiao.ui.verbs import went


def _do(request: HttpRequest, edition_id: int, verb: Callable[..., object], done: str) -> HttpResponse:
    row = edition_of(request, edition_id)
    went(request, partial(verb, actor=request.actor, edition=row, at=timezone.now()), done)
    return redirect("packs:edition", row.pk)


@require_POST
@door(Action.WRITE_PACKS)
def submit(request: HttpRequest, edition_id: int) -> HttpResponse:
    return _do(request, edition_id, services.submit, _("已提交。没有参与编写的同事审核后发布。"))


@require_POST
@door(Action.WRITE_PACKS)
def take_back(request: HttpRequest, edition_id: int) -> HttpResponse:
    return _do(request, edition_id, services.take_back, _("已撤回到草稿，可以继续修改。"))


@require_POST
@door(Action.PUBLISH_PACKS)
def send_back(request: HttpRequest, edition_id: int) -> HttpResponse:
    verb = partial(services.send_back, words=request.POST.get("words", ""))
    return _do(request, edition_id, verb, _("已退回，编写的同事会看到你的说明。"))


@require_POST
@door(Action.PUBLISH_PACKS)
def publish(request: HttpRequest, edition_id: int) -> HttpResponse:
    return _do(request, edition_id, services.publish, _("已发布，可以实施了。"))


@require_POST
@door(Action.PUBLISH_PACKS)
def withdraw(request: HttpRequest, edition_id: int) -> HttpResponse:
    verb = partial(services.withdraw, words=request.POST.get("words", ""))
    return _do(request, edition_id, verb, _("已停用。正在实施的方案不受影响。"))


@require_POST
@door(Action.PUBLISH_PACKS)
def restore(request: HttpRequest, edition_id: int) -> HttpResponse:
    return _do(request, edition_id, services.restore, _("已恢复，可以再次实施。"))
