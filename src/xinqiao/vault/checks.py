"""Every sealed value must open with a key that is here, in the row it stands in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.apps import apps
from django.db.models import Model

from xinqiao.kernel.crypto import Unreadable
from xinqiao.kernel.findings import Finding
from xinqiao.vault import second_factor
from xinqiao.vault.fields import Sealed, SealedField


def violations(at: datetime) -> Iterator[Finding]:
    """Values that do not open: changed, moved from another organisation's row, or their key is gone."""
    for model in apps.get_models():
        fields = [field for field in model._meta.concrete_fields if isinstance(field, SealedField)]
        if fields:
            yield from _of(model, fields)
    for row in second_factor.all_rows():
        if not second_factor.opens(row):
            yield Finding(
                "sealed",
                f"mfa.authenticator:{row.pk}",
                "动态口令或备用码打不开：内容被改动、没有加密，或缺少密钥。请从备份核对密钥文件；找不回时重置这个账号的两步验证。",
            )


def _of(model: type[Model], fields: list[SealedField]) -> Iterator[Finding]:
    names = [field.name for field in fields]
    columns = {field.attname for field in model._meta.concrete_fields}
    rows = model._default_manager.all()
    if not {field.owner for field in fields} <= columns:  # the owner stands in the row above: read it along
        rows = rows.select_related()
    for row in rows.order_by("pk").iterator(chunk_size=1000):
        for name in names:
            value = getattr(row, name)
            if isinstance(value, Sealed) and value and not _opens(value):
                yield Finding(
                    "sealed",
                    f"{model._meta.label_lower}:{row.pk}",
                    f"加密栏目 {name} 打不开：内容被改动、被移到别处，或缺少密钥。请保留现场，从备份核对密钥文件。",
                )


def _opens(value: Sealed) -> bool:
    try:
        value.reveal()
    except (Unreadable, UnicodeDecodeError):
        return False
    return True
