"""The support plan (一生一策) on paper."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinqiao.cases.models import Case, Plan
from xinqiao.cases.selectors import plan_parts, titles
from xinqiao.documents import pdf
from xinqiao.documents.shapes import Block, Facts, Head, Heading, Notice, Paragraph, Report, Signatures
from xinqiao.people.selectors import current_enrolment
from xinqiao.signals.rules import initials

HEADINGS = {
    "needs": gettext_lazy("需要什么"),
    "goals": gettext_lazy("目标"),
    "measures": gettext_lazy("措施：谁做什么、多久一次"),
    "adjustments": gettext_lazy("座位、作业、考试、请假的调整"),
    "living": gettext_lazy("生活帮扶"),
    "safety": gettext_lazy("安全计划"),
    "supports": gettext_lazy("谁支持"),
    "guards": gettext_lazy("谁看护"),
    "rescues": gettext_lazy("紧急时谁救助"),
}
NETWORK = ("supports", "guards", "rescues")
"""Who supports, who guards, who rescues: short, and read together."""


def plan_paper(case: Case, plan: Plan, at: datetime, *, named: bool, made_by: str) -> bytes:
    """A4 PDF. Code and initials unless ``named``: a paper lies about more easily than a page. Reveals the plan."""
    place = current_enrolment(case.person, localdate(at))
    title = titles([place.class_node], at)[place.class_node_id] if place and place.school_id == case.school_id else ""
    who = case.person.name if named else initials(case.person.name)
    facts = [
        (_("学生姓名"), who),
        (_("编号"), number(case)),
        (_("班级"), title or _("已离校")),
        (_("固定联系人"), plan.contact.name),
        (_("开始日期"), plan.starts_on.isoformat()),
        (_("复评日期"), plan.review_on.isoformat()),
    ]
    blocks: list[Block] = [Facts(facts, columns=2)]
    parts = [(part, text) for part, text in plan_parts(plan) if text]
    for part, text in parts:
        if part not in NETWORK:
            blocks += [Heading(str(HEADINGS[part]), level=2), *_paragraphs(text)]
    network = [(str(HEADINGS[part]), text) for part, text in parts if part in NETWORK]
    if network:
        blocks += [Heading(_("身边的人"), level=2), Facts(network, columns=1)]
    blocks.append(Notice(_("本方案由学生、家长和老师一起商量，可以随时修改。不作诊断，不用于评价和评优。")))
    roles = [_("学生本人"), _("监护人"), _("心理教师"), _("班主任"), _("学校负责人")]
    blocks.append(Signatures(roles, seal=True))
    head = Head(
        organisation=case.school.name,
        form_no=number(case),
        date=localdate(at).isoformat(),
        secrecy=_("内部资料，专人保管"),
        made=f"{made_by} {localtime(at):%Y-%m-%d %H:%M}",
        version=_("第 %(version)d 版") % {"version": plan.version},
    )
    return pdf.report(Report(head=head, title=_("学生支持方案（一生一策）"), blocks=blocks))


def number(case: Case) -> str:
    """XQ000123: what stands on papers and in ledgers instead of a name."""
    return f"XQ{case.pk:06d}"


def _paragraphs(text: str) -> list[Paragraph]:
    return [Paragraph(line.strip()) for line in text.splitlines() if line.strip()]
