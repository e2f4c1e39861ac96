"""Opening a file in an emergency."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinqiao.people.models import Person
from xinqiao.ui.forms import ChoiceCards, ShortText


class FindForm(forms.Form):
    words = forms.CharField(label=_("姓名或学号"), max_length=40, required=False)


class GlassForm(forms.Form):
    reason = forms.CharField(
        label=_("发生了什么，为什么现在要看"),
        max_length=500,
        widget=ShortText(rows=4, attrs={"data-secret": ""}),
        help_text=_("写给复核的人看，加密保存。"),
    )
    hours = forms.TypedChoiceField(
        label=_("开放多久"),
        coerce=int,
        choices=[(1, _("1 小时")), (4, _("4 小时")), (8, _("8 小时")), (24, _("24 小时"))],
        widget=ChoiceCards,
        initial=4,
    )
    told = forms.ModelChoiceField(label=_("通知谁"), queryset=Person.objects.none(), empty_label=None)

    def __init__(self, told: list[Person], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["told"].queryset = Person.objects.filter(pk__in=[p.pk for p in told])  # type: ignore[attr-defined]
        self.fields["told"].help_text = _("这位同事会立刻看到：您在什么时候、因为什么打开了档案。")
