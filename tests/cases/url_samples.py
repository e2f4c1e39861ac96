"""Objects of one school behind the addresses of this room."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.factories import a_student
from tests.signals.factories import enrolment
from xinqiao.access.actor import actor_of
from xinqiao.access.services.links import make_link
from xinqiao.cases.models import CareDuty, Summary
from xinqiao.cases.selectors import adults_around
from xinqiao.cases.services import care, opening
from xinqiao.outbox.services import settle
from xinqiao.people.models import Person
from xinqiao.signals.services import interviews, levels, raising
from xinqiao.signals.services.interviews import Held


def samples(world: Any) -> dict[str, dict[str, Any]]:
    """A student of the world's class at level 4: duties, a case with plan, task and follow-up, and a summary."""
    now = timezone.now() - timedelta(minutes=1)
    student = a_student(world.room)
    insider = actor_of(Person.objects.get(pk=world.actors["insider"].person.pk), now)
    signal = raising.open_review(actor=insider, enrolment=enrolment(student), at=now)
    draft = interviews.start_interview(actor=insider, signal=signal, at=now)
    done = interviews.complete_interview(
        actor=insider, interview=draft, content={}, held=Held(held_at=now), edits=draft.edits, at=now
    )
    levels.set_level(actor=insider, interview=done, level=4, reason="所见", at=now)
    settle(now)
    case = opening.open_case(actor=insider, person=student, reason="想有人听", at=now)
    to = adults_around(case, now)[0]
    parts = {"needs": "一", "goals": "二", "measures": "三"}
    day = (now + timedelta(days=7)).date()
    care.write_plan(actor=insider, case=case, parts=parts, contact=to.person, review_on=day, at=now)
    task = care.give_task(actor=insider, case=case, what="打招呼", to=to, due_at=now + timedelta(days=1), at=now)
    duty = CareDuty.objects.get(person=student, kind="class_guard")
    summary = Summary.objects.create(
        case=case, school=world.school, for_whom="某医院", seen="甲", asked="乙", contact="丙",
        made_by=insider.person, made_at=now,
    )  # fmt: skip
    summary.link = make_link(
        actor=insider, room="case_summary", target=summary.pk, school=world.school, for_whom="某医院", at=now
    ).link
    summary.save(update_fields=["link"])
    one = {"pk": case.pk}
    look = {**one, "follow_up_id": case.follow_ups.first().pk}
    return {
        "cases:duty": {"pk": duty.pk},
        "cases:duty_pass": {"pk": duty.pk},
        "cases:task": {"pk": task.pk},
        "cases:task_pass": {"pk": task.pk},
        "cases:task_lift": {"pk": task.pk},
        "cases:old_plan": {**one, "version": 1},
        "cases:follow_up": look,
        "cases:lift_follow_up": look,
        "cases:revoke": {**one, "summary_id": summary.pk},
        **dict.fromkeys(
            (
                "cases:case",
                "cases:plan",
                "cases:plan_pdf",
                "cases:add_task",
                "cases:add_contact",
                "cases:add_follow_up",
                "cases:next_date",
                "cases:hand_over",
                "cases:ask_closing",
                "cases:decide_closing",
                "cases:reopen",
                "cases:share",
            ),
            one,
        ),
    }
