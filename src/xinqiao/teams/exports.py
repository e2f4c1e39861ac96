"""Papers of this room: letters of appointment and minutes as Word, contacts and the ledger as workbooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from xinqiao.documents import word
from xinqiao.documents.excel import Column, Sheet, workbook
from xinqiao.documents.shapes import Block, Facts, Head, Heading, Paragraph, Report, Signatures, Table
from xinqiao.teams.models import Decision, Meeting, Seat, Team
from xinqiao.teams.selectors.seats import Lineup


def day_words(day: date) -> str:
    """2026年11月23日, as papers write it."""
    return _("%(year)d年%(month)d月%(day)d日") % {"year": day.year, "month": day.month, "day": day.day}


def letter_name(seat: Seat) -> str:
    """任命书 for the organisation's own people, 聘书 for those from outside."""
    return _("聘书") if seat.outside else _("任命书")


def letter(seat: Seat, team: Team) -> bytes:
    """The letter of appointment of a seat that has its number, as .docx."""
    told = {"team": team.title, "position": seat.position.title, "since": day_words(seat.starts_on)}
    if seat.outside:
        what = _("现聘请您担任%(team)s“%(position)s”，自%(since)s起%(until)s。")
    else:
        what = _("经研究，任命您为%(team)s“%(position)s”，自%(since)s起%(until)s。")
    until = _("，至%(day)s止") % {"day": day_words(seat.ends_on)} if seat.ends_on else ""
    paragraphs = [what % {**told, "until": until}]
    if team.duties:
        paragraphs.append(_("主要职责："))
        paragraphs += [f"{number}. {duty}" for number, duty in enumerate(team.duties, 1)]
    paragraphs.append(_("特此聘任。") if seat.outside else _("特此任命。"))
    return word.letter(
        title=letter_name(seat),
        number=seat.letter_number,
        to=_("%(name)s同志：") % {"name": str(seat)},
        paragraphs=paragraphs,
        organisation=team.organisation.name,
        date=day_words(seat.letter_on or seat.starts_on),
    )


def minutes(
    meeting: Meeting, seats: Sequence[Seat], decisions: Sequence[Decision], made_by: str, at: datetime
) -> bytes:
    """The minutes of a held meeting as .docx, with places to sign."""
    team, began = meeting.team, localtime(meeting.held_at)
    there = "、".join(str(seat) for seat in seats)
    facts = [
        (_("时间"), f"{day_words(began.date())} {began:%H:%M}"),
        (_("地点"), meeting.place or "—"),
        (_("到会"), there or "—"),
        (_("列席"), meeting.guests or "—"),
    ]
    blocks: list[Block] = [Facts(facts, columns=1), Heading(_("一、议题")), *_lines(meeting.agenda)]
    blocks += [
        Heading(_("二、会议内容")),
        *_lines(meeting.minutes or _("见附件“%(name)s”。") % {"name": meeting.file_name}),
    ]
    if decisions:
        rows = [
            (str(n), row.words, row.unit.name, row.due_on.isoformat() if row.due_on else "—", row.outcome or "—")
            for n, row in enumerate(decisions, 1)
        ]
        header = ("#", _("决定"), _("由谁完成"), _("完成日期"), _("落实情况"))
        blocks += [Heading(_("三、会议决定")), Table(header, rows)]
    blocks.append(Signatures([_("记录人"), _("主持人")], seal=True))
    head = Head(
        organisation=team.organisation.name,
        date=localdate(meeting.held_at).isoformat(),
        secrecy=_("内部资料"),
        made=f"{made_by} {localtime(at):%Y-%m-%d %H:%M}",
    )
    return word.report(Report(head=head, title=_("%(team)s会议纪要") % {"team": team.title}, blocks=blocks))


def _lines(text: str) -> list[Paragraph]:
    return [Paragraph(line.strip()) for line in text.splitlines() if line.strip()]


def contacts(
    title: str, lineups: Sequence[Lineup], posts: Mapping[int, str], phones: Mapping[int, str] | None
) -> bytes:
    """Everybody who sits in a team, as .xlsx. posts, phones: by seat id; without phones the column is left out."""
    columns = [
        Column(_("队伍"), width=26),
        Column(_("职位"), width=16),
        Column(_("姓名"), width=12),
        Column(_("岗位、专业或单位"), width=30),
        Column(_("任职起"), kind="date"),
    ]
    rows = [
        (each.team.title, filled.position.title, str(seat), what(seat, posts), seat.starts_on)
        + (() if phones is None else (phones.get(seat.pk, ""),))
        for each in lineups
        for filled in each.positions
        for seat in filled.seats
    ]
    if phones is not None:
        columns.append(Column(_("联系电话"), width=18))
    return workbook([Sheet(title=title, name=_("通讯录"), columns=columns, rows=rows)])


def what(seat: Seat, posts: Mapping[int, str]) -> str:
    """What somebody is, beside the name: posts, profession, and of those from outside where they work."""
    parts = (posts.get(seat.pk, ""), seat.profession, seat.workplace)
    return " · ".join(part for part in parts if part) or (_("外部人员") if seat.outside else "")


def ledger(title: str, meetings: Sequence[Meeting]) -> bytes:
    """Meetings as .xlsx, one a row. They carry ``was_there``, ``decided``, ``open_decisions`` (selectors.ledger)."""
    columns = [
        Column(_("单位"), width=26),
        Column(_("队伍"), width=26),
        Column(_("时间"), kind="datetime"),
        Column(_("地点"), width=18),
        Column(_("状态")),
        Column(_("到会人数"), kind="number"),
        Column(_("列席"), width=20),
        Column(_("议题"), width=40),
        Column(_("决定（项）"), kind="number"),
        Column(_("未落实（项）"), kind="number"),
        Column(_("纪要")),
    ]
    rows = [
        (
            row.team.organisation.name, row.team.title, row.held_at, row.place,
            str(row.get_state_display()), row.was_there, row.guests, row.agenda, row.decided,  # type: ignore[attr-defined]
            row.open_decisions, _("有") if row.minutes_at else "",  # type: ignore[attr-defined]
        )
        for row in meetings
    ]  # fmt: skip
    return workbook([Sheet(title=title, name=_("会议台账"), columns=columns, rows=rows)])
