"""What the law says about a year: holidays and make-up days. The editable table lies over it.

Source: the package ``holidays`` (China). Once the State Council has published the arrangement of a year the package
carries its bridge days and make-up weekends; before that it knows the statutory days only (2027 in version 0.109).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import holidays
from django.utils.translation import gettext_noop

from xinqiao.people.enums import DayKind

MAKE_UP = gettext_noop("调休上班")
BRIDGE = gettext_noop("调休放假")
_BRIDGE_STARTS = "休息日（由"  # i18n: how the package begins the name of a bridge day


def national_days(year: int) -> Mapping[date, tuple[DayKind, str]]:
    """Day → (holiday or workday, Chinese name) for one calendar year. Weekend days off are listed too."""
    known = holidays.country_holidays("CN", years=year, language="zh_CN")
    days = {day: (DayKind.HOLIDAY, _short(name)) for day, name in known.items() if day.year == year}
    for day in known.weekend_workdays:
        if day.year == year:
            days[day] = (DayKind.WORKDAY, MAKE_UP)
    return days


def is_arranged(year: int) -> bool:
    """Whether the year's make-up days are known."""
    return any(kind == DayKind.WORKDAY for kind, _name in national_days(year).values())


def _short(name: str) -> str:
    """A name that fits a cell of a month: the day it was swapped with is found on that day."""
    return BRIDGE if name.startswith(_BRIDGE_STARTS) else name.replace("; ", "、")[:40]
