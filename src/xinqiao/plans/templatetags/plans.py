"""Words and tones of plans for templates."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from xinqiao.packs.wording import english
from xinqiao.plans.enums import PlanState, Standing, TaskState
from xinqiao.plans.selectors.rows import TaskRow, plan_title
from xinqiao.ui.templatetags.ui import icon

register = template.Library()


class Look(NamedTuple):
    """tone: as of ``badge``; icon: its name, given by name so that the build finds it."""

    tone: str
    icon: str


TASK_LOOKS = {
    TaskState.OPEN: Look("neutral", icon="circle-dashed"),
    TaskState.TAKEN: Look("info", icon="progress"),
    TaskState.HANDED_IN: Look("warn", icon="clock"),
    TaskState.RETURNED: Look("bad", icon="arrow-back-up"),
    TaskState.ACCEPTED: Look("good", icon="circle-check"),
    TaskState.WAIVED: Look("neutral", icon="circle-minus"),
}
PLAN_LOOKS = {
    PlanState.RUNNING: Look("good", icon="player-play"),
    PlanState.PAUSED: Look("warn", icon="player-pause"),
    PlanState.ENDED: Look("neutral", icon="flag"),
    PlanState.ARCHIVED: Look("neutral", icon="archive"),
}
STANDING_LOOKS = {
    Standing.MET: Look("good", icon="circle-check"),
    Standing.UNDER_WAY: Look("info", icon="progress"),
    Standing.NOT_YET: Look("neutral", icon="circle-dashed"),
    Standing.LATE: Look("bad", icon="alert-circle"),
}
LIGHTS = {
    "met": Look("good", icon="circle-check"),
    "near": Look("warn", icon="circle-half-2"),
    "far": Look("bad", icon="alert-triangle"),
    "unknown": Look("neutral", icon="circle-dashed"),
}


def tag(words: object, look: Look) -> SafeString:
    return format_html('<span class="tag tag-{}">{}{}</span>', look.tone, icon(look.icon), words)


@register.filter
def task_state(state: str) -> SafeString:
    return tag(TaskState(state).label, TASK_LOOKS[TaskState(state)])


@register.filter
def plan_state(state: str) -> SafeString:
    return tag(PlanState(state).label, PLAN_LOOKS[PlanState(state)])


@register.filter
def standing(value: str) -> SafeString:
    return tag(Standing(value).label, STANDING_LOOKS[Standing(value)])


@register.simple_tag
def light(state: str, words: object) -> SafeString:
    return tag(words, LIGHTS[state])


@register.filter
def plan_name(plan: Any) -> str:
    return plan_title(plan)


@register.filter
def due(row: TaskRow) -> SafeString:
    """How long there is, or how long it is late; of what is settled or handed in only the day."""
    day = f"{row.task.due_on:%Y-%m-%d}"
    if row.task.state not in (TaskState.OPEN, TaskState.TAKEN, TaskState.RETURNED):
        return format_html('<span class="muted nowrap" title="{}">{}</span>', day, day_words(row.task.due_on))
    if row.paused:
        return format_html(
            '<span class="clock clock-paused" title="{}">{}{}</span>', day, icon("player-pause"), _("暂停中")
        )
    state, name = (
        ("late", "alert-circle") if row.late else ("soon", "hourglass-high") if row.days <= 3 else ("ok", "clock")
    )
    return format_html(
        '<span class="clock clock-{}" title="{}">{}{}</span>', state, day, icon(name), days_words(row.days)
    )


def days_words(days: int) -> str:
    """3 → 还有 3 天, 0 → 今天截止, -2 → 逾期 2 天."""
    if days < 0:
        return ngettext("逾期 %d 天", "逾期 %d 天", -days) % -days
    if days == 0:
        return _("今天截止")
    return ngettext("还有 %d 天", "还有 %d 天", days) % days


@register.filter
def day_words(day: date) -> str:
    """11月23日, 23 Nov."""
    return date_format(day, "j M") if english() else _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}


@register.filter
def weekday(day: date) -> str:
    return [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")][day.weekday()]


@register.filter
def per_cent(part: int, whole: int) -> int:
    """Whole per cent, never 100 before all is done."""
    return int(100 * part / whole) if whole else 0


@register.filter
def month_words(month: date) -> str:
    """2026年11月, November 2026."""
    return (
        date_format(month, "F Y")
        if english()
        else _("%(year)d年%(month)d月") % {"year": month.year, "month": month.month}
    )


MONTHS = (
    lazy("1月"), lazy("2月"), lazy("3月"), lazy("4月"), lazy("5月"), lazy("6月"),
    lazy("7月"), lazy("8月"), lazy("9月"), lazy("10月"), lazy("11月"), lazy("12月"),
)  # fmt: skip


@register.filter
def short_month(month: date) -> str:
    """11月; January with its year."""
    words = str(MONTHS[month.month - 1])
    return f"{words} {month.year}" if month.month == 1 else words
