"""The form by which units are asked for something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinqiao.access.enums import PostKind
from xinqiao.people.models import Organisation
from xinqiao.plans.enums import Origin
from xinqiao.plans.policies import WORKERS
from xinqiao.ui.forms import ChoiceCards, DateInput, ShortText

KINDS = [
    (Origin.CALL, _("征集：各单位交材料，到期一键打包")),
    (Origin.EXTRA, _("补充任务：方案之外的一件事")),
]
ACCEPTS = [("lead", _("我方审核")), ("unit", _("单位负责人审核")), ("none", _("交上来就算完成"))]


class GiveForm(forms.Form):
    origin = forms.ChoiceField(label=_("类型"), choices=KINDS, widget=ChoiceCards())
    title = forms.CharField(
        label=_("名称"), max_length=160, widget=forms.TextInput({"placeholder": _("例如：报送五月活动小结和照片")})
    )
    words = forms.CharField(label=_("具体要求"), required=False, widget=ShortText(4))
    due_on = forms.DateField(label=_("截止日期"), widget=DateInput())
    whom = forms.ChoiceField(
        label=_("发给"),
        choices=[("all", _("下面列出的全部单位")), ("some", _("只发给勾选的单位"))],
        widget=forms.RadioSelect,
        initial="all",
    )
    units = forms.MultipleChoiceField(label=_("单位"), required=False, widget=forms.CheckboxSelectMultiple)
    owners = forms.MultipleChoiceField(
        label=_("由谁负责"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(kind.value, PostKind(kind).label) for kind in WORKERS],
        help_text=_("不选则交给各单位负责日常工作的人。"),
    )  # fmt: skip
    text = forms.BooleanField(label=_("要写文字说明"), required=False, initial=True)
    pictures = forms.IntegerField(label=_("至少几张照片"), min_value=0, max_value=20, required=False, initial=0)
    files = forms.IntegerField(  # type: ignore[assignment]  # the field, not what a form was sent
        label=_("至少几个文件"), min_value=0, max_value=20, required=False, initial=0
    )
    accept = forms.ChoiceField(label=_("谁审核"), choices=ACCEPTS, initial="lead")
    gathers = forms.BooleanField(label=_("到期汇总打包"), required=False, help_text=_("征集总是可以打包。"))

    def __init__(self, *args: Any, units: Sequence[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        self.nodes = {str(node.pk): node for node in units}
        self.fields["units"].choices = [(key, node.name) for key, node in self.nodes.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("whom") == "some" and not data.get("units"):
            self.add_error("units", _("请勾选至少一个单位。"))
        if not (data.get("text") or data.get("pictures") or data.get("files")):
            self.add_error("text", _("至少要交一样：文字、照片或文件。"))
        return data

    def chosen(self) -> list[Organisation]:
        """The units it goes to; only for a valid form."""
        if self.cleaned_data["whom"] == "all":
            return list(self.nodes.values())
        return [self.nodes[key] for key in self.cleaned_data["units"]]
