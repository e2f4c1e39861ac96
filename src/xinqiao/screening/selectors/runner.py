"""What the page that asks a questionnaire starts from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from xinqiao.access.chain import on_duty
from xinqiao.access.selectors import tenant
from xinqiao.instruments.definition import Definition
from xinqiao.screening import clocks
from xinqiao.screening.models import Sheet, Sitting
from xinqiao.screening.selectors import places


def saved_state(sitting: Sitting, part: int, definition: Definition) -> dict[str, Any] | None:
    """The stored sheet as the page sends it, None when nothing was saved. ``cares``: safety items among the answers."""
    sheet = Sheet.objects.filter(sitting=sitting, part=part, instrument_hash=definition.hash).first()
    if sheet is None:
        return None
    packed = bytes(sheet.answers)
    timed = clocks.unpack(bytes(sheet.clocks) if sheet.clocks else None, len(definition.items)) or []
    return {
        "seq": sheet.sequence,
        "answers": {name: code for name, code in definition.decode(packed).items() if code is not None},
        "clocks": {name: int(ms) for name, ms in zip(definition.item_ids, timed, strict=False) if ms},
        "cares": len(definition.safety_hits(packed)),
    }


def step_of(sitting: Sitting, part: int) -> tuple[int, int, places.Step] | None:
    """(place from 1, how many there are, the step) of a part; None when it is not this sitting's or cannot be asked."""
    steps = places.steps_of(sitting)
    for place, step in enumerate(steps, 1):
        if step.part.number == part and step.definition is not None:
            return place, len(steps), step
    return None


def help_lines(sitting: Sitting, at: datetime) -> list[tuple[object, object]]:
    """(who, number or name) for the help card: who is on duty at the school, then what the school says of itself."""
    school = sitting.campaign.school
    post = on_duty(school, at) or sitting.campaign.duty_post
    person = [(_("学校值班老师"), post.person.name)] if post else []
    return [*person, *tenant.help_lines(tenant.options_along(school.path or ""))]


def words() -> dict[str, str]:
    """What the script of the page says. ``{n}`` and ``{m}`` are filled in there."""
    return {
        "saving": _("正在保存…"),
        "saved": _("已保存"),
        "kept": _("已保存在本机，联网后自动上传"),
        "held": _("网络断了，回答还在这个页面里。请不要关闭，联网后自动上传"),
        "busy": _("服务器有点忙，回答已留在本机，稍后自动再试"),
        "restored": _("已接上你上次的回答。"),
        "begin": _("开始"),
        "go_on": _("继续作答"),
        "next": _("下一页"),
        "last": _("答完了，看一看"),
        "previous": _("上一页"),
        "page": _("第 {n} 页，共 {m} 页"),
        "progress": _("已答 {n} / {m}"),
        "item": _("第 {n} 题"),
        "aloud": _("读给我听"),
        "hush": _("停止朗读"),
        "clear": _("清除这题的回答"),
        "all_answered": _("全部答完了。交上去以后就不能再改了。"),
        "some_open": _("还有 {n} 题没有答。可以回去看看，也可以就这样交。"),
        "jump": _("第 {n} 题"),
        "sending": _("正在交…"),
        "sending_later": _("已经记下了。联网后会自动交上去，请先不要关闭这个页面。"),
        "submit": _("交给老师"),
        "newer": _("这份问卷在另一台设备上有更新的回答，正在打开最新的…"),
        "expired": _("今天的作答时间到了，已上传的回答都在。没有上传的留在本机，下次打开时自动补上。"),
        "gone": _("请回到“我的测评”看看。"),
        "unreadable": _("问卷没有打开，请检查网络后刷新页面。"),
        "leaving": _("{n} 秒后自动退出登录"),
    }
