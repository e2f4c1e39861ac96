"""Objects of one school behind the addresses of this room: the school holds a selection of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from xinqiao.honours.models import Application, Evidence, Honour, Objection, Round
from xinqiao.people.services import add_organisation


def samples(world: Any) -> dict[str, dict[str, Any]]:
    now, person = timezone.now(), world.actors["insider"].person
    today = timezone.localdate(now)
    campus = add_organisation(parent=world.school, kind="station", name="西校区心灵驿站")
    facts = {
        "organisation": world.school, "criteria": [{"id": "c1", "title": "成效", "weight": 100}], "places": 1,
        "opens_on": today, "closes_on": today, "kind": "own", "made_by": person, "made_at": now,
    }  # fmt: skip
    notice = Round.objects.create(**facts, title="校内公示", state="notice", notice_until=today + timedelta(days=1))
    row = Application.objects.create(
        round=notice, organisation=campus, state="proposed", by=world.actors["other class"].person, submitted_at=now,
        decided_by=person, decided_at=now,
    )  # fmt: skip
    objection = Objection.objects.create(application=row, words="请核实", by=world.actors["other class"].person, at=now)
    honour = Honour.objects.create(
        application=row, giver=world.school, organisation=campus, kind="own", title="校内示范", number="T-1",
        granted_on=today,
    )  # fmt: skip
    above = Round.objects.create(**{**facts, "organisation": world.school.parent}, title="区评选", state="open")
    own = Application.objects.create(round=above, organisation=world.school, by=person)
    file = Evidence(application=own, name="x.pdf", digest="0" * 64, by=person, at=now)
    file.file.save("x.pdf", ContentFile(b"%PDF-1.7"))
    return {
        **{f"honours:{name}": {"round_id": notice.pk} for name in ("round", "edit", "choose", "cancel")},
        "honours:move": {"round_id": notice.pk, "move": "publish"},
        "honours:apply": {"round_id": _own_round(world, facts).pk},
        **{f"honours:{name}": {"application_id": row.pk} for name in ("application", "object")},
        **{f"honours:{name}": {"application_id": own.pk} for name in ("application_edit", "withdraw")},
        **{f"honours:{name}": {"file_id": file.pk} for name in ("file", "file_drop")},
        "honours:answer": {"objection_id": objection.pk},
        **{f"honours:{name}": {"honour_id": honour.pk} for name in ("certificate", "revoke")},
    }


def _own_round(world: Any, facts: dict[str, Any]) -> Round:
    """Open in the school itself; the insider also works in its station and may apply for that."""
    from tests.factories import LONG_AGO
    from xinqiao.access.enums import PostKind
    from xinqiao.access.models import Post

    station = world.school.children.filter(kind="station").first()
    Post.objects.create(
        person=world.actors["insider"].person, kind=PostKind.UNIT_OFFICER, organisation=station, starts_on=LONG_AGO
    )
    return Round.objects.create(**facts, title="校内申报", state="open")
