"""Who answers for what, worked out for many organisations at once: one reading of the posts, then no more queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property

from django.db.models import Count

from xinqiao.access.models import Post
from xinqiao.people.models import Organisation, current
from xinqiao.plans.handling import CHUNK
from xinqiao.plans.models import Task
from xinqiao.plans.policies import LEADERS, OFFICERS, WORKERS
from xinqiao.plans.rules import UNSETTLED


class Staff:
    """Posts held on a day at some organisations and everything above them, with how much each holder has to do.

    One query for up to ``CHUNK`` organisations, one more when equals have to be told apart. ``load`` counts unsettled
    tasks by post and is kept up while owners are given out.
    """

    def __init__(self, organisations: Iterable[Organisation], on: date) -> None:
        self._ids = sorted({pk for node in organisations for pk in node.ancestors_ids()})
        self._posts: dict[tuple[int, str], list[Post]] = defaultdict(list)
        for ids in self._chunks():
            held = Post.objects.filter(current(on), organisation__in=ids, kind__in=WORKERS)
            for post in held.order_by("starts_on", "pk"):
                self._posts[post.organisation_id, post.kind].append(post)

    def _chunks(self) -> Iterator[list[int]]:
        for start in range(0, len(self._ids), CHUNK):
            yield self._ids[start : start + CHUNK]

    @cached_property
    def load(self) -> Counter[int]:
        found: Counter[int] = Counter()
        for ids in self._chunks():
            busy = Task.objects.filter(owner__organisation__in=ids, state__in=UNSETTLED).order_by()
            found.update(dict(busy.values_list("owner").annotate(n=Count("pk"))))
        return found

    def pick(self, organisation_id: int, kinds: Iterable[str], *, but: int | None = None) -> Post | None:
        """The first of the kinds that is held there; among equals whoever has least to do, then the longest in post.

        but: id of a person who is not meant.
        """
        for kind in kinds:
            posts = [post for post in self._posts.get((organisation_id, kind), ()) if post.person_id != but]
            if len(posts) == 1:
                return posts[0]
            if posts:
                return min(posts, key=lambda post: (self.load[post.pk], post.starts_on, post.pk))
        return None

    def owner(
        self, unit: Organisation, asker: Organisation, owners: Sequence[str], leads: Sequence[str]
    ) -> Post | None:
        """Who owns a task of ``unit``: somebody of ``owners`` there, else who runs things there, else the same at the
        next organisation above, else the asker's people. None only when not one of all these posts is held."""
        found = self.pick(unit.pk, owners) or self.pick(unit.pk, OFFICERS)
        for pk in reversed(unit.ancestors_ids()[:-1]):
            found = found or self.pick(pk, OFFICERS)
        found = found or self.pick(asker.pk, leads)
        for pk in reversed(asker.ancestors_ids()):
            found = found or self.pick(pk, OFFICERS)
        return found

    def leader(self, unit: Organisation, asker: Organisation, but: int | None) -> Post | None:
        """Who leads the unit, or what it belongs to below the asker; another person than ``but``."""
        for pk in reversed(unit.ancestors_ids()):
            if pk == asker.pk and unit.pk != asker.pk:
                return None
            found = self.pick(pk, LEADERS, but=but)
            if found is not None:
                return found
        return None

    def lead(self, asker: Organisation, leads: Sequence[str], but: int | None) -> Post | None:
        """Who accepts at the asker, else who leads there or above; another person than ``but``."""
        found = self.pick(asker.pk, leads, but=but)
        for pk in reversed(asker.ancestors_ids()):
            found = found or self.pick(pk, LEADERS, but=but)
        return found

    def next_up(self, task: Task, owner: Post | None) -> Post | None:
        """Who is shown a late task at its next step: the unit's leader first, then the asker's lead. None when there is
        nobody but the owner and who sees it already."""
        but = owner.person_id if owner else None
        leader = self.leader(task.unit, task.asker, but) if task.climbed == 0 else None
        if leader is not None:
            return leader
        seen = task.climbed_to.person_id if task.climbed_to else None
        lead = self.lead(task.asker, task.leads, but)
        return None if lead is None or lead.person_id == seen else lead
