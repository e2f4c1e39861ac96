"""Members of staff with their posts; duty turns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from xinqiao.access.actor import Actor
from xinqiao.access.chain import CARE_CHAIN, next_after
from xinqiao.access.models import DutyTurn, Post
from xinqiao.people.models import Organisation, Person, current
from xinqiao.people.selectors import school_of
from xinqiao.registry.policies import nodes_to_staff, staff_in_reach
from xinqiao.registry.selectors.tree import INSIDE_SCHOOLS, titles


@dataclass
class PostLine:
    """A post as a page shows it. state: now, later, over."""

    post: Post
    where: str
    state: str


@dataclass
class StaffLine:
    person: Person
    posts: list[PostLine] = field(default_factory=list)


def staff(actor: Actor, words: str, kind: str, at: datetime) -> QuerySet[Person]:
    """Members of staff in reach by name; ``kind``: only who holds such a post today, "none" for who holds none."""
    rows = staff_in_reach(actor, at).select_related("keeper", "account")
    if words.strip():
        rows = rows.filter(Q(name__icontains=words.strip()) | Q(account__username__icontains=words.strip()))
    held = Post.objects.filter(current(localdate(at)))
    if kind == "none":
        rows = rows.exclude(pk__in=held.values("person"))
    elif kind:
        rows = rows.filter(pk__in=held.filter(kind=kind).values("person"))
    return rows.order_by("name", "pk")


def with_posts(people: Iterable[Person], at: datetime, *, past: bool = False) -> list[StaffLine]:
    """People with their posts, present ones first. Two queries for any number of people."""
    everyone = list(people)
    today = localdate(at)
    posts = Post.objects.filter(person__in=everyone).select_related("organisation", "person")
    if not past:
        posts = posts.exclude(ends_on__lte=today)
    rows = list(posts.order_by("-starts_on", "pk"))
    names = titles([row.organisation for row in rows], today)
    found: dict[int, list[PostLine]] = defaultdict(list)
    for row in rows:
        state = "over" if row.ends_on and row.ends_on <= today else "later" if row.starts_on > today else "now"
        found[row.person_id].append(PostLine(row, names[row.organisation_id], state))
    order = {"now": 0, "later": 1, "over": 2}
    return [StaffLine(person, sorted(found[person.pk], key=lambda line: order[line.state])) for person in everyone]


def places_for(actor: Actor, person: Person) -> QuerySet[Organisation]:
    """Where the actor may appoint somebody: every bureau, school … in reach, and inside the person's own school."""
    school = school_of(person.keeper)
    reach = nodes_to_staff(actor)
    own = Q(path__startswith=school.path) if school else Q(pk__in=[])
    return reach.filter(own | ~Q(kind__in=INSIDE_SCHOOLS)).order_by("path")


def who_is_next(post: Post, at: datetime) -> Person | None:
    """Who answers for what this post answers for, once it is over: the next of the school's chain."""
    school = school_of(post.organisation)
    if school is None or post.kind not in CARE_CHAIN:
        return None
    found = next_after(school, post.person_id, at)
    return found.person if found is not None and found.person_id != post.person_id else None


def on_call(school: Organisation, at: datetime) -> QuerySet[Post]:
    """Posts that may take duty at a school: its care chain, today and later."""
    held = Post.objects.filter(organisation=school, kind__in=CARE_CHAIN).exclude(ends_on__lte=localdate(at))
    return held.select_related("person").order_by("kind", "starts_on", "pk")


def turns(school: Organisation, since: datetime, until: datetime) -> QuerySet[DutyTurn]:
    """Duty turns that touch a span."""
    rows = DutyTurn.objects.filter(school=school, ends_at__gt=since, starts_at__lt=until)
    return rows.select_related("post__person").order_by("starts_at")


@dataclass(frozen=True)
class Gap:
    """A stretch of the coming weeks for which nobody in particular is on duty: the chain of posts answers."""

    starts_at: datetime
    ends_at: datetime


def gaps(rows: Iterable[DutyTurn], since: datetime, until: datetime) -> list[Gap]:
    """What turns leave open between two moments, gaps under a minute left out."""
    found: list[Gap] = []
    free_from = since
    for turn in rows:
        if turn.starts_at >= until:
            break
        if turn.starts_at - free_from > timedelta(minutes=1):
            found.append(Gap(free_from, turn.starts_at))
        free_from = max(free_from, turn.ends_at)
    if until - free_from > timedelta(minutes=1):
        found.append(Gap(free_from, until))
    return found
