"""Wrong codes, counted. Only hashes of what was tried are kept, and only for as long as they count."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from xinqiao.access.codes import hashed
from xinqiao.access.models import EntryFailure
from xinqiao.kernel.refusal import Refusal

WINDOW = timedelta(minutes=15)
FOR_ONE = 5
"""Wrong codes for one student number (or one binding page) in WINDOW."""
FROM_ONE_ADDRESS = 100
"""Wrong codes from one address in WINDOW. A computer room of fifty shares one address and mistypes a lot."""


def refuse_when_tired(subject: str, address: str, at: datetime) -> None:
    """Raises Refusal(code="locked") after too many wrong codes for ``subject`` or from ``address``."""
    since = at - WINDOW
    if subject and EntryFailure.objects.filter(key=_key(subject), at__gt=since).count() >= FOR_ONE:
        raise Refusal(
            _("连续输错多次，为保护本人已暂停 15 分钟。请稍后再试，或请老师重新打印一张登录条。"), code="locked"
        )
    if EntryFailure.objects.filter(key=_key(f"address:{address}"), at__gt=since).count() >= FROM_ONE_ADDRESS:
        raise Refusal(_("这个网络里输错的次数太多，已暂停 15 分钟。请稍后再试，或联系老师。"), code="locked")


def note_failure(subject: str, address: str, at: datetime) -> None:
    keys = [f"address:{address}"] + ([subject] if subject else [])
    EntryFailure.objects.bulk_create([EntryFailure(key=_key(key), at=at) for key in keys])


def forgive(subject: str) -> None:
    EntryFailure.objects.filter(key=_key(subject)).delete()


def forget_old(at: datetime) -> None:
    EntryFailure.objects.filter(at__lte=at - WINDOW).delete()


def _key(subject: str) -> str:
    return hashed("try", "", subject)
