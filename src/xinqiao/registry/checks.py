"""What must hold of the tree, its people and its posts; asked by ``xinqiao doctor``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.timezone import localdate

from xinqiao.access.chain import care_chain
from xinqiao.access.enums import PostKind
from xinqiao.access.models import DutyTurn, Post
from xinqiao.kernel.findings import Finding
from xinqiao.people.models import CalendarDay, Enrolment, Organisation, current
from xinqiao.registry.rules import posts_that_fit
from xinqiao.registry.selectors.waiting import without_chain


def violations(at: datetime) -> Iterator[Finding]:
    """Schools nobody answers for, places and posts that do not fit the tree, a calendar that is missing."""
    yield from _schools(at)
    yield from _tree()
    yield from _places(at)
    yield from _posts(at)
    year = localdate(at).year
    if not CalendarDay.objects.filter(organisation=None, day__year=year).exists():
        yield Finding(
            "calendar", f"people.calendarday:{year}", f"缺少 {year} 年国家节假日，请运行 xinqiao calendar load {year}。"
        )


def _schools(at: datetime) -> Iterator[Finding]:
    for school in without_chain(Organisation.objects.filter(kind="school", closed_on=None), at):
        above = care_chain(school, at)
        words = "现在由上级代为负责，" if above else "上级也没有人，"
        yield Finding(
            "chain",
            f"people.organisation:{school.pk}",
            f"学校没有在岗的心理教师、德育主任或学校领导，{words}请尽快任命。",
        )


def _tree() -> Iterator[Finding]:
    for pk, path, parent_path in Organisation.objects.values_list("pk", "path", "parent__path"):
        if path != f"{parent_path or '/'}{pk}/":
            yield Finding(
                "path", f"people.organisation:{pk}", "组织的路径和上级不一致，可见范围会出错，请联系维护人员。"
            )


def _places(at: datetime) -> Iterator[Finding]:
    rows = Enrolment.objects.filter(current(localdate(at))).select_related("class_node", "school")
    closed = rows.filter(Q(class_node__closed_on__lte=localdate(at)) | Q(school__closed_on__lte=localdate(at)))
    for pk in closed.values_list("pk", flat=True):
        yield Finding("closed_class", f"people.enrolment:{pk}", "学生还在已停用的班级里，请办理调班或离校。")
    elsewhere = rows.exclude(class_node__path__contains=Concat(Value("/"), Cast("school_id", CharField()), Value("/")))
    for pk in elsewhere.values_list("pk", flat=True):
        yield Finding("school", f"people.enrolment:{pk}", "学生登记的学校和班级所在的学校不一致，请重新调班。")


def _posts(at: datetime) -> Iterator[Finding]:
    today = localdate(at)
    held = Post.objects.filter(current(today))
    for pk in held.filter(organisation__closed_on__lte=today).values_list("pk", flat=True):
        yield Finding("post_closed", f"access.post:{pk}", "岗位所在的组织已经停用，请结束这个岗位。")
    for pk, kind, where in held.values_list("pk", "kind", "organisation__kind"):
        if kind not in posts_that_fit(where):
            yield Finding(
                "post_place", f"access.post:{pk}", "这个岗位不能设在这类组织，可见范围可能过大，请结束后重新任命。"
            )
    studies = Enrolment.objects.filter(current(today)).values_list("person", "class_node")
    for pk, person, node in held.filter(kind=PostKind.PEER_REP).values_list("pk", "person", "organisation"):
        if not studies.filter(person=person, class_node=node).exists():
            yield Finding("peer_rep", f"access.post:{pk}", "心理委员已不在这个班，请结束这个岗位。")
    ended = DutyTurn.objects.filter(ends_at__gt=at, post__ends_on__lte=today)
    for pk in ended.values_list("pk", flat=True):
        yield Finding("duty", f"access.dutyturn:{pk}", "值班的人已经不在岗，请重新安排这一班。")
