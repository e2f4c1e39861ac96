from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinqiao.documents.uploads import Clean, clean
from xinqiao.indicators.registry import Indicator
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation
from xinqiao.ui.forms import ChoiceCards, DateInput, ShortText


class NumberField(forms.FloatField):
    """A number from nought on, typed with the digits' keyboard."""

    widget = forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, **kwargs)


class ReportForm(forms.Form):
    """One organisation's own part of a figure. The fields follow the kind of the indicator: a count asks one number, a
    share two, “has or has not” a choice."""

    for_on = forms.DateField(
        label=_("数据日期"), widget=DateInput(), help_text=_("这个数字是哪一天的情况，不能晚于今天。")
    )
    part = NumberField(label=_("数字"))
    whole = NumberField(label=_("总数"))
    has = forms.ChoiceField(
        label=_("本单位情况"), choices=[("1", _("有")), ("0", _("没有"))], widget=ChoiceCards(), required=False
    )
    words = forms.CharField(
        label=_("怎样得出、依据在哪里"),
        max_length=1000,
        widget=ShortText(3),
        help_text=_("例如：按 2026 年培训签到表统计，签到表存心理中心。不要写学生姓名。"),
    )
    link = forms.CharField(label=_("链接"), max_length=300, required=False, help_text=_("能看到依据的网页，可以不填。"))
    file = forms.FileField(
        label=_("证明材料"),
        required=False,
        help_text=_("文件、照片或扫描件，不超过 20 MB；照片里的位置信息会自动去掉。"),
    )

    def __init__(self, indicator: Indicator, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.indicator = indicator
        if indicator.kind == "yes":
            del self.fields["part"], self.fields["whole"]
            self.fields["has"].required = True
            return
        del self.fields["has"]
        if indicator.kind == "count":
            del self.fields["whole"]
            self.fields["part"].label = gettext("数字（%(unit)s）") % {"unit": indicator.unit}
            return
        above, _line, below = str(indicator.formula).partition(" ÷ ")
        self.fields["part"].label, self.fields["whole"].label = above, below or gettext("总数")

    def clean_file(self) -> Clean | None:
        upload: Any = self.cleaned_data["file"]
        if not upload:
            return None
        try:
            return clean(upload)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from None

    @property
    def numbers(self) -> tuple[float, float | None]:
        """(part, whole) of a valid form."""
        given = self.cleaned_data
        if self.indicator.kind == "yes":
            return float(given["has"]), 1.0
        return given["part"], given.get("whole")


class NodeForm(forms.Form):
    """Finds organisations by name or code."""

    q = forms.CharField(label=_("名称或代码"), required=False, max_length=80)

    def admits(self, node: Organisation) -> bool:
        text = self.cleaned_data.get("q", "").strip().lower() if self.is_valid() else ""
        return not text or text in node.name.lower() or node.code.lower().startswith(text)


class BelowForm(NodeForm):
    """Which of the organisations below are listed."""

    light = forms.ChoiceField(
        label=_("情况"),
        required=False,
        choices=[
            ("", _("全部")), ("met", _("已达到")), ("near", _("接近目标")), ("far", _("还有差距")),
            ("unknown", _("没有数字或没有目标")),
        ],
    )  # fmt: skip
