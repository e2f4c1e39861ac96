from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinqiao.directory.enums import AgreementKind, Equipment, Season, ServiceKind
from xinqiao.directory.models import ServicePoint
from xinqiao.directory.rules import Opening, read_openings, write_openings
from xinqiao.documents.uploads import Clean, clean
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation
from xinqiao.ui.forms import DateInput, ShortText

_SEASONS = {"all_year": Season.ALL, "summer": Season.SUMMER, "winter": Season.WINTER}


class ServiceForm(forms.Form):
    """Hours are written as people write them, one stretch a line."""

    kind = forms.ChoiceField(label=_("类别"), choices=ServiceKind)
    title = forms.CharField(label=_("名称"), max_length=80)
    place = forms.CharField(label=_("地点"), max_length=120, required=False)
    phone = forms.CharField(
        label=_("电话"), max_length=40, required=False, help_text=_("服务的公用电话，不要填个人手机。")
    )
    address = forms.CharField(label=_("网上地址或邮箱"), max_length=200, required=False)
    people = forms.CharField(
        label=_("谁在"), max_length=80, required=False, help_text=_("写岗位，不写姓名，例如“心理老师轮值”。")
    )
    around_the_clock = forms.BooleanField(label=_("全天24小时开通"), required=False)
    all_year = forms.CharField(
        label=_("开放时间（全年一样的部分）"), required=False, widget=ShortText(3),
        help_text=_("一行一段，例如“周一至周五 12:20-13:40”或“周二、三 17:00-19:00”。"),
    )  # fmt: skip
    summer = forms.CharField(label=_("只在夏季作息开放的时间"), required=False, widget=ShortText(2))
    winter = forms.CharField(label=_("只在冬季作息开放的时间"), required=False, widget=ShortText(2))
    equipment = forms.MultipleChoiceField(
        label=_("设备与布置"), choices=Equipment, required=False, widget=forms.CheckboxSelectMultiple
    )
    serves = forms.ModelMultipleChoiceField(
        label=_("同时服务下属单位"), queryset=Organisation.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_("规模小、没有自己的辅导室的学校，可以共用。"),
    )  # fmt: skip
    opened_on = forms.DateField(
        label=_("开放日期"), required=False, widget=DateInput(), help_text=_("还没有开放就先空着。")
    )

    def __init__(
        self, *args: Any, organisation: Organisation, service: ServicePoint | None = None, **kwargs: Any
    ) -> None:
        if service is not None:
            kwargs["initial"] = {
                **{name: getattr(service, name) for name in _PLAIN},
                **{name: write_openings(service.hours, season) for name, season in _SEASONS.items()},
                "serves": list(service.serves.values_list("pk", flat=True)),
                **(kwargs.get("initial") or {}),
            }
        super().__init__(*args, **kwargs)
        below = Organisation.objects.filter(parent=organisation, closed_on=None).exclude(kind__in=["grade", "class"])
        self.fields["serves"].queryset = below.order_by("code", "pk")  # type: ignore[attr-defined]
        if not below.exists():
            del self.fields["serves"]

    def clean(self) -> dict[str, Any]:
        found: list[Opening] = []
        for name, season in _SEASONS.items():
            try:
                found += read_openings(self.cleaned_data.get(name, ""), season)
            except ValueError as line:
                words = gettext("“%(line)s”看不懂。请一行写一段，例如“周一至周五 12:20-13:40”。") % {"line": line}
                self.add_error(name, words)
        self.cleaned_data["openings"] = found
        return self.cleaned_data

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in _PLAIN}


_PLAIN = ("kind", "title", "place", "phone", "address", "people", "around_the_clock", "equipment", "opened_on")


class _Upload(forms.FileField):
    """A file that has been looked at: gives documents.uploads.Clean."""

    def __init__(self, *, picture: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.picture = picture

    def clean(self, data: Any, initial: Any = None) -> Clean | None:
        upload = super().clean(data, initial)
        if not upload:
            return None
        try:
            return clean(upload, picture=self.picture)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from None


class PhotoForm(forms.Form):
    photo = _Upload(label=_("照片（不要拍到人）"), picture=True)


class AgreementForm(forms.Form):
    kind = forms.ChoiceField(label=_("对方"), choices=AgreementKind)
    partner = forms.CharField(label=_("对方名称"), max_length=80)
    subject = forms.CharField(label=_("约定内容"), max_length=160, help_text=_("例如：转介绿色通道、定期会诊、讲座。"))
    contact = forms.CharField(label=_("联系科室和电话"), max_length=80, required=False)
    signed_on = forms.DateField(label=_("签订日期"), widget=DateInput())
    ends_on = forms.DateField(label=_("到期日期"), required=False, widget=DateInput(), help_text=_("没有期限就空着。"))
    file = _Upload(label=_("协议扫描件"), required=False)
