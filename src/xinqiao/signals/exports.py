"""The queue as a workbook. No list of names leaves the system: students are initials with a number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from xinqiao.documents.excel import Column, Sheet, workbook
from xinqiao.signals.rules import initials
from xinqiao.signals.selectors.lists import Row


def queue_workbook(rows: Iterable[Row], at: datetime) -> bytes:
    """One sheet of the rows as they were filtered; ``at`` is printed above them."""
    columns = [
        Column(_("编号"), 10),
        Column(_("学生（简称）"), 12),
        Column(_("班级"), 16),
        Column(_("来源"), 14),
        Column(_("紧急程度"), 10),
        Column(_("状态"), 18),
        Column(_("负责人"), 12),
        Column(_("收到时间"), 18, "datetime"),
        Column(_("下一个期限"), 18, "datetime"),
        Column(_("升级次数"), 10, "number"),
    ]
    lines = [
        [
            str(row.pk),
            initials(row.name),
            row.place,
            row.signal.get_source_display(),
            row.signal.get_urgency_display(),
            row.signal.get_state_display(),
            row.signal.owner.name,
            row.signal.raised_at,
            row.signal.respond_by,
            row.signal.climbs,
        ]
        for row in rows
    ]
    note = _("导出时间 %(at)s；仅供本校工作使用，不含姓名、分数和谈话内容。") % {
        "at": localtime(at).strftime("%Y-%m-%d %H:%M")
    }
    return workbook([Sheet(_("分诊清单"), columns, lines, note=note)])
