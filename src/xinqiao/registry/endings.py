"""What ends together: a closed node with its posts, a post with its duty turns, a place with the post of a peer rep."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import F, Q, QuerySet
from django.utils.timezone import localdate

from xinqiao.access.chain import CARE_CHAIN
from xinqiao.access.enums import PostKind
from xinqiao.access.models import DutyTurn, Post
from xinqiao.people.models import Organisation, current
from xinqiao.people.selectors import students_in

CHUNK = 5_000
"""Ids in one statement; SQLite takes 32,766 parameters."""


def end_posts(posts: QuerySet[Post], on: date) -> list[int]:
    """End these posts on a day (its first day without them), those that have not begun before they begin."""
    ids = list(posts.filter(Q(ends_on=None) | Q(ends_on__gt=on)).values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        some = Post.objects.filter(pk__in=ids[start : start + CHUNK])
        some.filter(starts_on__gt=on).update(ends_on=F("starts_on"))
        some.filter(Q(ends_on=None) | Q(ends_on__gt=on)).filter(starts_on__lte=on).update(ends_on=on)
    return ids


def end_turns(post: Post, moment: datetime) -> None:
    """Duty turns of a post that ends: coming ones go, a running one ends with it."""
    DutyTurn.objects.filter(post=post, starts_at__gte=moment).delete()
    DutyTurn.objects.filter(post=post, starts_at__lt=moment, ends_at__gt=moment).update(ends_at=moment)


def close_subtree(node: Organisation, on: date) -> None:
    """Close a node and everything below; posts there end."""
    Organisation.objects.filter(path__startswith=node.path, closed_on=None).update(closed_on=on)
    end_posts(Post.objects.filter(organisation__path__startswith=node.path), on)


def end_peer_posts(people: Iterable[int], on: date) -> None:
    """A peer rep who leaves the class is its peer rep no more."""
    ids = list(people)
    for start in range(0, len(ids), CHUNK):
        end_posts(Post.objects.filter(person__in=ids[start : start + CHUNK], kind=PostKind.PEER_REP), on)


def leaves_nobody(post: Post, on: date) -> bool:
    """Whether the school would have students and nobody of its own care chain from ``on``, were this post to end."""
    node = post.organisation
    if node.kind != "school" or node.closed_on or post.kind not in CARE_CHAIN:
        return False
    others = Post.objects.filter(current(on), organisation=node, kind__in=CARE_CHAIN).exclude(pk=post.pk)
    return not others.exists() and students_in(node, on).exists()


def is_over(post: Post, at: datetime) -> bool:
    """Whether the post has ended by now."""
    return post.ends_on is not None and post.ends_on <= localdate(at)
