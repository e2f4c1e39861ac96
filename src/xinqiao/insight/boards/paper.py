"""The board as one A4 page, drawn by typst from the same values."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xinqiao.documents import pdf
from xinqiao.insight.boards import map as drawing
from xinqiao.insight.boards.board import Board, Due, PlanLine


def paper(board: Board, *, made_by: str) -> bytes:
    """A4 across, one page."""
    return pdf.render("board", data(board, made_by))


def data(board: Board, made_by: str) -> dict[str, Any]:
    """Plain values for ``documents/templates_typ/board.typ``."""
    return {
        "head": {
            "organisation": board.node.name, "form_no": "", "date": f"{localtime(board.at):%Y-%m-%d %H:%M}",
            "secrecy": _("内部资料"), "made": made_by, "version": "",
        },
        "title": _("%(name)s · 心理健康工作进展") % {"name": board.node.name},
        "words": {
            "plans": _("正在实施的方案"), "recent": _("刚到期的工作"), "lights": _("指标"),
            "places": _("各单位按时情况（不排名）"),
            "due": _("近两周要做的"), "today": _("今天"), "numbers": _("公布的数字"), "target": _("目标值"),
            "none": _("没有"), "note": note(board),
        },
        "plans": [plan_words(line) for line in board.plans],
        "recent": [
            {
                "day": f"{work.on:%m-%d}", "title": work.title,
                "words": _("完成 %(done)d / %(asked)d") % {"done": work.done, "asked": work.asked},
            }
            for work in board.recent
        ],
        "lights": [
            {"title": light.title, "text": light.text, "target": light.target, "words": light.words, "tone": light.tone}
            for light in board.lights
        ],
        "places": [
            {
                "name": place.name, "words": str(place.face.words), "tone": place.face.tone,
                "share": "" if place.share is None else f"{place.share}%", "x": place.spot.x, "y": place.spot.y,
                "width": place.spot.width, "height": place.spot.height, "size": place.spot.size,
                "below": place.spot.below, "lines": list(place.spot.lines),
            }
            for place in board.places
        ],
        "legend": [{"words": str(face.words), "tone": face.tone, "n": n} for face, n in board.legend],
        "located": board.located,
        "field": [drawing.WIDTH, drawing.HEIGHT],
        "due": [{"day": f"{due.on:%m-%d}", "title": due.title, "words": due_words(due)} for due in board.due],
        "today": board.today,
        "numbers": board.numbers,
    }  # fmt: skip


def plan_words(line: PlanLine) -> dict[str, Any]:
    done = (
        _("到期 %(due)d 项，完成 %(done)d 项") % {"due": line.due, "done": line.done}
        if line.due
        else _("还没有到期的任务")
    )
    late = ngettext("%d 项逾期", "%d 项逾期", line.late) % line.late if line.late else _("没有逾期")
    return {"title": line.title, "share": line.share, "done": done, "late": late, "behind": bool(line.late)}


def due_words(due: Due) -> str:
    if due.kind == "meeting":
        return _("会议")
    return ngettext("%d 个单位", "%d 个单位", due.count) % due.count


def note(board: Board) -> str:
    return _("“按时”指到期任务中在最后一天以前交的比例。人数不足 10 的格子以“—”代替；单位按代码排列，不排名。")
