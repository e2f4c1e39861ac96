"""Meetings as pages, ledgers and figures read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate, make_aware

from xinqiao.people.models import Organisation, Person, Term
from xinqiao.teams.enums import MeetingState
from xinqiao.teams.models import Decision, Meeting, Seat, Team
from xinqiao.teams.rules import term_at
from xinqiao.teams.selectors.seats import held

Span = tuple[date, date]


def terms_of(organisations: Sequence[Organisation], on: date) -> dict[int, Span]:
    """First day of this term and the day after it, by organisation id: the nearest organisation that gives terms gives
    them all. One query."""
    chains = {node.pk: node.ancestors_ids() for node in organisations}
    known: dict[int, list[Span]] = {}
    rows = Term.objects.filter(organisation__in={pk for chain in chains.values() for pk in chain})
    for owner, start, end in rows.values_list("organisation", "starts_on", "ends_on"):
        known.setdefault(owner, []).append((start, end))
    return {
        key: term_at(next((known[pk] for pk in reversed(chain) if pk in known), []), on)
        for key, chain in chains.items()
    }


@dataclass(frozen=True)
class Rhythm:
    """How often a team met this term, and how often it shall."""

    team: Team
    met: int

    @property
    def asked(self) -> int:
        return self.team.meets_per_term

    @property
    def enough(self) -> bool:
        return self.met >= self.asked


def rhythms(organisations: Sequence[Organisation], on: date) -> list[Rhythm]:
    """Every team that stands, with the meetings held this term up to a day. Three queries."""
    spans = terms_of(organisations, on)
    teams = list(Team.objects.filter(organisation__in=organisations, closed_on=None).order_by("pk"))
    first = min((start for start, _end in spans.values()), default=on)
    met = dict.fromkeys((team.pk for team in teams), 0)
    rows = Meeting.objects.filter(team__in=teams, state=MeetingState.HELD, held_at__gte=_start(first))
    for team_id, node_id, held_at in rows.values_list("team", "team__organisation", "held_at"):
        start, end = spans[node_id]
        met[team_id] += start <= localdate(held_at) < end and localdate(held_at) <= on
    return [Rhythm(team, met[team.pk]) for team in teams]


def _start(day: date) -> datetime:
    return make_aware(datetime.combine(day, time(0)))


def ledger(teams: QuerySet[Team], since: date | None = None) -> QuerySet[Meeting]:
    """Meetings newest first, each with ``was_there``, ``decided`` and ``open_decisions`` (numbers)."""
    rows = Meeting.objects.filter(team__in=teams).select_related("team__organisation")
    if since is not None:
        rows = rows.filter(held_at__gte=_start(since))
    return rows.annotate(
        was_there=Count("attended", distinct=True),
        decided=Count("decisions", distinct=True),
        open_decisions=Count("decisions", filter=Q(decisions__settled_on=None), distinct=True),
    ).order_by("-held_at", "-pk")


def could_attend(meeting: Meeting) -> QuerySet[Seat]:
    """Seats held on the day of a meeting, in the order of positions."""
    rows = held(localdate(meeting.held_at)).filter(position__team=meeting.team_id)
    return rows.select_related("person", "position").order_by("position", "starts_on", "pk")


def decisions_of(meeting: Meeting) -> QuerySet[Decision]:
    return Decision.objects.filter(meeting=meeting).select_related("unit", "settled_by").order_by("pk")


def silent(teams: QuerySet[Team], at: datetime) -> QuerySet[Meeting]:
    """Meetings whose hour has passed and of which nobody said whether they took place."""
    return Meeting.objects.filter(team__in=teams, state=MeetingState.PLANNED, held_at__lt=at).select_related("team")


def without_minutes(teams: QuerySet[Team], before: datetime) -> QuerySet[Meeting]:
    """Meetings held before a moment that have no minutes."""
    rows = Meeting.objects.filter(team__in=teams, state=MeetingState.HELD, minutes_at=None, held_at__lt=before)
    return rows.select_related("team")


def coming_to(person: Person, since: datetime, until: datetime) -> QuerySet[Meeting]:
    """Planned meetings of teams in which somebody sits, soonest first."""
    seats = held(localdate(since)).filter(person=person)
    rows = Meeting.objects.filter(
        team__in=seats.values("position__team"), state=MeetingState.PLANNED, held_at__range=(since, until)
    )
    return rows.select_related("team").order_by("held_at", "pk")
