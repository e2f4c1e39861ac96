"""Who read what about one student, in plain words, with the unusual marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.access.models import BreakGlass, Post
from xinqiao.access.policies import visible_organisations
from xinqiao.audit import words
from xinqiao.audit.models import Entry
from xinqiao.people.models import Enrolment, Organisation, Person

NIGHT = (23, 6)
"""From 11 pm to 6 am a file is rarely read for good reasons; it is marked, not forbidden."""
MANY = 60
"""Files of so many students read by one account in one day stand out."""


@dataclass(frozen=True)
class Reading:
    """One line of the page. marks: why it stands out, in words; empty when it does not."""

    entry: Entry
    words: str
    marks: tuple[str, ...]


def trail_of(person: Person, *, only_readings: bool = False) -> QuerySet[Entry]:
    rows = Entry.objects.filter(person=person.pk).select_related("account")
    return rows.filter(reading=True) if only_readings else rows


def described(entries: Iterable[Entry]) -> list[Reading]:
    """Entries in words. Six queries for a page, however long."""
    rows = list(entries)
    persons = {row.person for row in rows if row.person}
    accounts = {row.account_id for row in rows if row.account_id}
    context = _Context(persons, accounts, {localdate(row.at) for row in rows})
    return [Reading(row, words.say(row.action), context.marks(row)) for row in rows]


def unusual_readings(actor: Actor, since: datetime) -> list[Reading]:
    """Readings that stand out, at the schools whose trail the actor keeps, newest first; from the latest 2,000."""
    schools = visible_organisations(actor, Action.SEE_TRAIL).filter(kind="school").values_list("pk", flat=True)
    rows = Entry.objects.filter(chain__owner__in=list(schools), reading=True, at__gte=since).select_related("account")
    return [reading for reading in described(rows[:2000]) if reading.marks]


class _Context:
    """What has to be known to judge readings, fetched once."""

    def __init__(self, persons: set[int], accounts: set[int], days: set[date]) -> None:
        self.owner = dict(Person.objects.filter(account__in=accounts).values_list("account_id", "pk"))
        self.posts: dict[int, list[tuple[str, date, date | None]]] = {}
        for person, path, starts, ends in Post.objects.filter(person__in=self.owner.values()).values_list(
            "person_id", "organisation__path", "starts_on", "ends_on"
        ):
            self.posts.setdefault(person, []).append((path or "-", starts, ends))
        self.places: dict[int, list[tuple[str, date, date | None]]] = {}
        for person, path, starts, ends in Enrolment.objects.filter(person__in=persons).values_list(
            "person_id", "class_node__path", "starts_on", "ends_on"
        ):
            self.places.setdefault(person, []).append((path or "-", starts, ends))
        self.glass = list(
            BreakGlass.objects.filter(person__in=persons, account__in=accounts).values_list(
                "person_id", "account_id", "starts_at", "ends_at"
            )
        )
        self.busy = self._busy(accounts, days)

    def _busy(self, accounts: set[int], days: set[date]) -> dict[tuple[int, date], int]:
        if not days:
            return {}
        counted = (
            Entry.objects.filter(
                account__in=accounts,
                reading=True,
                at__date__gte=min(days),
                at__date__lte=max(days),
                person__isnull=False,
            )
            .annotate(day=TruncDate("at"))
            .values("account", "day")
            .annotate(n=Count("person", distinct=True))
            .order_by()
        )
        return {(row["account"], row["day"]): row["n"] for row in counted if row["n"] >= MANY}

    def marks(self, row: Entry) -> tuple[str, ...]:
        if not row.reading or row.account_id is None:
            return ()
        day, found = localdate(row.at), []
        if any(
            person == row.person and account == row.account_id and starts <= row.at <= ends
            for person, account, starts, ends in self.glass
        ):
            found.append(_("紧急查阅"))
        if self._stranger(row, day):
            found.append(_("当时没有负责这名学生的岗位"))
        if not NIGHT[1] <= localtime(row.at).hour < NIGHT[0]:
            found.append(_("深夜查阅"))
        if (row.account_id, day) in self.busy:
            found.append(_("当天查阅了 %(n)d 名学生") % {"n": self.busy[row.account_id, day]})
        return tuple(found)

    def _stranger(self, row: Entry, day: date) -> bool:
        """Nobody is a stranger to themselves, nor is a guardian or outside reader judged by posts."""
        reader = self.owner.get(row.account_id or 0)
        if reader is None or row.person is None or reader == row.person or row.account.kind != "staff":  # type: ignore[union-attr]
            return False
        places = [path for path, starts, ends in self.places.get(row.person, []) if _covers(starts, ends, day)]
        return not any(
            place.startswith(path)
            for place in places
            for path, starts, ends in self.posts.get(reader, [])
            if _covers(starts, ends, day)
        )


def _covers(starts: date, ends: date | None, day: date) -> bool:
    return starts <= day and (ends is None or day < ends)


def since_default(at: datetime) -> datetime:
    return at - timedelta(days=30)


def school_names(owners: Iterable[int]) -> dict[int, str]:
    return dict(Organisation.objects.filter(pk__in=set(owners)).values_list("pk", "name"))
