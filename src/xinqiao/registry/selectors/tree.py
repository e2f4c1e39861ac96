"""The tree of organisations as pages show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, QuerySet
from django.utils.timezone import localdate

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.access.models import Post
from xinqiao.people.models import Enrolment, Organisation, current
from xinqiao.people.rules import school_year_of
from xinqiao.people.selectors import under
from xinqiao.registry.policies import nodes_to_see

INSIDE_SCHOOLS = ("grade", "class", "department")


@dataclass(frozen=True)
class Line:
    """One node of the tree. indent: levels below the top of the list. students: in it and all below, today."""

    node: Organisation
    title: str
    indent: int
    students: int = 0
    closed: bool = False


def title_of(node: Organisation, systems: Mapping[int, str], on: date) -> str:
    """What people call a node this school year. ``systems``: school id → system, for every school above."""
    system = next((systems[pk] for pk in reversed(node.ancestors_ids()) if pk in systems), "63")
    return node.title_in(school_year_of(on), system)


def systems_above(nodes: Iterable[Organisation]) -> dict[int, str]:
    """School id → system, of every school at or above these nodes. One query."""
    ids = {pk for node in nodes for pk in node.ancestors_ids()}
    return dict(Organisation.objects.filter(pk__in=ids, kind="school").values_list("pk", "system"))


def titles(nodes: Iterable[Organisation], on: date) -> dict[int, str]:
    """Titles of nodes by id. One query."""
    wanted = list(nodes)
    systems = systems_above(wanted)
    return {node.pk: title_of(node, systems, on) for node in wanted}


def roots(actor: Actor) -> list[Organisation]:
    """The tops of what the actor sees."""
    paths = actor.paths(Action.SEE_PEOPLE)
    return list(Organisation.objects.filter(path__in=paths).order_by("path"))


def outer_nodes(actor: Actor, words: str, *, closed: bool) -> QuerySet[Organisation]:
    """Everything in reach that is not inside a school, for the list of a bureau; filtered by name or code."""
    nodes = nodes_to_see(actor).exclude(kind__in=INSIDE_SCHOOLS)
    if not closed:
        nodes = nodes.filter(closed_on=None)
    if words.strip():
        nodes = nodes.filter(name__icontains=words.strip()) | nodes.filter(code__istartswith=words.strip())
    return nodes.order_by("path")


def lines(nodes: Iterable[Organisation], at: datetime, top: str = "") -> list[Line]:
    """Nodes with titles and numbers of students, indented below ``top``. Two queries, whatever their number."""
    wanted = list(nodes)
    today = localdate(at)
    names = titles(wanted, today)
    inside = students_below([node.path or "-" for node in wanted], at)
    floor = min((len(node.ancestors_ids()) for node in wanted), default=0)
    if top:
        floor = len([part for part in top.split("/") if part]) + 1
    return [
        Line(
            node=node,
            title=names[node.pk],
            indent=min(4, max(0, len(node.ancestors_ids()) - floor)),
            students=inside.get(node.path or "-", 0),
            closed=node.closed_on is not None,
        )
        for node in wanted
    ]


def students_below(paths: list[str], at: datetime) -> dict[str, int]:
    """Path → students in its subtree today. One query, counted by class."""
    if not paths:
        return {}
    wide = [path for path in paths if not any(path != other and path.startswith(other) for other in paths)]
    counted = (
        Enrolment.objects.filter(current(localdate(at)))
        .filter(under(wide, "class_node__path"))
        .values_list("class_node__path")
        .annotate(n=Count("pk"))
    )
    wanted = set(paths)
    found: dict[str, int] = defaultdict(int)
    for path, number in counted:
        parts = [part for part in str(path).split("/") if part]
        for length in range(1, len(parts) + 1):
            above = "/" + "/".join(parts[:length]) + "/"
            if above in wanted:
                found[above] += number
    return dict(found)


def children(node: Organisation, at: datetime) -> list[Line]:
    """Direct children, open ones first, in the order people expect: lower grades first, classes by number."""
    rows = list(node.children.all())
    rows.sort(key=lambda row: (row.closed_on is not None, row.stage, -(row.entry_year or 0), row.number or 0, row.pk))
    return [Line(line.node, line.title, 0, line.students, line.closed) for line in lines(rows, at)]


def below(school: Organisation, at: datetime) -> list[Line]:
    """Every open node inside a school, grades with their classes below them."""
    rows = list(Organisation.objects.filter(path__startswith=school.path, closed_on=None).exclude(pk=school.pk))
    order = {row.pk: (row.stage, -(row.entry_year or 0), row.number or 0, row.pk) for row in rows}
    by_path = {row.path: row for row in rows}

    def place(row: Organisation) -> list[tuple[str, int, int, int]]:
        parts = [part for part in (row.path or "").split("/") if part]
        above = ["/" + "/".join(parts[:n]) + "/" for n in range(1, len(parts) + 1)]
        return [order[by_path[path].pk] for path in above if path in by_path]

    rows.sort(key=place)
    return lines(rows, at, school.path or "")


def posts_at(node: Organisation, at: datetime) -> QuerySet[Post]:
    """Posts held exactly here today or later."""
    today = localdate(at)
    held = Post.objects.filter(organisation=node).exclude(ends_on__lte=today)
    return held.select_related("person").order_by("kind", "starts_on", "pk")


def staff_below(node: Organisation, at: datetime) -> int:
    """How many people hold a post here or below today."""
    held = Post.objects.filter(current(localdate(at)), organisation__path__startswith=node.path)
    return held.exclude(kind="peer_rep").values("person").distinct().count()


def way_to(node: Organisation, actor: Actor, at: datetime) -> list[tuple[Organisation, str]]:
    """The nodes above, from the top of what the actor sees, with titles."""
    above = nodes_to_see(actor).filter(pk__in=node.ancestors_ids()[:-1]).order_by("path")
    rows = sorted(above, key=lambda row: len(row.path or ""))
    names = titles(rows, localdate(at))
    return [(row, names[row.pk]) for row in rows]
