"""What the trail's codes of this room mean, what subjects are called, and figures as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinqiao.indicators.registry import Indicator
from xinqiao.indicators.values import Figure
from xinqiao.kernel.suppression import HIDDEN

WORDS = {"figure.reported": gettext_lazy("填报指标"), "figures.exported": gettext_lazy("导出指标")}

SUBJECTS: Mapping[str, str | Promise] = {
    "people": gettext_lazy("学生与群体"),
    "staff": gettext_lazy("专业队伍"),
    "screening": gettext_lazy("测评"),
    "signals": gettext_lazy("早发现"),
    "cases": gettext_lazy("个案与干预"),
    "access": gettext_lazy("隐私与同意"),
    "directory": gettext_lazy("阵地与服务"),
    "teams": gettext_lazy("组织领导"),
    "plans": gettext_lazy("方案任务"),
    "inspections": gettext_lazy("督导与整改"),
    "honours": gettext_lazy("评选"),
    "budgets": gettext_lazy("经费"),
    "lessons": gettext_lazy("课程"),
    "training": gettext_lazy("培训"),
    "credentials": gettext_lazy("资格"),
    "desk": gettext_lazy("答复"),
    "content": gettext_lazy("宣传"),
    "events": gettext_lazy("活动"),
    "groups": gettext_lazy("团体辅导"),
    "sessions": gettext_lazy("个别辅导"),
    "hotline": gettext_lazy("热线"),
    "referral": gettext_lazy("转介与复学"),
    "research": gettext_lazy("教研"),
    "library": gettext_lazy("资源"),
    "workforce": gettext_lazy("待遇"),
    "volunteers": gettext_lazy("志愿者"),
    "exercises": gettext_lazy("自助"),
    "handover": gettext_lazy("档案管理"),
    "crisis": gettext_lazy("危机应对"),
}
"""Order and names of the groups on the overview."""


def subject(code: str) -> str:
    """The group of a figure by its code."""
    name = code.partition(".")[0]
    return str(SUBJECTS.get(name, name))


def amount(number: float, decimals: int = 2) -> str:
    """A number as people write it: no more decimals than that, none that are nought; thousands kept apart."""
    text = number_format(round(number, decimals), use_l10n=True, force_grouping=True)
    whole, dot, rest = text.partition(".")
    rest = rest.rstrip("0")
    return f"{whole}{dot}{rest}" if rest else whole


def measured(indicator: Indicator, number: float) -> str:
    """A number with the indicator's unit: 82.5%, 3 小时."""
    unit = str(indicator.unit)
    return f"{amount(number, 1)}{unit}" if unit == "%" else f"{amount(number)} {unit}"


def shown_figure(indicator: Indicator, figure: Figure) -> str:
    """A figure as the page writes it; a mark where it is hidden or nobody knows."""
    if figure.value is None:
        return HIDDEN
    if indicator.kind == "yes" and figure.whole == 1:
        return _("有") if figure.part else _("没有")
    return measured(indicator, figure.value)


def made_of(indicator: Indicator, figure: Figure) -> str:
    """“33 / 40” behind a share; empty where there is nothing to add."""
    if figure.part is None or not figure.whole or indicator.kind in ("count", "average"):
        return ""
    if indicator.kind == "yes" and figure.whole == 1:
        return ""
    return f"{amount(figure.part)} / {amount(figure.whole)}"


SOURCES = {
    "live": {"label": gettext_lazy("自动统计"), "tone": "info", "icon": "database"},
    "reported": {"label": gettext_lazy("填报"), "tone": "neutral", "icon": "forms"},
    "none": {"label": gettext_lazy("还没有数字"), "tone": "neutral", "icon": "circle-dashed"},
}
"""Where a figure comes from, as a badge."""


def why_nothing(figure: Figure) -> str:
    """Why no number stands there; empty when one does."""
    if figure.value is not None:
        return ""
    if figure.hidden:
        return _("人数太少，不公布")
    if figure.source in ("live", "reported"):
        return _("没有可以计算的对象")
    return _("还没有数字")
