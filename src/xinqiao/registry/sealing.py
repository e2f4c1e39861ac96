"""Phones and identity numbers on their way into sealed columns: checked, sealed, findable by fingerprint."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from xinqiao.kernel.refusal import Refusal
from xinqiao.people.identity import IdentityNumber, Unfit, identity_of, phone_of
from xinqiao.people.models import Person
from xinqiao.vault.fields import fingerprint


def _words(code: str) -> str:
    return {
        "phone_form": _("这不像一个电话号码。手机号是 11 位，座机请带区号，例如 010-62345678。"),
        "phone_length": _("手机号应是 11 位，请核对有没有多写或漏写。"),
        "phone_service": _("这是公共服务号码，请填写本人的电话。"),
        "identity_form": _("身份证号应是 18 位，最后一位可以是 X。"),
        "identity_check": _("身份证号的校验位不对，请逐位核对。"),
        "identity_date": _("身份证号里的出生日期不存在，请核对第 7 到 14 位。"),
    }[code]


def checked_phone(raw: str) -> str:
    """The number in one writing. Raises Refusal(field="phone"); its words never repeat the number."""
    try:
        return phone_of(raw)
    except Unfit as error:
        raise Refusal(_words(error.code), code=error.code, field="phone") from None


def checked_identity(raw: str, *, latest: date) -> IdentityNumber:
    """The identity number with what it says. Raises Refusal(field="number")."""
    try:
        return identity_of(raw, latest=latest)
    except Unfit as error:
        raise Refusal(_words(error.code), code=error.code, field="number") from None


def set_phone(person: Person, raw: str) -> None:
    """Put a phone (or none) on a person who is saved next."""
    number = checked_phone(raw)
    person.phone = number
    person.phone_fingerprint = fingerprint(number) if number else ""
