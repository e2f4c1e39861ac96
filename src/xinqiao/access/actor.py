"""Who is asking, and how far their posts reach. Built once per request or command, then passed to every verb."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from django.utils.timezone import localdate

from xinqiao.access.enums import Action, Depth, PostKind
from xinqiao.access.models import BreakGlass, Post
from xinqiao.access.table import GLASS_OPENS, depth_of, needs_strong_login
from xinqiao.accounts.models import Account, AccountKind
from xinqiao.people.models import Guardianship, Organisation, Person, current


@dataclass(frozen=True)
class Held:
    """One post as it stands now."""

    id: int
    kind: str
    path: str
    organisation_id: int
    organisation_kind: str
    organisation_name: str
    school_name: str = ""
    """The nearest name above a class or grade, whose own title changes each year; else as ``organisation_name``."""


_ON_THE_PHONE = frozenset({AccountKind.STUDENT, AccountKind.GUARDIAN, AccountKind.OUTSIDE})
_WITHIN = frozenset({"grade", "class"})
_WITH_CLASSES = frozenset({PostKind.CLASS_TEACHER, PostKind.SUBJECT_TEACHER, PostKind.PEER_REP})


@dataclass(frozen=True)
class Actor:
    """A person acting at a moment, with the posts held at that moment."""

    account: Account | None
    person: Person | None
    posts: tuple[Held, ...] = ()
    glass: tuple[int, ...] = ()
    """Ids of persons whose file is open to this actor by break-glass right now."""
    kind: str = ""
    label: str = field(default="", compare=False)
    on: date | None = field(default=None, compare=False)
    """The day the posts were looked up."""

    @property
    def name(self) -> str:
        return str(self.person or self.account or "")

    @property
    def role_label(self) -> str:
        """班主任 · 七年级(1)班; for the account menu and the trail."""
        return self.label

    @property
    def organisation_name(self) -> str:
        """The school or office of the first post there; for who only has a class or grade, the school above it."""
        names = [post.organisation_name for post in self.posts if post.organisation_kind not in _WITHIN]
        return names[0] if names else next((post.school_name for post in self.posts), "")

    @property
    def who(self) -> str:
        return f"{self.name}（{self.label}）" if self.label else self.name

    def may(self, action: str, path: str | None = None, at_least: Depth = Depth.COUNTS) -> bool:
        """Whether some post allows ``action``: anywhere, or at the organisation with ``path``."""
        return any(
            depth_of(post.kind, action) >= at_least and (path is None or path.startswith(post.path))
            for post in self.posts
        )

    def depth(self, action: str, path: str, person_id: int | None = None) -> Depth:
        """The deepest sight for ``action`` at an organisation, or into one person's file there."""
        if person_id is not None and person_id in self.glass and action in GLASS_OPENS:
            return Depth.NOTES
        depths = [depth_of(post.kind, action) for post in self.posts if path.startswith(post.path)]
        return max(depths, default=Depth.NONE)

    def paths(self, action: str, at_least: Depth = Depth.COUNTS) -> list[str]:
        """Subtrees in which ``action`` is allowed; the shortest ones only."""
        wide: list[str] = []
        for path in sorted({p.path for p in self.posts if depth_of(p.kind, action) >= at_least}, key=len):
            if not any(path.startswith(other) for other in wide):
                wide.append(path)
        return wide

    def homes(self, action: str) -> frozenset[int]:
        """Ids of the organisations at which a post held there itself allows ``action``; nothing below or above them.

        One post must have both the place and the right: a right from above and another post at the place are no home.
        """
        return frozenset(post.organisation_id for post in self.posts if depth_of(post.kind, action))

    def holds(self, *kinds: str) -> bool:
        return any(post.kind in kinds for post in self.posts)

    @property
    def at_desk(self) -> bool:
        """Works at a desk. Class and subject teachers, pupils and guardians have two minutes and a phone."""
        only_classes = bool(self.posts) and all(post.kind in _WITH_CLASSES for post in self.posts)
        return self.kind not in _ON_THE_PHONE and not only_classes

    @cached_property
    def has_wards(self) -> bool:
        """Whether this person is a guardian on the day the actor was made. One query, asked once."""
        if self.person is None or self.on is None:
            return False
        return Guardianship.objects.filter(current(self.on), guardian=self.person).exists()

    @property
    def needs_strong_login(self) -> bool:
        return any(needs_strong_login(post.kind) for post in self.posts)


def posts_of(person: Person, at: datetime) -> tuple[Held, ...]:
    rows = Post.objects.filter(current(localdate(at)), person=person).select_related("organisation__parent__parent")
    return tuple(_held(post, post.organisation) for post in rows.order_by("organisation__path", "kind"))


def _held(post: Post, node: Organisation) -> Held:
    above: Organisation | None = node
    while above is not None and above.kind in _WITHIN:
        above = above.parent
    return Held(post.pk, post.kind, node.path or "", node.pk, node.kind, node.name, above.name if above else "")


def actor_for(account: Account, at: datetime) -> Actor:
    """The actor behind an account at a moment. Three queries."""
    person = Person.objects.filter(account=account).first()
    if person is None:
        return Actor(account=account, person=None, kind=account.kind, on=localdate(at))
    posts = posts_of(person, at)
    glass = BreakGlass.objects.filter(reader=person, starts_at__lte=at, ends_at__gt=at)
    label = "、".join(dict.fromkeys(str(PostKind(post.kind).label) for post in posts[:2]))
    return Actor(
        account=account,
        person=person,
        posts=posts,
        glass=tuple(glass.values_list("person_id", flat=True)) if posts else (),
        kind=account.kind,
        label=label,
        on=localdate(at),
    )


def actor_of(person: Person, at: datetime) -> Actor:
    """The actor a person is, whichever way they came in (commands, sweeps, tests)."""
    if person.account is None:
        return Actor(account=None, person=person, posts=posts_of(person, at), on=localdate(at))
    return actor_for(person.account, at)


HOUSE = Actor(account=None, person=None, kind="house", label="系统")
"""The house itself: sweeps and receivers act as this, and it holds no post."""

__all__ = ["HOUSE", "Action", "Actor", "Held", "actor_for", "actor_of", "posts_of"]
