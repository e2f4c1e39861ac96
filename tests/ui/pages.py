"""Draw a piece of template as a page would."""

from django.template import engines
from django.test import RequestFactory

LOAD = "{% load ui %}"


def draw(source, /, *, path="/", query=None, actor=None, **context):
    """``source`` drawn for a request of ``actor``; returns the HTML."""
    request = RequestFactory().get(path, query or {})
    request.actor = actor
    request.idle_seconds = 0
    return engines["django"].from_string(LOAD + source).render(context, request)
