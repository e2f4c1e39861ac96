"""Objects of one school behind the addresses of this room."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from xinqiao.directory.models import Agreement, Photo, ServicePoint


def samples(world: Any) -> dict[str, dict[str, Any]]:
    now, person = timezone.now(), world.actors["insider"].person
    today = timezone.localdate(now)
    room = ServicePoint.objects.create(
        organisation=world.school, kind="room", title="心理辅导室", place="综合楼 203", opened_on=today
    )
    picture = Photo(service=room, name="x.jpg", digest="0" * 64, by=person, at=now)
    picture.file.save("x.jpg", ContentFile(b"picture"))
    agreement = Agreement.objects.create(
        organisation=world.school,
        kind="hospital",
        partner="示例医院",
        subject="会诊",
        signed_on=today,
        by=person,
        at=now,
    )
    agreement.file.save("deal.txt", ContentFile(b"deal"))
    return {
        **{f"directory:{name}": {"service_id": room.pk} for name in ("service", "service_edit", "photo_add")},
        "directory:service_move": {"service_id": room.pk, "move": "publish"},
        **{f"directory:{name}": {"photo_id": picture.pk} for name in ("photo", "photo_remove")},
        **{f"directory:{name}": {"agreement_id": agreement.pk} for name in ("agreement_edit", "agreement_file")},
    }
