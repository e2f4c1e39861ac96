"""Working out all figures of a tree and keeping what changed. Called by the nightly job, on demand, and after a report.

Not a verb anybody performs: what it writes follows from the records, so it takes no actor.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from xinqiao.indicators import asked, registry, rules
from xinqiao.indicators.models import Reckoning, Value
from xinqiao.indicators.reckoning import Ground, Rolled, held_reports, key, reckon, rolled_up, top_of
from xinqiao.indicators.registry import Indicator
from xinqiao.people.models import Organisation

log = logging.getLogger("xinqiao.indicators")

CHUNK = 2000
Progress = Callable[[int, int, str], None]
Content = tuple[float | None, float | None, str, bool]
"""part, whole, source, shown."""
NOTHING: Content = (None, None, "", True)


@dataclass(frozen=True)
class Want:
    indicator: Indicator
    given: Mapping[str, Any]
    key: str


def wanted(root: Organisation, codes: Collection[str] | None, on: date) -> list[Want]:
    """Every figure with its defaults, and with the parameters that plans ask for. Unknown codes are left out."""
    known = registry.known()
    found = {(code, ""): Want(indicator, {}, "") for code, indicator in known.items()}
    for each in asked.within(root, on):
        if each.code in known:
            digest = key(known[each.code], each.parameters)
            found.setdefault((each.code, digest), Want(known[each.code], each.parameters, digest))
    return [want for (code, _key), want in found.items() if codes is None or code in codes]


def refresh(
    root: Organisation, codes: Collection[str] | None = None, *, at: datetime, progress: Progress | None = None
) -> int:
    """Work out the figures of the whole tree that ``root`` belongs to as of the day of ``at``; returns how many rows
    changed. codes: only these; None: all.

    Set-based: a fixed number of queries a figure, however many schools. Figures about children are worked out once a
    day: between two of the same day the difference would be single children.
    """
    on, top = localdate(at), top_of(root)
    ground, todo = Ground(top, on), wanted(top, codes, on)
    done = dict(_reckoned(top))
    held = _held(ground, codes)
    changed = 0
    for number, want in enumerate(todo, start=1):
        place = (want.indicator.code, want.key)
        if not (want.indicator.children and want.indicator.live and done.get(place) == on):
            changed += _tried(ground, want, held[place], at)
        if progress is not None:
            progress(number, len(todo), str(want.indicator.title))
    if codes is None:
        _note(top, "", "", {}, at)
    return changed


def _reckoned(top: Organisation) -> Iterable[tuple[tuple[str, str], date]]:
    for code, digest, on in Reckoning.objects.filter(root=top).values_list("code", "key", "on"):
        yield (code, digest), on


def _held(ground: Ground, codes: Collection[str] | None) -> dict[tuple[str, str], dict[int, Value]]:
    """Newest rows of the tree by code and key. One query."""
    inside = Organisation.objects.filter(path__startswith=ground.tree.root.path or "-").order_by().values("pk")
    rows = Value.objects.filter(current=True, organisation__in=inside)
    if codes is not None:
        rows = rows.filter(code__in=codes)
    found: dict[tuple[str, str], dict[int, Value]] = defaultdict(dict)
    for row in rows:
        found[row.code, row.key][row.organisation_id] = row
    return found


def _tried(ground: Ground, want: Want, held: Mapping[int, Value], at: datetime) -> int:
    """One figure that cannot be worked out must not hold up the others."""
    try:
        return _one(ground, want, held, at)
    except Exception:
        log.exception("no figure %s for organisation %s", want.indicator.code, ground.tree.root.pk)
        return 0


@transaction.atomic
def _one(ground: Ground, want: Want, held: Mapping[int, Value], at: datetime) -> int:
    if want.indicator.live is None:
        changed = _rebuild(ground, want.indicator)
    else:
        changed = _keep(want, held, reckon(ground, want.indicator, want.given), ground.on)
    _note(ground.tree.root, want.indicator.code, want.key, want.given, at)
    return changed


def _note(top: Organisation, code: str, digest: str, given: Mapping[str, Any], at: datetime) -> None:
    Reckoning.objects.update_or_create(
        root=top, code=code, key=digest, defaults={"parameters": dict(given), "on": localdate(at), "at": at}
    )


def _keep(want: Want, held: Mapping[int, Value], rolled: Mapping[int, Rolled], on: date) -> int:
    """A new row for whatever is no longer as it was; of the same day the row is corrected."""
    old, new, same_day = [], [], []
    for pk in {*held, *rolled}:
        row, content = held.get(pk), _content(rolled.get(pk))
        if content == (_of(row) if row else NOTHING) or (row is not None and row.on > on):
            continue
        if row is not None and row.on == on:
            row.part, row.whole, row.source, row.shown = content
            same_day.append(row)
            continue
        if row is not None:
            old.append(row.pk)
        new.append(_row(pk, want.indicator.code, want.key, on, content))
    for start in range(0, len(old), CHUNK):
        Value.objects.filter(pk__in=old[start : start + CHUNK]).update(current=False)
    Value.objects.bulk_create(new, batch_size=CHUNK)
    Value.objects.bulk_update(same_day, ["part", "whole", "source", "shown"], batch_size=200)
    return len(new) + len(same_day)


def _row(pk: int, code: str, digest: str, on: date, content: Content, *, current: bool = True) -> Value:
    part, whole, source, shown = content
    return Value(
        organisation_id=pk, code=code, key=digest, on=on, part=part, whole=whole, source=source, shown=shown,
        current=current,
    )  # fmt: skip


def _content(rolled: Rolled | None) -> Content:
    return NOTHING if rolled is None else (rolled.part, rolled.whole, rolled.source, rolled.shown)


def _of(row: Value) -> Content:
    return row.part, row.whole, row.source, row.shown


def _rebuild(ground: Ground, indicator: Indicator) -> int:
    """The history of a figure that is only reported, from the reports alone: each counts from the day it is for, so one
    that comes late finds its place."""
    days = {row.for_on for row in ground.reports(indicator.code)}
    days |= {day + rules.LASTS for day in days}
    held = Value.objects.filter(organisation__in=list(ground.tree.nodes), code=indicator.code, key="")
    if not days and not held.exists():
        return 0
    lines: dict[int, list[tuple[date, Content]]] = defaultdict(list)
    for day in sorted(day for day in days if day <= ground.on):
        bearing = ground.bearing(indicator)
        now = rolled_up(ground, indicator, bearing, {}, held_reports(ground, indicator, day))
        for pk in {*now, *lines}:
            content = _content(now.get(pk))
            if content != (lines[pk][-1][1] if lines[pk] else NOTHING):
                lines[pk].append((day, content))
    wish = {(pk, day): content for pk, line in lines.items() for day, content in line}
    rows = {(row.organisation_id, row.on): row for row in held}
    if wish == {place: _of(row) for place, row in rows.items()}:
        return 0
    held.delete()
    newest = {pk: line[-1][0] for pk, line in lines.items() if line}
    Value.objects.bulk_create(
        [_row(pk, indicator.code, "", day, content, current=newest[pk] == day) for (pk, day), content in wish.items()],
        batch_size=CHUNK,
    )
    return len(wish)


def due(at: datetime) -> list[Organisation]:
    """Top organisations whose figures were not all worked out yet today."""
    done = Reckoning.objects.filter(code="", on=localdate(at)).values("root")
    return list(Organisation.objects.filter(parent=None, closed_on=None).exclude(pk__in=done).order_by("path"))
