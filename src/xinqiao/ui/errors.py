"""Error answers in calm words. They need no database, no session and no menu, so they work when those fail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def _page(request: HttpRequest, status: int, **context: object) -> HttpResponse:
    """Draw ``<status>.html`` without context processors; a fragment request gets only the sentence."""
    template = "ui/errors/fragment.html" if request.headers.get("HX-Request") else f"{status}.html"
    return HttpResponse(render_to_string(template, {"status": status, **context}), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A refusal may carry one sentence for the reader: ``PermissionDenied("…")``."""
    return _page(request, 403, words=str(exception or ""))


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404)


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 429)


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long or the browser keeps no cookies; ``reason`` is Django's and is not shown."""
    response = HttpResponse(render_to_string("403_csrf.html", {"status": 403}), status=403)
    response["X-Reason"] = "csrf"
    return response
