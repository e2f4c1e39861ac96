"""Objects of one school behind the addresses of this room: a plan the school runs for itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from tests.plans.factories import an_edition
from xinqiao.access.models import Post
from xinqiao.packs.models import Edition
from xinqiao.plans.models import Attachment, Plan, PlanUnit, Task


def samples(world: Any) -> dict[str, dict[str, Any]]:
    now, today = timezone.now(), timezone.localdate()
    person = world.actors["insider"].person
    edition, newer = an_edition(), an_edition(version="1.1")
    Edition.objects.filter(pk__in=[edition.pk, newer.pk]).update(
        owner=world.school
    )  # the school's own: other schools do not see it
    plan = Plan.objects.create(
        organisation=world.school, edition=edition, title="本校方案", data=edition.data, applied_by=person,
        applied_at=now, starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=300),
    )  # fmt: skip
    PlanUnit.objects.create(plan=plan, key="office", organisation=world.school, joined_on=plan.starts_on)
    owner = Post.objects.filter(person=person, kind="psych_teacher").first()
    task = Task.objects.create(
        plan=plan, asker=world.school, unit=world.school, measure="summary-month", slot="x", title="每月工作小结",
        owner=owner, owners=["psych_teacher"], starts_on=today, due_on=today, remind_on=today, gathers=True,
    )  # fmt: skip
    file = Attachment(task=task, name="小结.pdf", size=4, digest="0" * 64, by=person, at=now)
    file.file.save("x.pdf", ContentFile(b"%PDF"))
    one_task = ("task", "take", "withdraw", "hand_on", "review_one", "waive", "reopen", "postpone", "gather", "package")
    one_plan = (
        "plan", "figures", "calls", "board", "tasks", "calendar", "timeline", "units", "units_table", "changes", "mode",
        "amend", "set_units",
    )  # fmt: skip
    about = {"plan_id": plan.pk}
    return {
        **{f"plans:{name}": {"task_id": task.pk} for name in one_task},
        **{f"plans:{name}": about for name in one_plan},
        "plans:unit": {**about, "unit_id": world.school.pk},
        "plans:amend_one": {**about, "section": "measures", "entry_id": "summary-month"},
        "plans:move": {**about, "edition_id": newer.pk},
        "plans:state": {**about, "move": "pause"},
        "plans:start": {"edition_id": edition.pk},
        "plans:attachment": {"attachment_id": file.pk},
    }
