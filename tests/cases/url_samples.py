"""Objects of one school behind the addresses of this room."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.cases.factories import PLAN, a_case, a_task
from tests.factories import an_actor
from tests.signals.factories import World
from xinqiao.access.enums import PostKind
from xinqiao.cases.models import CareDuty, FollowUp, Summary
from xinqiao.cases.services import care

OF_THE_CASE = (
    *("case", "plan", "old_plan", "plan_pdf", "add_task", "add_contact", "add_follow_up", "next_date", "hand_over"),
    *("ask_closing", "decide_closing", "reopen", "share", "revoke", "follow_up", "lift_follow_up"),
)


def samples(world: Any) -> dict[str, dict[str, Any]]:
    at, insider = timezone.now() - timedelta(hours=1), world.actors["insider"]
    here = World(school=world.school, node=world.room, children=[world.student], lin=insider, he=insider)
    here.bai = an_actor(PostKind.PSYCH_TEACHER, world.school, at=at)
    case = a_case(here, 2, at=at)
    review_on = timezone.localdate() + timedelta(days=30)
    care.write_plan(actor=insider, case=case, parts=PLAN, contact=insider.person, review_on=review_on, at=at)
    task = a_task(here, case, at=at)
    summary = Summary.objects.create(
        case=case, school=world.school, for_whom="某医院", made_by=insider.person, made_at=at
    )
    found: dict[str, dict[str, Any]] = {f"cases:{name}": {"pk": case.pk} for name in OF_THE_CASE}
    for name in ("follow_up", "lift_follow_up"):
        found[f"cases:{name}"]["follow_up_id"] = FollowUp.objects.filter(case=case).earliest("pk").pk
    found["cases:old_plan"]["version"] = 1
    found["cases:revoke"]["summary_id"] = summary.pk
    duty = {"pk": CareDuty.objects.filter(person=world.student).earliest("pk").pk}
    return found | {
        "cases:duty": duty,
        "cases:duty_pass": duty,
        **{f"cases:{name}": {"pk": task.pk} for name in ("task", "task_pass", "task_lift")},
    }
