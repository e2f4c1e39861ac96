"""Objects of one school behind the addresses of this room."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.timezone import localdate

from xinqiao.indicators.models import ReportedFigure


def samples(world: Any) -> dict[str, dict[str, Any]]:
    at, insider = timezone.now(), world.actors["insider"]
    row = ReportedFigure(
        organisation=world.school, code="credentials.a", part=2, for_on=localdate(at), words="台账",
        by=insider.person, at=at, file_name="a.txt", file_digest="0" * 64,
    )  # fmt: skip
    row.file.save("a.txt", ContentFile(b"made up"))
    school = {"pk": world.school.pk}
    one = {**school, "code": "staff.psych_any"}
    return {
        "indicators:of": school,
        "indicators:table": school,
        "indicators:refresh": school,
        "indicators:reports": school,
        "indicators:report": {**school, "code": "credentials.a"},
        "indicators:figure": one,
        "indicators:figure_table": one,
        "indicators:proof": {"pk": row.pk},
    }
