"""Times in words: how long is left, how long ago. Pure functions; ``at`` is always given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SOON = timedelta(hours=2)


@dataclass(frozen=True)
class ClockFace:
    """``state`` is one of ok, soon, late, done, done-late, paused; ``words`` says it, ``icon`` shows it."""

    state: str
    words: str
    icon: str


def span(length: timedelta) -> str:
    """A length in its one largest unit: 35分钟, 2小时, 3天. Under a minute counts as one minute."""
    minutes = max(1, int(length.total_seconds() // 60))
    if minutes < 60:
        return ngettext("%d分钟", "%d分钟", minutes) % minutes
    if minutes < 48 * 60:
        return ngettext("%d小时", "%d小时", minutes // 60) % (minutes // 60)
    return ngettext("%d天", "%d天", minutes // 1440) % (minutes // 1440)


def clock_face(due: datetime, at: datetime, done: datetime | None = None, *, paused: bool = False) -> ClockFace:
    """How a due time stands ``at`` that moment. Exactly on time is on time."""
    if done is not None:
        if done > due:
            return ClockFace("done-late", _("超时%s后完成") % span(done - due), icon="check")
        return ClockFace("done", _("按时完成"), icon="check")
    if paused:
        return ClockFace("paused", _("已暂停计时"), icon="player-pause")
    if at > due:
        return ClockFace("late", _("已超时%s") % span(at - due), icon="alert-circle")
    words = _("还有%s") % span(due - at)
    if due - at <= SOON:
        return ClockFace("soon", words, icon="hourglass-high")
    return ClockFace("ok", words, icon="clock")


def exact(value: datetime) -> str:
    """2026年3月2日 14:05 in the current time zone."""
    local = timezone.localtime(value)
    return _("%(year)d年%(month)d月%(day)d日 %(time)s") % {
        "year": local.year,
        "month": local.month,
        "day": local.day,
        "time": local.strftime("%H:%M"),
    }


def short(value: datetime, at: datetime) -> str:
    """今天 14:05, 昨天 09:00, 明天 08:00, 3月2日 14:05, or with the year when it is another year."""
    local, today = timezone.localtime(value), timezone.localtime(at)
    time = local.strftime("%H:%M")
    days = (local.date() - today.date()).days
    near = {0: _("今天 %s"), -1: _("昨天 %s"), 1: _("明天 %s")}
    if days in near:
        return near[days] % time
    if local.year == today.year:
        return _("%(month)d月%(day)d日 %(time)s") % {"month": local.month, "day": local.day, "time": time}
    return exact(value)
