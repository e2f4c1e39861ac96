"""Columns whose content only the application can read."""

from __future__ import annotations

from typing import Any

from django.db import models

from xinqiao.kernel import crypto
from xinqiao.kernel.home import secret
from xinqiao.vault import keys


class Sealed:
    """A sealed text. It never turns into its content by accident: ask with ``reveal()``, after policy and audit."""

    __slots__ = ("blob", "context")

    def __init__(self, blob: bytes, context: str) -> None:
        self.blob = blob
        self.context = context

    def reveal(self) -> str:
        """The plain text. Raises crypto.Unreadable when the value was tampered with or its key is gone."""
        key = keys.key_by_id(crypto.key_id_of(self.blob))
        return crypto.unseal(self.blob, key=key, context=self.context).decode()

    def __str__(self) -> str:
        return "〔密〕"

    __repr__ = __str__

    def __bool__(self) -> bool:
        return bool(self.blob)


def seal(text: str, *, owner: int, context: str) -> Sealed:
    key_id, key = keys.active_key(owner)
    return Sealed(crypto.seal(text.encode(), key=key, key_id=key_id, context=context), context)


def fingerprint(text: str) -> str:
    """Keyed hash by which an identity number or phone is found again; 64 hex digits."""
    return crypto.fingerprint(text, key=secret("lookup"))


class SealedField(models.BinaryField):
    """Text sealed with the key of the organisation named by ``owner`` (an attribute of the row holding its id).

    Assign a ``str`` and save; read back a ``Sealed``. ``None`` and ``""`` stay empty and are not sealed.
    """

    # What django-stubs reads to know the types of a column; no code looks at them.
    _pyi_private_set_type: str | Sealed | None
    _pyi_private_get_type: Sealed  # type: ignore[assignment]

    def __init__(self, *args: Any, owner: str, **kwargs: Any) -> None:
        self.owner = owner
        kwargs.setdefault("editable", False)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", b"")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["owner"] = self.owner
        return name, path, args, kwargs

    @property
    def context(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def seal(self, text: str, owner: int) -> Sealed:
        return seal(text, owner=owner, context=self.context)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value), self.context)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        if isinstance(value, str):
            value = self.seal(value, getattr(model_instance, self.owner) or 0) if value else Sealed(b"", self.context)
            setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str) and value:
            raise TypeError(f"{self.context}: plain text may not reach the database; assign it to a row and save()")
        if isinstance(value, Sealed):
            value = value.blob
        return super().get_db_prep_value(value or b"", connection, prepared)
