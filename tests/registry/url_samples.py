"""Objects of one school behind the addresses of this room."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.factories import a_person, a_post
from xinqiao.access.enums import PostKind
from xinqiao.access.models import DutyTurn
from xinqiao.people.models import GroupMembership, Guardianship, PopulationGroup, Term
from xinqiao.registry.services.changing import preview


def samples(world: Any) -> dict[str, dict[str, Any]]:
    now = timezone.now()
    today = timezone.localdate(now)
    colleague = a_person(world.school, "同事")
    post = a_post(colleague, PostKind.MORAL_HEAD, world.school)
    turn = DutyTurn.objects.create(
        school=world.school, post=post, starts_at=now + timedelta(days=3), ends_at=now + timedelta(days=4)
    )
    term = Term.objects.create(
        organisation=world.school,
        school_year=today.year,
        name="第一学期",
        starts_on=today,
        ends_on=today + timedelta(days=120),
    )
    group = PopulationGroup.objects.create(owner=world.school, code="sample", name="本校群体", depth=4)
    member = GroupMembership.objects.create(person=world.student, group=group, source="花名册", starts_on=today)
    asked = {"people": [world.student.pk], "reason": "other"}
    operation = preview(actor=world.actors["insider"], school=world.school, kind="leave", parameters=asked, at=now)
    guardianship = Guardianship.objects.get(child=world.student)
    staff = {"person_id": colleague.pk}
    return {
        **{
            f"registry:{name}": staff
            for name in ("staff_person", "staff_edit", "post_add", "account_open", "account_close")
        },
        **{f"registry:{name}": {"guardianship_id": guardianship.pk} for name in ("guardian_edit", "guardian_end")},
        **{f"registry:{name}": {"operation_id": operation.pk} for name in ("operation", "operation_apply")},
        "registry:operation_discard": {"operation_id": operation.pk},
        "registry:operation_new": {"kind": "new_year"},
        "registry:post_end": {"post_id": post.pk},
        "registry:duty_remove": {"turn_id": turn.pk},
        **{f"registry:{name}": {"term_id": term.pk} for name in ("term_edit", "term_remove")},
        **{
            f"registry:{name}": {"node_id": world.school.pk}
            for name in ("calendar", "term_add", "days_add", "days_remove", "node", "node_add")
        },
        **{f"registry:{name}": {"group_id": group.pk} for name in ("class_group", "group")},
        "registry:group_take": {"membership_id": member.pk},
    }
