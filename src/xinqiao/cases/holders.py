"""Who holds a duty, and who is next when its time was missed."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localdate

from xinqiao.access.chain import care_chain, holders
from xinqiao.access.models import Post
from xinqiao.cases.rules import CLIMBS_TO
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation


def _line(class_node: Organisation, kinds: tuple[str, ...], at: datetime) -> list[Post]:
    """Posts of these kinds at the class, its grade and its school, in the order of ``kinds``."""
    above = list(
        Organisation.objects.filter(pk__in=class_node.ancestors_ids()).exclude(kind="bureau").order_by("-path")
    )
    return [post for kind in kinds for node in above for post in holders(node, (kind,), at)]


def holder_for(kind: str, class_node: Organisation, school: Organisation, at: datetime) -> Post:
    """Who does what a ``kind`` of post does for a student of this class; the next of the chain where nobody holds it.

    Raises Refusal(code="nobody") when not one person is appointed at the school or above it.
    """
    posts = _line(class_node, (kind, *CLIMBS_TO[kind]), at) or care_chain(school, at)
    if not posts:
        raise Refusal("学校和上级都没有在岗的负责人，请管理员先任命心理教师或学校领导。", code="nobody")
    return posts[0]


def next_holder(post: Post, class_node: Organisation, school: Organisation, at: datetime) -> Post:
    """Who answers after ``post`` let a time pass; the last of the chain keeps it."""
    kinds = CLIMBS_TO.get(post.kind)
    line = _line(class_node, kinds, at) if kinds else []
    line += [other for other in care_chain(school, at) if other.kind.startswith("bureau")]
    others = [other for other in line if other.person_id != post.person_id]
    if others:
        return others[0]
    chain = care_chain(school, at)
    return next((other for other in chain if other.pk == post.pk), chain[0] if chain else post)


def still_held(post: Post, at: datetime) -> bool:
    today = localdate(at)
    return post.starts_on <= today and (post.ends_on is None or post.ends_on > today)
