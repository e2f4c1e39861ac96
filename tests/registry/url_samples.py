"""Objects of one school behind the addresses of this room."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from xinqiao.access.models import DutyTurn
from xinqiao.people.models import GroupMembership, Guardianship, PopulationGroup, Term
from xinqiao.registry.models import Operation


def samples(world: Any) -> dict[str, dict[str, Any]]:
    now, today, insider = timezone.now(), timezone.localdate(), world.actors["insider"]
    colleague = {"person_id": insider.person.pk}
    post = insider.person.posts.get(kind="psych_teacher")
    group = PopulationGroup.objects.create(owner=world.school, code="own", name="住校生")
    membership = GroupMembership.objects.create(person=world.student, group=group, source="班主任", starts_on=today)
    guardianship = Guardianship.objects.get(child=world.student)
    term = Term.objects.create(
        organisation=world.school,
        school_year=today.year,
        name="第一学期",
        starts_on=today,
        ends_on=today + timedelta(days=100),
    )
    turn = DutyTurn.objects.create(school=world.school, post=post, starts_at=now, ends_at=now + timedelta(hours=8))
    operation = Operation.objects.create(
        school=world.school, kind="leave", digest="0" * 64, made_by=insider.account, made_at=now
    )
    calendar = {"node_id": world.school.pk}
    return {
        "registry:class_group": {"group_id": group.pk},
        "registry:group": {"group_id": group.pk},
        "registry:group_take": {"membership_id": membership.pk},
        "registry:guardian_edit": {"guardianship_id": guardianship.pk},
        "registry:guardian_end": {"guardianship_id": guardianship.pk},
        "registry:staff_person": colleague,
        "registry:staff_edit": colleague,
        "registry:post_add": colleague,
        "registry:account_open": colleague,
        "registry:account_close": colleague,
        "registry:post_end": {"post_id": post.pk},
        "registry:duty_remove": {"turn_id": turn.pk},
        "registry:calendar": calendar,
        "registry:term_add": calendar,
        "registry:days_add": calendar,
        "registry:days_remove": calendar,
        "registry:term_edit": {"term_id": term.pk},
        "registry:term_remove": {"term_id": term.pk},
        "registry:operation_new": {"kind": "leave"},
        "registry:operation": {"operation_id": operation.pk},
        "registry:operation_apply": {"operation_id": operation.pk},
        "registry:operation_discard": {"operation_id": operation.pk},
    }
