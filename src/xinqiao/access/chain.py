"""Who answers for a school: the person on duty first, then post by post upwards. Signals and cases climb this chain."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.timezone import localdate

from xinqiao.access.enums import PostKind
from xinqiao.access.models import DutyTurn, Post
from xinqiao.people.models import Organisation, current

CARE_CHAIN = (PostKind.PSYCH_TEACHER, PostKind.MORAL_HEAD, PostKind.SCHOOL_LEADER)
"""Inside a school. A missed date goes to the next holder in this order, then to the bureau."""

BUREAU_CHAIN = (PostKind.BUREAU_EXPERT, PostKind.BUREAU_OFFICER, PostKind.BUREAU_LEADER)


def holders(node: Organisation, kinds: Iterable[str], at: datetime) -> list[Post]:
    """Posts held exactly at ``node`` at a moment, in the order of ``kinds``, then by seniority of appointment."""
    order = {str(kind): place for place, kind in enumerate(kinds)}
    posts = Post.objects.filter(current(localdate(at)), organisation=node, kind__in=order).select_related(
        "person", "organisation"
    )
    return sorted(posts, key=lambda post: (order[post.kind], post.starts_on, post.pk))


def on_duty(school: Organisation, at: datetime) -> Post | None:
    """The post whose duty turn covers ``at``, when it is still held."""
    turn = (
        DutyTurn.objects.filter(current(localdate(at), "post__"), school=school, starts_at__lte=at, ends_at__gt=at)
        .select_related("post__person", "post__organisation")
        .order_by("-starts_at")
        .first()
    )
    return turn.post if turn else None


def care_chain(school: Organisation, at: datetime) -> list[Post]:
    """Everybody who answers for a school, nearest first, one post a person. Empty when no one at all is appointed."""
    first = on_duty(school, at)
    posts = [first] if first else []
    posts += holders(school, CARE_CHAIN, at)
    for pk in reversed(school.ancestors_ids()[:-1]):
        posts += holders(Organisation.objects.get(pk=pk), BUREAU_CHAIN, at)
    seen: set[int] = set()
    return [post for post in posts if not (post.person_id in seen or seen.add(post.person_id))]  # type: ignore[func-returns-value]


def next_after(school: Organisation, person_id: int | None, at: datetime) -> Post | None:
    """The next person of the chain after ``person_id``; the last one stays, the first answers when they left it."""
    chain = care_chain(school, at)
    if not chain:
        return None
    places = [place for place, post in enumerate(chain) if post.person_id == person_id]
    return chain[min(places[0] + 1, len(chain) - 1)] if places else chain[0]
