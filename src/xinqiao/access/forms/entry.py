"""What is typed at the entrances."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class StudentEntryForm(forms.Form):
    school = forms.CharField(
        label=_("学校"), max_length=80, help_text=_("登录条上的学校代码，或学校全名"), widget=forms.TextInput(_PLAIN)
    )
    number = forms.CharField(label=_("学号"), max_length=40, widget=forms.TextInput({**_PLAIN, "data-secret": ""}))
    code = forms.CharField(
        label=_("登录码"),
        max_length=20,
        help_text=_("登录条上的 8 位字母和数字，横线可以不输"),
        widget=forms.TextInput({**_PLAIN, "autocapitalize": "characters", "data-secret": ""}),
    )


class BindingForm(forms.Form):
    code = forms.CharField(
        label=_("绑定码"),
        max_length=20,
        help_text=_("学校通知单上的 10 位字母和数字，横线可以不输"),
        widget=forms.TextInput({**_PLAIN, "autocapitalize": "characters", "data-secret": ""}),
    )


class NewPasswordForm(forms.Form):
    password = forms.CharField(
        label=_("设置密码"),
        strip=False,
        help_text=_("至少 10 个字符，不要全是数字，不要用姓名或常见密码。"),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再输一次"), strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("password") and cleaned.get("again") and cleaned["password"] != cleaned["again"]:
            self.add_error("again", ValidationError(_("两次输入的密码不一样。")))
        return cleaned


class OutsideForm(forms.Form):
    code = forms.CharField(
        label=_("验证码"),
        max_length=10,
        help_text=_("老师另外告诉您的 6 位数字"),
        widget=forms.TextInput({**_PLAIN, "inputmode": "numeric", "data-secret": ""}),
    )
