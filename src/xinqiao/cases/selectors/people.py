"""Who can be asked: adults of a school, guardians, and to whom something can be passed on."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localdate

from xinqiao.access.models import Post
from xinqiao.cases import policies
from xinqiao.cases.holders import line
from xinqiao.cases.models import CareDuty, Case, CaseTask
from xinqiao.people.models import Guardianship, Organisation, Person, current

ADULT_POSTS = ("class_teacher", "grade_head", "psych_teacher", "moral_head", "school_leader")


def adults_of(school: Organisation, at: datetime) -> list[Post]:
    """Posts of a school that can be given a task, with people, class and grade teachers included."""
    posts = Post.objects.filter(
        current(localdate(at)), organisation__path__startswith=school.path or "-", kind__in=ADULT_POSTS
    )
    return list(posts.select_related("person", "organisation").order_by("kind", "organisation__path", "pk"))


def adults_around(case: Case, at: datetime) -> list[Post]:
    """The adults of a school around this student today, class teacher first: class, grade, whole school."""
    order = {kind: rank for rank, kind in enumerate(ADULT_POSTS)}
    place = _class_path(case, at)
    near = [
        post
        for post in adults_of(case.school, at)
        if post.organisation.kind not in policies.NARROW or place.startswith(post.organisation.path or "-")
    ]
    return sorted(near, key=lambda post: (order[post.kind], post.pk))


def _class_path(case: Case, at: datetime) -> str:
    rows = case.person.enrolments.filter(current(localdate(at)), school=case.school_id)
    return rows.values_list("class_node__path", flat=True).first() or "-"


def guardians_of(person: Person, at: datetime) -> list[Guardianship]:
    """Today's guardians, whoever is called first at the top."""
    rows = Guardianship.objects.filter(current(localdate(at)), child=person).select_related("guardian")
    return list(rows.order_by("-first_contact", "pk"))


def heirs_of_duty(duty: CareDuty, at: datetime) -> list[Post]:
    """To whom a duty can be passed: the others of its line inside the school, nearest first."""
    posts = line(policies.duty_post(duty), duty.class_node, at)
    return [post for post in posts if post.organisation.kind in policies.INSIDE and post.person_id != duty.holder_id]


def heirs_of_task(task: CaseTask, at: datetime) -> list[Post]:
    """To whom a task can be passed: the adults around the student, without its holder."""
    return [post for post in adults_around(task.case, at) if post.person_id != task.holder_id]


def heirs_of_case(case: Case, at: datetime) -> list[Post]:
    """To whom a case can be given: the school's psychology teachers, without its owner."""
    able = [post for post in adults_of(case.school, at) if policies.may_own(post, case.school)]
    return [post for post in able if post.person_id != case.owner_id]
