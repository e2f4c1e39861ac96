"""Opening hours, seasons, and when an agreement runs out. Plain Python."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

SUMMER = ("05-01", "09-30")
"""First and last day of the summer timetable where a tenant set none: most schools change on 1 May and 1 October."""
ENDS_SOON = timedelta(days=60)
"""An agreement is named this long before it ends: a new one takes about two months to sign."""
WEEK = 168.0
DAYS = "一二三四五六日"
_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ENGLISH = re.compile(r"^((?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[ ,–—~-]*)+)(\d.*)$", re.IGNORECASE)
_LINE = re.compile(r"^周([一二三四五六日天周至、,，]+)\s*(\d{1,2})[:：](\d{2})\s*[-–—~至]\s*(\d{1,2})[:：](\d{2})$")


@dataclass(frozen=True)
class Opening:
    """One stretch of time on some weekdays (1 Monday … 7 Sunday). Minutes since midnight."""

    days: tuple[int, ...]
    start: int
    end: int
    season: str = "all"

    @property
    def hours(self) -> float:
        """A week."""
        return len(self.days) * (self.end - self.start) / 60


def season_of(on: date, summer: tuple[str, str] = SUMMER) -> str:
    """summer or winter; both days of ``summer`` (MM-DD) belong to it."""
    return "summer" if summer[0] <= f"{on:%m-%d}" <= summer[1] else "winter"


def hours_a_week(openings: Iterable[Opening], season: str) -> float:
    """Open hours of a week in a season: what holds all year and what holds in that season, overlaps counted once."""
    minutes: set[int] = set()
    for opening in openings:
        if opening.season in ("all", season):
            for day in opening.days:
                minutes.update(range(day * 1440 + opening.start, day * 1440 + opening.end))
    return len(minutes) / 60


def read_openings(text: str, season: str = "all") -> list[Opening]:
    """Lines such as “周一至周五 12:20-13:40” or “周二、三 17:00-19:00”, one a line; “Mon-Fri 12:20-13:40” as well.

    Raises ValueError with the line that cannot be read.
    """
    found = []
    for line in (part.strip() for part in text.splitlines()):
        if not line:
            continue
        match = _LINE.match(_in_chinese(line))
        if match is None:
            raise ValueError(line)
        words, *numbers = match.groups()
        from_hour, from_minute, to_hour, to_minute = map(int, numbers)
        start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
        days = _days(words)
        if not days or not 0 <= start < end <= 1440 or from_minute > 59 or to_minute > 59:
            raise ValueError(line)
        found.append(Opening(days, start, end, season))
    return found


def _in_chinese(line: str) -> str:
    """“Tue, Wed 17:00-19:00” → “周二、三 17:00-19:00”; what is no line of English days stays as it is."""
    match = _ENGLISH.match(line)
    if match is None:
        return line
    days = re.sub(r"[A-Za-z]+", lambda day: DAYS[_NAMES.index(day[0][:3].lower())], match[1])
    return f"周{re.sub(r'[ ]*[-–—~][ ]*', '至', re.sub(r'[ ]*,[ ]*', '、', days.strip()))} {match[2]}"


def _days(words: str) -> tuple[int, ...]:
    names = words.replace("天", "日").replace("周", "")
    days: list[int] = []
    for place, name in enumerate(names):
        if name == "至":
            last = DAYS.find(names[place + 1 : place + 2]) + 1
            if not days or last <= days[-1]:
                return ()
            days += range(days[-1] + 1, last + 1)
        elif name in DAYS:
            days.append(DAYS.index(name) + 1)
    return tuple(sorted(set(days)))


def write_openings(openings: Iterable[Opening], season: str) -> str:
    """The lines of one season as ``read_openings`` takes them."""
    return "\n".join(
        f"周{_day_words(o.days)} {o.start // 60}:{o.start % 60:02}-{o.end // 60}:{o.end % 60:02}"
        for o in openings
        if o.season == season
    )


def _day_words(days: tuple[int, ...]) -> str:
    if len(days) > 2 and days == tuple(range(days[0], days[-1] + 1)):
        return f"{DAYS[days[0] - 1]}至周{DAYS[days[-1] - 1]}"
    return "、".join(DAYS[day - 1] for day in days)


def agreement_state(signed_on: date, ends_on: date | None, on: date) -> str:
    """holds, soon (ends within ENDS_SOON), over or ahead."""
    if on < signed_on:
        return "ahead"
    if ends_on is None:
        return "holds"
    if on > ends_on:
        return "over"
    return "soon" if ends_on - on <= ENDS_SOON else "holds"
