"""Lists as Excel."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.documents.excel import Column, Sheet, workbook
from xinqiao.people.models import Enrolment, Organisation
from xinqiao.registry import policies
from xinqiao.registry.selectors import classes


def class_list(actor: Actor, node: Organisation, title: str, rows: list[Enrolment], at: datetime) -> bytes:
    """Number, name, sex, birth date, boarding, first guardian; groups only for who may know of some."""
    contacts = classes.first_contacts(rows, at)
    columns = [
        Column(_("学号")),
        Column(_("姓名")),
        Column(_("性别")),
        Column(_("出生日期"), kind="date"),
        Column(_("住校")),
        Column(_("首先联系的监护人")),
        Column(_("关系")),
    ]
    knows_groups = policies.groups_to_see(actor, node).exists()
    groups = classes.groups_of(rows, actor, node, at) if knows_groups else {}
    if knows_groups:
        columns.append(Column(_("关注群体")))
    boarding = {True: _("住校"), False: _("走读"), None: ""}
    table = []
    for row in rows:
        contact = contacts.get(row.person_id)
        line: list[object] = [
            row.student_number,
            row.person.name,
            row.person.get_sex_display() if row.person.sex else "",
            row.person.birth_date,
            boarding[row.boarding],
            contact.guardian.name if contact else "",
            contact.get_relation_display() if contact else "",
        ]
        table.append([*line, "、".join(groups.get(row.person_id, []))] if knows_groups else line)
    note = _("%(n)d 人 · 导出于 %(day)s · 内含个人信息，用完请删除") % {"n": len(rows), "day": localdate(at)}
    return workbook([Sheet(title=title, columns=columns, rows=table, name=_("学生"), note=note)])
