"""From "how often" to dates. The same question always has the same answer, so nothing is ever asked for twice."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from xinqiao.packs.core.period import Occurrence, Period
from xinqiao.packs.core.shapes import When

DAY = timedelta(days=1)
SHORT = 60
"""Days: a period without terms that is no longer than this is one half."""


def occurrences(when: When, period: Period) -> tuple[Occurrence, ...]:
    """Each time the measure falls due in the period, in order: slots unique, inside the period, start ≤ due.

    Days the plan names itself (``on``, ``window``, ``by``) stay as written. Days worked out here that are no working
    day move back to the last one before, never before the occurrence starts.
    """
    if period.ends_on < period.starts_on:
        return ()
    if when.always:
        return (Occurrence("always", period.starts_on, period.ends_on),)
    found = {each.slot: each for each in reversed(list(_found(when, period)))}
    return tuple(sorted(found.values(), key=lambda each: (each.due_on, each.starts_on, each.slot)))


def _found(when: When, period: Period) -> Iterator[Occurrence]:
    if when.every or when.months:
        yield from _stretches(when, period)
    elif when.on:
        for day in _days(when.on, period):
            yield _dated(day.isoformat(), day, when, period)
    elif when.window:
        yield from _windows(when.window[0], when.window[1], period)
    elif when.after:
        days = when.days + 7 * when.weeks
        due = min(period.starts_on + timedelta(days=days), period.ends_on)
        yield _dated(f"start+{days}", _back(due, period.starts_on, period), when, period)
    elif when.event:
        for slot, day in _events(when.event, period):
            if period.starts_on <= day <= period.ends_on:
                due = day + timedelta(days=when.days + 7 * when.weeks)
                due = max(period.starts_on, min(due, period.ends_on))
                yield _dated(slot, _back(due, period.starts_on, period), when, period)


def _dated(slot: str, due: date, when: When, period: Period) -> Occurrence:
    return Occurrence(slot, max(period.starts_on, due - timedelta(days=when.lead_days)), due)


def _back(day: date, floor: date, period: Period) -> date:
    """The last working day from ``floor`` to ``day``; ``day`` itself when there is none."""
    worked = day
    while worked > floor and not period.is_working_day(worked):
        worked -= DAY
    return worked if period.is_working_day(worked) else day


# --- stretches of time: weeks, months, terms ----------------------------------------------------------------------


def _stretches(when: When, period: Period) -> Iterator[Occurrence]:
    for slot, first, last in _raw_stretches(when, period):
        starts, ends = max(first, period.starts_on), min(last, period.ends_on)
        if starts > ends:
            continue
        if not when.by:
            yield Occurrence(slot, starts, _back(ends, starts, period))
            continue
        due = _by(when.by, first, last)
        if due >= starts:  # a plan that began after the day of a month has nothing due in it
            yield Occurrence(slot, starts, min(due, ends))


def _raw_stretches(when: When, period: Period) -> Iterator[tuple[str, date, date]]:
    """(slot, first, last) before they are cut to the period."""
    if when.months:
        yield from (row for row in _months(period, 1) if row[1].month in when.months)
    elif when.every in ("day", "workday"):
        day = period.starts_on
        while day <= period.ends_on:
            if when.every == "day" or period.is_working_day(day):
                yield day.isoformat(), day, day
            day += DAY
    elif when.every in ("week", "fortnight"):
        yield from _weeks(period, 1 if when.every == "week" else 2)
    elif when.every in ("month", "quarter"):
        yield from _months(period, 1 if when.every == "month" else 3)
    elif when.every == "term":
        yield from terms(period)
    elif when.every == "year":
        yield from _years(period)


def _weeks(period: Period, size: int) -> Iterator[tuple[str, date, date]]:
    """Calendar weeks. Pairs of weeks are counted from a fixed Monday, so that no period shifts them."""
    first = period.starts_on.toordinal() - 1
    first -= first % (7 * size)
    while first < period.ends_on.toordinal():
        monday = date.fromordinal(first + 1)
        year, week, _day = monday.isocalendar()
        yield f"{year}-{'w' if size == 1 else 'f'}{week:02}", monday, monday + timedelta(days=7 * size - 1)
        first += 7 * size


def _months(period: Period, size: int) -> Iterator[tuple[str, date, date]]:
    year, month = period.starts_on.year, (period.starts_on.month - 1) // size * size + 1
    while date(year, month, 1) <= period.ends_on:
        last = date(year, month + size - 1, monthrange(year, month + size - 1)[1])
        slot = f"{year}-{month:02}" if size == 1 else f"{year}-q{(month + 2) // 3}"
        yield slot, date(year, month, 1), last
        month += size
        if month > 12:
            year, month = year + 1, month - 12


def _years(period: Period) -> Iterator[tuple[str, date, date]]:
    first = period.starts_on
    while first <= period.ends_on:
        following = _day_of(first.year + 1, first.month, first.day)
        yield str(first.year), first, following - DAY
        first = following


def terms(period: Period) -> list[tuple[str, date, date]]:
    """(slot, first day, last day) of each term that touches the period; two halves when the calendar has none.

    ``2026-t1`` is the first term of the school year 2026, ``2026-t2`` the second, wherever the period begins.
    """
    touching = sorted(t for t in period.terms if t[0] <= period.ends_on and t[1] >= period.starts_on and t[0] <= t[1])
    if not touching:
        return _halves(period)
    named: dict[str, tuple[str, date, date]] = {}
    for first, last in touching:
        slot = base = _term_slot(first)
        number = 2
        while slot in named:
            slot, number = f"{base}-{number}", number + 1
        named[slot] = (slot, first, last)
    return list(named.values())


def _term_slot(first: date) -> str:
    return f"{first.year}-t1" if first.month >= 7 else f"{first.year - 1}-t2"


def _halves(period: Period) -> list[tuple[str, date, date]]:
    start, end, year = period.starts_on, period.ends_on, period.starts_on.year
    if (end - start).days < SHORT:
        return [(f"{year}-h1", start, end)]
    middle = start + (end - start) // 2
    return [(f"{year}-h1", start, middle), (f"{year}-h2", middle + DAY, end)]


def _by(by: str, first: date, last: date) -> date:
    """The due day inside a stretch: a day of its last month, or ``MM-DD``."""
    if "-" not in by:
        return _day_of(last.year, last.month, int(by))
    month, day = map(int, by.split("-"))
    for year in range(first.year, last.year + 1):
        due = _day_of(year, month, day)
        if first <= due <= last:
            return due
    return last


# --- days of the year and of the school calendar ------------------------------------------------------------------


def _days(written: tuple[str, ...], period: Period) -> Iterator[date]:
    for year in range(period.starts_on.year, period.ends_on.year + 1):
        for text in written:
            day = _day_of(year, *map(int, text.split("-")))
            if period.starts_on <= day <= period.ends_on:
                yield day


def _windows(opens: str, closes: str, period: Period) -> Iterator[Occurrence]:
    for year in range(period.starts_on.year - 1, period.ends_on.year + 1):
        first = _day_of(year, *map(int, opens.split("-")))
        last = _day_of(year + (closes < opens), *map(int, closes.split("-")))
        if first <= period.ends_on and last >= period.starts_on:
            yield Occurrence(first.isoformat(), max(first, period.starts_on), min(last, period.ends_on))


def _events(event: str, period: Period) -> Iterator[tuple[str, date]]:
    """(slot, day) of each event the calendar of the period knows."""
    if event == "exam":
        yield from _exams(period)
        return
    known = terms(period) if period.terms else []
    if not known:
        day = period.starts_on if event.endswith("start") else period.ends_on
        yield f"{period.starts_on.year}-{event}", day
        return
    for slot, first, last in known:
        day = first if event.endswith("start") else last
        if event.startswith("term"):
            yield f"{slot}-{event[5:]}", day
        elif ("-t1" if event == "year-start" else "-t2") in slot:
            yield f"{slot[:4]}-{event}", day


def _exams(period: Period) -> Iterator[tuple[str, date]]:
    """The first day of each examination. Days off between two examination days do not part them. The slot names the
    month, so an examination that is moved by days keeps its task."""
    days = sorted({day for day in period.exams if period.starts_on <= day <= period.ends_on})
    firsts = days[:1] + [later for earlier, later in pairwise(days) if not _joined(earlier, later, period)]
    seen: dict[str, int] = {}
    for day in firsts:
        slot = f"{day:%Y-%m}-exam"
        seen[slot] = seen.get(slot, 0) + 1
        yield (slot if seen[slot] == 1 else f"{slot}-{seen[slot]}"), day


def _joined(earlier: date, later: date, period: Period) -> bool:
    between = (earlier + timedelta(days=n) for n in range(1, (later - earlier).days))
    return not any(period.is_working_day(day) for day in between)


def _day_of(year: int, month: int, day: int) -> date:
    """A day of a year; 02-29 and the 31st of a short month are its last day."""
    return date(year, month, min(day, monthrange(year, month)[1]))
