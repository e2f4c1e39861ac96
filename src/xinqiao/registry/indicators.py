"""Figures of this room: students, population groups, posts; and what the access room keeps: the trail and consents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xinqiao.access.enums import PostKind, Purpose
from xinqiao.access.models import Post
from xinqiao.access.selectors import count_standings
from xinqiao.audit.models import Entry
from xinqiao.indicators.places import homes, ids, school_year_span
from xinqiao.indicators.registry import Indicator, Parameter, Share
from xinqiao.people.models import Enrolment, GroupMembership, Organisation, current

Nodes = Sequence[Organisation]
Asked = Mapping[str, Any]
Shares = dict[int, Share]

STUDENTS_AT_LEAST = 1000
"""A school with fewer students counts as one of 1,000 (plans 14.7 and 16.5)."""


def _on_roll(nodes: Nodes, on: date) -> dict[int, int]:
    """Students by school."""
    rows = Enrolment.objects.filter(current(on), school__in=ids(nodes)).order_by().values_list("school")
    return dict(rows.annotate(n=Count("pk")))


def _students(nodes: Nodes, on: date, _asked: Asked) -> Shares:
    found = _on_roll(nodes, on)
    return {node.pk: Share(found.get(node.pk, 0)) for node in nodes}


def _groups(nodes: Nodes, on: date, asked: Asked) -> Shares:
    """People in a group on the day, each once, at the class they are in; without one at the organisation that keeps
    their data."""
    rows = GroupMembership.objects.filter(current(on), _one_group(asked["group"]))
    own = homes(nodes)
    places = dict(
        Enrolment.objects.filter(current(on), person__in=rows.values("person")).values_list("person", "class_node")
    )
    found: Counter[int] = Counter()
    for person, keeper in set(rows.values_list("person", "person__keeper")):
        place = places.get(person, keeper)
        if place in own:
            found[place] += 1
    return {node.pk: Share(0, cells=(0,)) for node in nodes} | {
        place: Share(count, cells=(count,)) for place, count in found.items()
    }


def _one_group(code: str) -> Q:
    return Q(group__code=code) if code else Q()


def _holders(nodes: Nodes, on: date, kind: str) -> Counter[int]:
    """People who hold a post of this kind at or below each asked organisation, each once a place."""
    own = homes(nodes)
    rows = Post.objects.filter(current(on), kind=kind).values_list("organisation", "person")
    return Counter(home for home, _person in {(own[place], person) for place, person in rows if place in own})


def _peer_reps(nodes: Nodes, on: date, _asked: Asked) -> Shares:
    rows = Enrolment.objects.filter(current(on), school__in=ids(nodes)).order_by()
    classes = set(rows.values_list("class_node", "school").distinct())
    held = set(Post.objects.filter(current(on), kind=PostKind.PEER_REP).values_list("organisation", flat=True))
    whole = Counter(school for _node, school in classes)
    part = Counter(school for node, school in classes if node in held)
    return {node.pk: Share(part[node.pk], whole[node.pk]) for node in nodes}


def _per_1000(nodes: Nodes, on: date, _asked: Asked) -> Shares:
    held, students = _holders(nodes, on, PostKind.PSYCH_TEACHER), _on_roll(nodes, on)
    return {
        node.pk: Share(held[node.pk], max(STUDENTS_AT_LEAST, students.get(node.pk, 0)) / STUDENTS_AT_LEAST)
        for node in nodes
    }


def _any_psych(nodes: Nodes, on: date, _asked: Asked) -> Shares:
    held = _holders(nodes, on, PostKind.PSYCH_TEACHER)
    return {node.pk: Share(1 if held[node.pk] else 0, 1) for node in nodes}


def _researcher(nodes: Nodes, on: date, _asked: Asked) -> Shares:
    held = _holders(nodes, on, PostKind.BUREAU_EXPERT)
    return {node.pk: Share(1 if held[node.pk] else 0, 1) for node in nodes}


def _reads(nodes: Nodes, on: date, _asked: Asked) -> Shares:
    since, until = school_year_span(on)
    rows = Entry.objects.filter(reading=True, at__gte=since, at__lt=until).order_by()
    found = dict(rows.values_list("chain__owner").annotate(n=Count("pk")).values_list("chain__owner", "n"))
    return {node.pk: Share(found.get(node.pk, 0)) for node in nodes}


def _consents(nodes: Nodes, on: date, asked: Asked) -> Shares:
    """By class: whose consent is whole (``access.rules``) of today's students."""
    rows = Enrolment.objects.filter(current(on), school__in=ids(nodes))
    _since, until = school_year_span(on)
    standings = count_standings(rows, "class_node", asked["purpose"], until)
    found = {node.pk: Share(0, 0) for node in nodes}
    for place, counted in standings.items():
        agreed = sum(n for standing, n in counted.items() if standing.ok)
        found[place] = Share(agreed, counted.total())
    return found


def _school_page(node: Organisation, _on: date, _asked: Asked) -> str:
    return reverse("registry:node", args=[node.pk])


def _staff_page(_node: Organisation, _on: date, _asked: Asked) -> str:
    return reverse("registry:staff")


def _groups_page(_node: Organisation, _on: date, _asked: Asked) -> str:
    return reverse("registry:groups")


def _consents_page(_node: Organisation, _on: date, _asked: Asked) -> str:
    return reverse("access:consents")


def _reads_page(_node: Organisation, _on: date, _asked: Asked) -> str:
    return reverse("access:unusual")


INDICATORS = (
    Indicator(
        "people.students", _("在校学生"), _("当天在册的学生数"), kind="count", unit=_("人"), live=_students,
        rows=_school_page,
    ),
    Indicator(
        "people.groups", _("重点群体登记"),
        _("当天登记在重点群体中的人数，一人只数一次；可以只数一个群体。不在校的人数在登记他的单位"),
        kind="count", unit=_("人"), children=True, bears=(), parameters=(Parameter("group", _("群体代码"), ""),),
        live=_groups, rows=_groups_page, clauses=("01.1", "04.1"),
    ),
    Indicator(
        "people.peer_reps", _("设有心理委员的班级"), _("当天有在任心理委员的班级 ÷ 有在册学生的班级"),
        live=_peer_reps, rows=_school_page, clauses=("07.1", "14.7", "16.10"),
    ),
    Indicator(
        "staff.psych_per_1000", _("每千名学生的心理教师"),
        _("Σ 当天在任的心理教师 ÷ Σ（在册学生 ÷ 1000）；不足 1000 名学生的学校按 1000 名计"),
        kind="average", unit=_("人/千人"), scale=1, live=_per_1000, rows=_staff_page, clauses=("14.7", "16.5"),
    ),
    Indicator(
        "staff.psych_any", _("配有心理教师的学校"), _("当天至少有一位在任心理教师的学校 ÷ 学校数"), kind="yes",
        live=_any_psych, rows=_staff_page, clauses=("15.1",),
    ),
    Indicator(
        "staff.researcher", _("配有心理教研员"), _("当天有在任教研员的教育局 ÷ 教育局数"), kind="yes",
        bears=("bureau",), live=_researcher, rows=_staff_page, clauses=("14.7",),
    ),
    Indicator(
        "access.reads_audited", _("已留痕的查阅"), _("本学年查阅学生档案、结果和记录时留下痕迹的次数"), kind="count",
        unit=_("次"), bears=(), live=_reads, rows=_reads_page, clauses=("01.8", "03.5"),
    ),
    Indicator(
        "access.consents", _("知情同意齐全的学生"),
        _("知情同意齐全的学生 ÷ 当天在册学生；谁需要同意按年龄和学校的规定"), children=True,
        parameters=(Parameter("purpose", _("事项"), Purpose.SCREENING.value),), live=_consents, rows=_consents_page,
        clauses=("04.9",),
    ),
)  # fmt: skip
