"""Who holds a duty, and who is next when its time was missed."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localdate

from xinqiao.access.chain import BUREAU_CHAIN, on_duty
from xinqiao.access.models import Post
from xinqiao.cases.rules import CLIMBS_TO
from xinqiao.people.models import Organisation, current


def line(kind: str, place: Organisation, at: datetime) -> list[Post]:
    """Everybody who answers for a duty of a ``kind`` of post at ``place`` (class or school), nearest first.

    Those of that post at the class, its grade and its school, then the posts it climbs to, then the bureau. One post a
    person, held today. Empty when not one person is appointed.
    """
    inside = (kind, *CLIMBS_TO[kind])
    order = {name: rank for rank, name in enumerate((*inside, *BUREAU_CHAIN))}
    posts = Post.objects.filter(current(localdate(at)), organisation__in=place.ancestors_ids(), kind__in=order)
    depth = {pk: rank for rank, pk in enumerate(place.ancestors_ids())}
    found = sorted(
        posts.select_related("person", "organisation"),
        key=lambda post: (order[post.kind], -depth[post.organisation_id], post.starts_on, post.pk),
    )
    return list({post.person_id: post for post in reversed(found)}.values())[::-1]


def first_holder(kind: str, place: Organisation, school: Organisation, at: datetime, knows: int) -> Post | None:
    """Who gets a new duty. ``knows``: the person who set the level, with whom a psychology teacher's part begins.

    Without them, whoever has the duty turn of the school comes before the others of the same post.
    """
    posts = line(kind, place, at)
    mine = [post for post in posts if post.kind == kind]
    if kind == "psych_teacher":
        turn = on_duty(school, at)
        for person_id in (knows, turn.person_id if turn else None):
            for post in mine:
                if post.person_id == person_id:
                    return post
    return posts[0] if posts else None


def next_holder(posts: list[Post], person_id: int) -> Post | None:
    """Who comes after somebody in a line; the last one stays, the first answers when somebody left the line."""
    places = [rank for rank, post in enumerate(posts) if post.person_id == person_id]
    if not posts:
        return None
    return posts[min(places[0] + 1, len(posts) - 1)] if places else posts[0]


def still_held(post: Post, at: datetime) -> bool:
    today = localdate(at)
    return post.starts_on <= today and (post.ends_on is None or post.ends_on > today)
