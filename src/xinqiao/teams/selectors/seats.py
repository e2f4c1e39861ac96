"""Who sits where, what is vacant, and who could be asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.people.models import Organisation, Person, current
from xinqiao.teams.models import Position, Seat, Team
from xinqiao.teams.policies import INSIDE, fitting_posts
from xinqiao.teams.rules import KINDS

MOST_FOUND = 60
"""Names in one list of candidates; more are found by searching."""


def held(on: date) -> QuerySet[Seat]:
    """Seats that are held on a day. A person whose post is over sits there no more, swept up yet or not."""
    posts = Post.objects.filter(
        current(on),
        person=OuterRef("person"),
        organisation__path__startswith=OuterRef("position__team__organisation__path"),
        kind__in=KINDS,
    )
    fits = (Q(position__post="") & Exists(posts)) | Exists(posts.filter(kind=OuterRef("position__post")))
    return Seat.objects.filter(Q(person=None) | fits, current(on))


def abandoned(on: date) -> QuerySet[Seat]:
    """Seats that still stand open although their person holds no post that fits any more."""
    return Seat.objects.filter(current(on), person__isnull=False).exclude(pk__in=held(on).values("pk"))


@dataclass(frozen=True)
class Filled:
    """A position with the people in it on a day."""

    position: Position
    seats: tuple[Seat, ...]

    @property
    def missing(self) -> int:
        return max(self.position.minimum - len(self.seats), 0)


@dataclass(frozen=True)
class Lineup:
    """A team with its positions in order."""

    team: Team
    positions: tuple[Filled, ...]

    @property
    def missing(self) -> int:
        return sum(filled.missing for filled in self.positions)

    @property
    def people(self) -> int:
        return len({seat.person_id or seat.name for filled in self.positions for seat in filled.seats})


def lineups(teams: Sequence[Team], on: date) -> list[Lineup]:
    """Teams in the order given, with who sits there. Two queries however many there are."""
    seats: dict[int, list[Seat]] = {}
    rows = held(on).filter(position__team__in=teams).select_related("person")
    for seat in rows.order_by("starts_on", "pk"):
        seats.setdefault(seat.position_id, []).append(seat)
    places: dict[int, list[Filled]] = {team.pk: [] for team in teams}
    for position in Position.objects.filter(team__in=teams).order_by("pk"):
        places[position.team_id].append(Filled(position, tuple(seats.get(position.pk, ()))))
    return [Lineup(team, tuple(places[team.pk])) for team in teams]


def teams_of(organisation: Organisation) -> QuerySet[Team]:
    """Its teams that stand, in the order they were made."""
    return Team.objects.filter(organisation=organisation, closed_on=None).select_related("organisation").order_by("pk")


@dataclass(frozen=True)
class Vacancy:
    """A position with too few people. missing: how many more it takes."""

    organisation: Organisation
    position: Position
    missing: int


def counted(organisations: Sequence[Organisation], on: date) -> QuerySet[Any]:
    """Positions of teams that stand, each with ``sits``: how many people are in it on a day."""
    rows = Position.objects.filter(team__organisation__in=organisations, team__closed_on=None)
    return rows.annotate(sits=Count("seats", filter=Q(seats__in=held(on).values("pk"))))


def vacancies(organisations: Sequence[Organisation], on: date) -> list[Vacancy]:
    """Positions with too few people, in the order the organisations are given. One query."""
    order = {node.pk: place for place, node in enumerate(organisations)}
    rows = counted(organisations, on).filter(sits__lt=F("minimum")).select_related("team").order_by("pk")
    found = [Vacancy(organisations[order[row.team.organisation_id]], row, row.minimum - row.sits) for row in rows]
    return sorted(found, key=lambda each: order[each.organisation.pk])


def post_words(seats: Collection[Seat], place: Organisation, on: date) -> dict[int, str]:
    """What people of the house are, by seat id: their posts at or below ``place``, with where when it is below. One
    query. Seats of people from outside are left out."""
    people = {seat.person_id for seat in seats if seat.person_id}
    rows = Post.objects.filter(
        current(on), person__in=people, organisation__path__startswith=place.path, kind__in=KINDS
    ).select_related("organisation")
    words: dict[int, list[str]] = {}
    for post in rows.order_by("starts_on", "pk"):
        node, kind = post.organisation, str(PostKind(post.kind).label)
        away = node.pk != place.pk and node.kind not in INSIDE
        words.setdefault(post.person_id, []).append(f"{kind}（{node.name}）" if away else kind)
    return {
        seat.pk: "、".join(dict.fromkeys(words.get(seat.person_id, ()))) for seat in seats if seat.person_id is not None
    }


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be asked, with the posts by which they fit."""

    person: Person
    posts: tuple[Post, ...]

    @property
    def words(self) -> str:
        """王某 · 心理教师 · 第一中学."""
        kinds = dict.fromkeys(str(PostKind(post.kind).label) for post in self.posts)
        where = next((post.organisation.name for post in self.posts if post.organisation.kind not in INSIDE), "")
        return " · ".join(part for part in (self.person.name, "、".join(kinds), where) if part)


def candidates(position: Position, on: date, search: str = "") -> list[Candidate]:
    """People who fit and do not sit there yet, by name; without ``search`` those of the organisation itself, with it
    (part of a name, or of the name of where they work) also those below. At most MOST_FOUND. One query."""
    node = position.team.organisation
    posts = fitting_posts(position, on).exclude(person__in=held(on).filter(position=position).values("person"))
    if search:
        posts = posts.filter(Q(person__name__icontains=search) | Q(organisation__name__icontains=search))
    elif node.kind != "school":
        posts = posts.filter(Q(organisation=node) | Q(organisation__parent=node, organisation__kind__in=INSIDE))
    by_person: dict[int, list[Post]] = {}
    for post in posts.select_related("person", "organisation").order_by("person__name", "person", "pk"):
        if len(by_person) == MOST_FOUND and post.person_id not in by_person:
            break
        by_person.setdefault(post.person_id, []).append(post)
    return [Candidate(rows[0].person, tuple(rows)) for rows in by_person.values()]
