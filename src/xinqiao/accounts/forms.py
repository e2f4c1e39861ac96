"""allauth's forms in our words."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as MFAReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.utils.translation import gettext_lazy as _


class SignIn(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "login", _("用户名"))
        _word(self, "password", _("密码"))
        self.fields["login"].widget.attrs["autocapitalize"] = "none"

    def clean_login(self) -> str:
        return str(super().clean_login()).strip().lower()


class Again(ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "password", _("密码"))


class NewPassword(ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "oldpassword", _("现在的密码"))
        _word(self, "password1", _("新密码"), _("至少 10 个字符，不要全是数字，不要用姓名或常见密码。"))
        _word(self, "password2", _("再输一次新密码"))


def _word(form: Any, name: str, label: Any, help_text: Any = "") -> None:
    field = form.fields[name]
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)


class PhoneCode(AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "code", _("动态口令或备用码"))


class PhoneCodeAgain(MFAReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "code", _("动态口令或备用码"))


class NewPhone(ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "code", _("六位数字"))


class NewPasskey(AddWebAuthnForm):
    """A name, and whether the passkey alone is enough to sign in: yes unless somebody says no."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "name", _("名称"), _("以后靠它认出是哪一台设备，例如：办公室电脑、我的手机。"))
        _word(
            self,
            "passwordless",
            _("登录时只用它，不再输入密码"),
            _("设备要有指纹、面容或锁屏密码。老式的 USB 密钥不支持时，请取消勾选，只作为第二步。"),
        )
        self.fields["name"].widget.attrs["maxlength"] = 40
        self.fields["passwordless"].initial = True


class PasskeyName(EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "name", _("名称"))
        self.fields["name"].widget.attrs["maxlength"] = 40
