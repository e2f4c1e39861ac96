from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinqiao.documents.uploads import Clean, clean
from xinqiao.kernel.refusal import Refusal
from xinqiao.ui.forms import DateInput, ShortText

_MONEY: dict[str, Any] = {
    "max_digits": 12,
    "decimal_places": 2,
    "widget": forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
}


class LineForm(forms.Form):
    title = forms.CharField(label=_("经费项目"), max_length=80)
    amount = forms.DecimalField(label=_("金额（元）"), min_value=0, **_MONEY)
    words = forms.CharField(label=_("来源与用途"), max_length=200, required=False, widget=ShortText(2))


class SpendingForm(forms.Form):
    on = forms.DateField(label=_("日期"), widget=DateInput())
    amount = forms.DecimalField(label=_("金额（元）"), **_MONEY)
    words = forms.CharField(label=_("用在哪里"), max_length=120)
    voucher = forms.CharField(label=_("凭证号"), max_length=60, required=False)
    file = forms.FileField(
        label=_("凭证照片或扫描件"), required=False, help_text=_("凭证号和附件至少有一样；不超过 20 MB。")
    )

    def clean_file(self) -> Clean | None:
        upload: Any = self.cleaned_data["file"]
        if not upload:
            return None
        try:
            return clean(upload)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from None


class StrikeForm(forms.Form):
    reason = forms.CharField(label=_("作废原因"), max_length=200)
