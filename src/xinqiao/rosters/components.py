"""What this room shows on the home page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from xinqiao.rosters import policies
from xinqiao.rosters.selectors import schools_without_students, waiting_imports


def home(request: HttpRequest) -> list[dict[str, Any]]:
    """Imports somebody began and nobody finished, and schools that have no students yet."""
    if request.actor is None:
        return []
    items: list[dict[str, Any]] = [
        {
            "title": _("名册导入没有完成：%(file)s") % {"file": roster.file_name},
            "text": str(roster.get_state_display()),
            "url": reverse("rosters:show", args=[roster.pk]),
            "urgency": 1,
            "icon": "table-import",
        }
        for roster in waiting_imports(policies.visible_imports(request.actor))
    ]
    for school in schools_without_students(policies.schools_of(request.actor)):
        items.append(
            {
                "title": _("%(school)s还没有学生") % {"school": school.name},
                "text": _("导入一份 Excel 名册，就有了年级、班级和学生。"),
                "url": reverse("rosters:upload"),
                "urgency": 2,
                "icon": "table-import",
            }
        )
    return items
