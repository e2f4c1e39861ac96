"""The day's figures of a tree: exact counts in, shown figures out. Every page of everybody but the psychology teachers
takes its figures from here, so there is one place in which something could be told by subtraction, and it is tested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from xinqiao.indicators.tree import rows
from xinqiao.insight.counting import LEVELS, Counts, count, year_start
from xinqiao.insight.models import Release
from xinqiao.kernel.suppression import THRESHOLD, released
from xinqiao.people.models import Organisation
from xinqiao.signals.enums import Source

SOURCE_GROUPS: Mapping[str, tuple[Source, ...]] = {
    "screening": (Source.SAFETY, Source.SCORE, Source.RETEST),
    "adults": (Source.OBSERVATION, Source.QUICK),
    "young": (Source.PEER, Source.SELF),
    "review": (Source.REVIEW,),
}
MUCH = 1.2
"""A month is called more or fewer when it differs by a fifth; the words must not give the number away."""

Figures = dict[str, Any]


def top_of(node: Organisation) -> Organisation:
    """The highest organisation above ``node``: its release is the one that counts for everything below."""
    return Organisation.objects.get(pk=node.ancestors_ids()[0])


def release_of(node: Organisation, at: datetime) -> Release:
    """Figures in force: today's; those of an earlier day until the sweep has made today's; else new ones."""
    found = Release.objects.filter(root=node.ancestors_ids()[0], on__lte=localdate(at)).order_by("-on").first()
    if found is not None and found.figures["since"] == _since(at):
        return found
    return make_release(top_of(node), at)


def make_release(root: Organisation, at: datetime) -> Release:
    """Today's figures of a tree; made once, whoever asks again."""
    figures = published(count(root, at, outside=True))
    return Release.objects.get_or_create(root=root, on=localdate(at), defaults={"made_at": at, "figures": figures})[0]


def _since(at: datetime) -> str:
    return year_start(localdate(at)).isoformat()


def exact(counts: Counts) -> Figures:
    """The same shape with nothing left out."""
    tree = counts.tree
    groups = [(source.value,) for source in Source if counts.sources.get(source.value)]
    nodes = {}
    for key in tree.nodes:
        nodes[str(key)] = {
            **_plain(counts, key),
            "sheets": [counts.valid[key], counts.sheets[key]],
            "sources": [counts.sources[group[0]][key] for group in groups],
            "hours": counts.first_contact(key),
            "months": _months(counts, key, 1),
        }
    return {"since": counts.since.isoformat(), "groups": groups, "nodes": nodes}


def _plain(counts: Counts, key: int) -> Figures:
    return {
        "students": counts.students[key],
        "screened": [counts.submitted[key], counts.invited[key]],
        "signals": counts.signals[key],
        "open": counts.open[key],
        "in_time": [counts.in_time[key], counts.signals[key]],
        "cases": counts.cases[key],
        "closed": counts.closed[key],
        "duties": [counts.duties_kept[key], counts.duties[key]],
        "looks": [counts.looks_done[key], counts.looks[key]],
        "levels": [counts.levels[level][key] for level in LEVELS],
    }


def published(counts: Counts) -> Figures:
    """Figures that may be shown to everybody who may see counts of the tree."""
    tree = counts.tree
    single = {name: _shown(counts, [getattr(counts, name)]) for name in ("signals", "cases", "closed")}
    levels = [_shown(counts, [counts.levels[level]]) for level in LEVELS]
    parts = {
        "open": _shown(counts, [counts.open, counts.signals - counts.open], known=True),
        "in_time": _shown(counts, [counts.in_time, counts.signals - counts.in_time], known=True),
        "duties": _shown(counts, [counts.duties_kept, counts.duties - counts.duties_kept]),
        "looks": _shown(counts, [counts.looks_done, counts.looks - counts.looks_done]),
    }
    screened = _screened(counts)
    groups = _groups(counts, tree.root.pk)
    by_group = [sum((counts.sources.get(name, Counter()) for name in group), Counter[int]()) for group in groups]
    sources = _shown(counts, by_group, known=True) & single["signals"] if len(groups) > 1 else frozenset()
    nodes = {}
    for key in tree.nodes:
        figures = _plain(counts, key)
        told = key in single["signals"]
        for name, shown in (*single.items(), ("screened", screened), *parts.items()):
            if key not in shown or (name in ("open", "in_time") and not told):
                figures[name] = None
        figures["levels"] = [n if key in levels[place] else None for place, n in enumerate(figures["levels"])]
        figures["sheets"] = _sheets(counts, key)
        figures["sources"] = [group[key] for group in by_group] if key in sources else None
        figures["hours"] = counts.first_contact(key) if told else None
        figures["months"] = _months(counts, key, THRESHOLD) if told else []
        nodes[str(key)] = figures
    return {"since": counts.since.isoformat(), "groups": groups, "nodes": nodes}


def _shown(counts: Counts, columns: Sequence[Counter[int]], *, known: bool = False) -> frozenset[int]:
    return released(rows(counts.tree, columns, counts.students), totals_known=known)


def _screened(counts: Counts) -> frozenset[int]:
    """Where coverage may be shown. A school's figure is the sum of campaigns that are shown one by one, and a bureau's
    the sum of its schools': nothing is left to subtract. Below a school the ordinary rule holds."""
    tree, columns = counts.tree, [counts.submitted, counts.invited - counts.submitted]
    schools = [key for key, node in tree.nodes.items() if node.kind == "school"]
    if not schools:
        return _shown(counts, columns, known=True)
    inside = {pk for pk in tree.nodes if any(pk != school and school in tree.above[pk] for school in schools)}
    below = [released(rows(tree, columns, counts.students, school), totals_known=True) for school in schools]
    nothing = {pk for pk in counts.untold if not counts.invited[pk]}
    return frozenset(tree.nodes.keys() - inside).union(*below) - nothing


def _groups(counts: Counts, root: int) -> list[tuple[str, ...]]:
    """Sources joined until none is small in the whole tree; the same groups everywhere, so that they can be added."""
    groups = [tuple(source.value for source in group) for group in SOURCE_GROUPS.values()]

    def size(group: tuple[str, ...]) -> int:
        return sum(counts.sources.get(name, Counter[int]())[root] for name in group)

    while len(groups) > 1 and any(0 < size(group) < THRESHOLD for group in groups):
        least = min((group for group in groups if size(group)), key=size)
        other = min((group for group in groups if group != least), key=lambda group: (size(group) == 0, size(group)))
        groups = [group for group in groups if group not in (least, other)] + [other + least]
    return [group for group in groups if size(group)]


def _sheets(counts: Counts, key: int) -> list[int] | None:
    """Valid sheets of all, for the top only: beside the coverage of schools it would tell how few were not valid."""
    valid, whole = counts.valid[key], counts.sheets[key]
    told = key == counts.tree.root.pk and counts.tree.root.kind != "school"
    return [valid, whole] if told and all(n == 0 or n >= THRESHOLD for n in (valid, whole - valid)) else None


def _months(counts: Counts, key: int, least: int) -> list[tuple[str, str]]:
    """(month, word) from the first one with signals: few, first, more, fewer, same."""
    found: list[tuple[str, str]] = []
    before = 0
    for month in sorted(counts.months):
        n = counts.months[month][key]
        if n < least:
            word = "few"
        elif before < least:
            word = "first"
        else:
            word = "more" if n >= before * MUCH else "fewer" if n * MUCH <= before else "same"
        found.append((month, word))
        before = n
    return found
