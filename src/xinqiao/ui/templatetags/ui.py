"""The components of every page (docs/ui.md lists them with examples). An unknown argument is a compile error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms, template
from django.core.paginator import Page
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from xinqiao.ui import charts, levels, moments, slots

register = template.Library()

TONES = ("neutral", "info", "good", "warn", "bad")
NOTICE_ICONS = {
    "info": {"icon": "info-circle"},
    "good": {"icon": "circle-check"},
    "warn": {"icon": "alert-triangle"},
    "bad": {"icon": "alert-octagon"},
    "neutral": {"icon": "point"},
}


def _tone(tone: str) -> str:
    if tone not in TONES:
        raise template.TemplateSyntaxError(f"tone {tone!r} is none of {', '.join(TONES)}")
    return tone


def _optional_icon(name: str, size: str = "") -> SafeString:
    return icon(name, size) if name else SafeString("")


# --- small things ------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """A Tabler outline icon by name; ``label`` makes it speak, without one it is decoration."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    extra = f" icon-{size}" if size else ""
    return format_html(
        '<svg class="icon{}" {} focusable="false"><use href="{}#{}"></use></svg>',
        extra,
        spoken,
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def badge(text: object, tone: str = "neutral", icon: str = "") -> SafeString:
    return format_html('<span class="tag tag-{}">{}{}</span>', _tone(tone), _optional_icon(icon), text)


@register.simple_tag(takes_context=True)
def level(
    context: Context,
    value: int,
    words: Sequence[object] | None = None,
    pending: bool = False,
    compact: bool = False,
) -> SafeString:
    """Level 0–4 with word, shape and colour; ``pending`` = proposed, a person has not confirmed it yet."""
    face = levels.face(int(value), words or context.get("level_words"))
    note = format_html('<span class="level-note">{}</span>', _("待老师核实")) if pending else ""
    return format_html(
        '<span class="level level-{}{}{}">{}<span>{}</span>{}</span>',
        face.value,
        " level-pending" if pending else "",
        " level-compact" if compact else "",
        icon(face.icon),
        face.word,
        note,
    )


@register.simple_tag(takes_context=True)
def clock(
    context: Context,
    due: datetime | None,
    at: datetime | None = None,
    done: datetime | None = None,
    paused: bool = False,
) -> SafeString:
    """How long is left or by how much it is late, with the exact time beside it."""
    if due is None:
        return format_html('<span class="clock clock-none">{}</span>', _("未定期限"))
    moment_now = at or context.get("at") or timezone.now()
    face = moments.clock_face(due, moment_now, done, paused=paused)
    return format_html(
        '<time class="clock clock-{}" datetime="{}" title="{}">{}<span>{}</span> <span class="clock-exact">{}</span>'
        "</time>",
        face.state,
        due.isoformat(),
        moments.exact(due),
        icon(face.icon),
        face.words,
        moments.short(due, moment_now),
    )


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime | None, at: datetime | None = None) -> SafeString:
    if value is None:
        return SafeString("—")
    words = moments.short(value, at or context.get("at") or timezone.now())
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), moments.exact(value), words)


@register.simple_tag
def person_name(name: str, url: str = "", extra: object = "") -> SafeString:
    """A name that keeps its line: long ones are cut by the style sheet and whole in the title."""
    shown = format_html('<span class="person-text">{}</span>', name)
    if extra:
        shown = format_html('{} <span class="person-extra">{}</span>', shown, extra)
    if url:
        return format_html('<a class="person" href="{}" title="{}">{}</a>', url, name, shown)
    return format_html('<span class="person" title="{}">{}</span>', name, shown)


@register.inclusion_tag("ui/components/progress.html")
def progress(value: float, max: float, label: str = "", words: str = "") -> dict[str, Any]:  # noqa: A002
    share = round(100 * value / max) if max else 0
    return {"value": value, "max": max or 1, "label": label, "words": words or f"{share}%"}


@register.inclusion_tag("ui/components/stat.html")
def stat(
    label: str, value: object, icon: str = "", hint: object = "", url: str = "", tone: str = "neutral"
) -> dict[str, Any]:
    return {"label": label, "value": value, "icon": icon, "hint": hint, "url": url, "tone": _tone(tone or "neutral")}


@register.inclusion_tag("ui/components/post_button.html", takes_context=True)
def post_button(
    context: Context,
    url: str,
    text: str,
    icon: str = "",
    tone: str = "secondary",
    name: str = "",
    value: object = "",
    size: str = "",
) -> dict[str, Any]:
    """One button that posts: a form of its own with the CSRF token."""
    return {
        "csrf_token": context.get("csrf_token"),
        "url": url,
        "text": text,
        "icon": icon,
        "tone": tone,
        "name": name,
        "value": value,
        "size": size,
    }


# --- blocks ------------------------------------------------------------------------------------------------------


@register.simple_block_tag
def card(
    content: str,
    title: object = "",
    icon: str = "",
    subtitle: object = "",
    tone: str = "neutral",
    flush: bool = False,
    id: str = "",  # noqa: A002
) -> str:
    return render_to_string(
        "ui/components/card.html",
        {
            "content": content,
            "title": title,
            "icon": icon,
            "subtitle": subtitle,
            "tone": _tone(tone or "neutral"),
            "flush": flush,
            "id": id,
        },
    )


@register.simple_block_tag
def notice(content: str, tone: str = "info", title: object = "", icon: str = "") -> str:
    """A remark in the page; a ``bad`` one is announced at once by screen readers."""
    return render_to_string(
        "ui/components/notice.html",
        {"content": content, "tone": tone, "title": title, "icon": icon or NOTICE_ICONS[_tone(tone)]["icon"]},
    )


@register.simple_block_tag(takes_context=True)
def confirm(  # noqa: PLR0913 - each is one attribute of the tag
    context: Context,
    content: str,
    button: str,
    title: str,
    action: str,
    submit: str,
    tone: str = "danger",
    icon: str = "",
    size: str = "",
    fields: forms.Form | None = None,
) -> str:
    """A button that first opens a dialog; only the dialog's button posts to ``action``."""
    return render_to_string(
        "ui/components/confirm.html",
        {
            "csrf_token": context.get("csrf_token"),
            "content": content,
            "button": button,
            "title": title,
            "action": action,
            "submit": submit,
            "tone": tone,
            "icon": icon,
            "size": size,
            "fields": fields,
            "id": f"dialog-{uuid4().hex[:12]}",
        },
    )


@register.simple_block_tag
def fact(content: str, label: object) -> SafeString:
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, content)


@register.simple_block_tag
def live(content: str, url: str, every: str = "30s") -> SafeString:
    """A region that asks ``url`` again; htmx replaces its content with the answer.

    The header X-Background tells the idle clock on the server that no person touched anything.
    """
    return format_html(
        '<div class="live" hx-get="{}" hx-trigger="every {}" hx-swap="innerHTML" hx-headers="{}" '
        'aria-live="polite">{}</div>',
        url,
        every,
        '{"X-Background": "1"}',
        content,
    )


@register.simple_block_tag
def disclosure(content: str, summary: object, open: bool = False) -> SafeString:  # noqa: A002
    return format_html(
        '<details class="disclosure"{}><summary>{}</summary><div>{}</div></details>',
        mark_safe(" open") if open else "",
        summary,
        content,
    )


# --- lists and figures -------------------------------------------------------------------------------------------


@register.inclusion_tag("ui/components/empty_state.html")
def empty_state(
    title: object, text: object = "", icon: str = "inbox", url: str = "", action: str = ""
) -> dict[str, Any]:
    return {"title": title, "text": text, "icon": icon, "url": url, "action": action}


@register.inclusion_tag("ui/components/facts.html")
def facts(rows: Iterable[tuple[object, object]]) -> dict[str, Any]:
    return {"rows": [(label, "—" if value in (None, "") else value) for label, value in rows]}


@register.inclusion_tag("ui/components/timeline.html", takes_context=True)
def timeline(context: Context, items: Iterable[Any], empty: str = "") -> dict[str, Any]:
    """Events, newest first as given: ``at, title, who, text, icon, tone`` of each dict or object."""
    return {"items": list(items), "empty": empty, "at": context.get("at")}


@register.inclusion_tag("ui/components/bars.html")
def bars(rows: Sequence[charts.Bar], caption: str, unit: str = "", total: float | None = None) -> dict[str, Any]:
    return {"rows": charts.drawn(rows, unit=unit, total=total), "caption": caption}


@register.inclusion_tag("ui/components/tabs.html")
def tabs(items: Iterable[Any], label: str = "") -> dict[str, Any]:
    return {"items": list(items), "label": label or _("本页内容")}


@register.inclusion_tag("ui/components/pager.html", takes_context=True)
def pager(context: Context, page: Page, param: str = "page") -> dict[str, Any]:
    """Page links that keep the other query parameters."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)

    def address(number: int) -> str:
        query[param] = str(number)
        return f"?{query.urlencode()}"

    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ellipsis = str(page.paginator.ELLIPSIS)
    return {
        "page": page,
        "links": [{"number": n, "url": "" if str(n) == ellipsis else address(int(n))} for n in numbers],
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "next": address(page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("ui/components/filter_bar.html", takes_context=True)
def filter_bar(context: Context, form: forms.Form, reset: bool = True) -> dict[str, Any]:
    request = context.get("request")
    filled = any(name in form.data for name in form.fields) if isinstance(form.data, Mapping) else False
    return {"form": form, "path": request.path if request else "", "reset": reset and filled}


@register.inclusion_tag("ui/components/helpblock.html", takes_context=True)
def helpblock(context: Context, compact: bool = False) -> dict[str, Any]:
    """Where help is: the lines of the organisation; short numbers can be tapped to call."""
    lines = [
        {"label": label, "words": words, "call": str(words) if str(words).replace("-", "").isdigit() else ""}
        for label, words in context.get("help_lines") or []
    ]
    return {"lines": lines, "compact": compact}


@register.inclusion_tag("ui/components/job_progress.html")
def job_progress(url: str, label: str = "", words: str = "") -> dict[str, Any]:
    return {"url": url, "label": label or _("进度"), "words": words or _("正在排队…")}


@register.simple_tag(takes_context=True)
def slot(context: Context, name: str, **values: object) -> SafeString:
    """What upper rooms put into the slot ``name``."""
    pieces = slots.filled(name, context["request"], **values)
    return format_html_join("", "{}", ((piece,) for piece in pieces))


# --- forms -------------------------------------------------------------------------------------------------------


@register.inclusion_tag("ui/components/form_page.html", takes_context=True)
def form_page(
    context: Context,
    form: forms.BaseForm,
    submit: str = "",
    cancel: str = "",
    action: str = "",
    keep: str = "",
    tone: str = "primary",
    wide: bool = False,
) -> dict[str, Any]:
    return {
        "csrf_token": context.get("csrf_token"),
        "form": form,
        "submit": submit or _("保存"),
        "cancel": cancel,
        "action": action,
        "keep": keep,
        "tone": tone,
        "wide": wide,
    }


@register.inclusion_tag("ui/forms/errors.html")
def form_errors(form: forms.BaseForm) -> dict[str, Any]:
    return {"form": form, "faulty": [form[name] for name in form.fields if name in form.errors]}


@register.simple_tag
def form_fields(form: forms.BaseForm) -> SafeString:
    return form.render("ui/forms/fields.html")


@register.simple_tag
def field(bound_field: BoundField) -> SafeString:
    return bound_field.as_field_group()
