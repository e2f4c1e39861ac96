"""Links for people outside: what is open, and ending one."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.access.selectors.links import links_in_reach
from xinqiao.access.services import is_alive, revoke_link
from xinqiao.kernel.refusal import Refusal
from xinqiao.ui.verbs import words_of


@door(Action.INVITE_OUTSIDE)
def links(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    page = Paginator(links_in_reach(request.actor), 50).get_page(request.GET.get("page"))
    rows = [{"link": link, "alive": is_alive(link, now)} for link in page.object_list]
    return render(request, "access/links/index.html", {"page": page, "rows": rows})


@require_POST
@door(Action.INVITE_OUTSIDE)
def link_revoke(request: HttpRequest, link_id: int) -> HttpResponse:
    link = get_object_or_404(links_in_reach(request.actor), pk=link_id)
    try:
        revoke_link(actor=request.actor, link=link, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, _("链接已停用。"))
    return redirect("access:links")
