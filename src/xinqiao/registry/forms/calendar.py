"""Terms and special days."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from xinqiao.people.enums import DayKind
from xinqiao.ui.forms import ChoiceCards, DateInput


class TermForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=40, help_text=_("例如：第一学期"))
    starts_on = forms.DateField(label=_("第一天"), widget=DateInput)
    ends_on = forms.DateField(label=_("最后一天"), widget=DateInput, help_text=_("两个学期之间自动算作假期。"))


class DaysForm(forms.Form):
    kind = forms.ChoiceField(label=_("这几天"), choices=DayKind, widget=ChoiceCards)
    name = forms.CharField(label=_("名称"), max_length=40, help_text=_("例如：秋季运动会、期中考试、补周五的课"))
    first = forms.DateField(label=_("第一天"), widget=DateInput)
    last = forms.DateField(label=_("最后一天"), widget=DateInput, help_text=_("只有一天就填同一天。"))


class RemoveDaysForm(forms.Form):
    first = forms.DateField(widget=forms.HiddenInput)
    last = forms.DateField(widget=forms.HiddenInput)
