"""Objects of one school behind the addresses of this room: the school inspects a part of itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from xinqiao.access.models import OutsideLink
from xinqiao.inspections.models import Appeal, Mending, Proof, Round, Sheet
from xinqiao.people.rules import school_year_of
from xinqiao.people.services import add_organisation
from xinqiao.plans.models import Task

FORM = {
    "items": [{"id": "lead", "title": "组织领导", "weight": 10}],
    "grades": [{"from": 0, "title": "合格"}],
}


def samples(world: Any) -> dict[str, dict[str, Any]]:
    now, person = timezone.now(), world.actors["insider"].person
    today = timezone.localdate(now)
    campus = add_organisation(parent=world.school, kind="station", name="东校区心灵驿站")
    round_ = Round.objects.create(
        organisation=world.school, title="校内督导", form=FORM, self_until=today, check_from=today, check_until=today,
        state="published", published_at=now, appeal_until=today + timedelta(days=3), made_by=person, made_at=now,
    )  # fmt: skip
    sheet = Sheet.objects.create(
        round=round_, unit=campus, state="checked", checked_at=now, checked_for="某人", total=9, share=90, grade="合格",
        self_by=person,
    )  # fmt: skip
    proof = Proof(sheet=sheet, item="lead", side="unit", name="x.jpg", digest="0" * 64, by=person, at=now)
    proof.file.save("x.jpg", ContentFile(b"picture"))
    task = Task.objects.create(
        asker=world.school, unit=campus, origin="mending", title="整改：组织领导",
        owner_id=world.actors["insider"].posts[0].id,
        starts_on=today, due_on=today, remind_on=today,
    )  # fmt: skip
    mending = Mending.objects.create(sheet=sheet, item="lead", task=task, made_on=today)
    other = world.actors["neighbour"].person
    appeal = Appeal.objects.create(sheet=sheet, items=["lead"], words="有记录", by=other, at=now)
    link = OutsideLink.objects.create(
        room="inspections.round", target=round_.pk, school=world.school, for_whom="某大学", token_hash="1" * 64,
        code_hash="1" * 64, made_by=world.actors["insider"].account, made_at=now, expires_at=now + timedelta(days=1),
    )  # fmt: skip
    of_round = ("round", "edit", "units", "cancel", "notice", "book", "guests")
    of_sheet = ("sheet", "withdraw", "checkers", "letter")
    year = school_year_of(today)
    return {
        **{f"inspections:{name}": {"round_id": round_.pk} for name in of_round},
        "inspections:move": {"round_id": round_.pk, "move": "close"},
        "inspections:guest_end": {"round_id": round_.pk, "link_id": link.pk},
        **{f"inspections:{name}": {"sheet_id": sheet.pk} for name in of_sheet},
        **{f"inspections:{name}": {"proof_id": proof.pk} for name in ("proof", "proof_drop")},
        "inspections:decide": {"appeal_id": appeal.pk},
        "inspections:recheck": {"mending_id": mending.pk},
        "inspections:annual": {"year": year},
        "inspections:annual_paper": {"year": year, "kind": "docx"},
        **{f"inspections:{name}": {"sheet_id": _afoot(world, person, now).pk} for name in
           ("check", "send", "photo", "finish", "reopen")},
        "inspections:own": {"sheet_id": _at_home(world, now, "open").pk},
        "inspections:appeal": {"sheet_id": _at_home(world, now, "published").pk},
    }  # fmt: skip


def _afoot(world: Any, person: Any, now: Any) -> Sheet:
    """A sheet of a round that is being checked, at a unit where the insider does not work."""
    today = timezone.localdate(now)
    round_ = Round.objects.filter(title="校内检查").first() or Round.objects.create(
        organisation=world.school, title="校内检查", form=FORM, self_until=today, check_from=today, check_until=today,
        state="checking", made_by=person, made_at=now,
    )  # fmt: skip
    unit = round_.organisation.children.filter(kind="station").first()
    return Sheet.objects.get_or_create(round=round_, unit=unit)[0]


def _at_home(world: Any, now: Any, state: str) -> Sheet:
    """The school's own sheet in a round of its bureau."""
    today = timezone.localdate(now)
    out = {"published_at": now, "appeal_until": today} if state == "published" else {}
    round_ = Round.objects.create(
        organisation=world.school.parent, title="区督导", form=FORM, self_until=today, check_from=today,
        check_until=today, state=state, made_by=world.actors["bureau"].person, made_at=now, **out,
    )  # fmt: skip
    done = {"state": "checked", "checked_at": now, "checked_for": "某人", "total": 9, "share": 90} if out else {}
    return Sheet.objects.create(round=round_, unit=world.school, **done)
