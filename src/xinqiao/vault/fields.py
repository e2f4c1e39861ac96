"""Columns whose content only the application can read."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from xinqiao.kernel import crypto
from xinqiao.kernel.home import secret
from xinqiao.vault import keys


class Sealed:
    """A sealed text. It never turns into its content by accident: ask with ``reveal()``, after policy and audit."""

    __slots__ = ("blob", "context", "owner")

    def __init__(self, blob: bytes, context: str, owner: int | None = None) -> None:
        self.blob = blob
        self.context = context
        self.owner = owner
        """The organisation of the row it stands in; None for a value that was read without its row."""

    def reveal(self) -> str:
        """The plain text. Raises crypto.Unreadable when it was tampered with, moved, or its key is gone."""
        owner, key = keys.key_by_id(crypto.key_id_of(self.blob))
        if self.owner is not None and owner != self.owner:
            raise crypto.Unreadable
        return crypto.unseal(self.blob, key=key, context=self.context).decode()

    def __str__(self) -> str:
        return "〔密〕"

    __repr__ = __str__

    def __bool__(self) -> bool:
        return bool(self.blob)


def seal(text: str, *, owner: int, context: str) -> Sealed:
    key_id, key = keys.active_key(owner)
    return Sealed(crypto.seal(text.encode(), key=key, key_id=key_id, context=context), context, owner)


def fingerprint(text: str) -> str:
    """Keyed hash by which an identity number or phone is found again; 64 hex digits."""
    return crypto.fingerprint(text, key=secret("lookup"))


class SealedAttribute(DeferredAttribute):
    """Tells a value which organisation's row it stands in, so that one moved there from another does not open."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        value = instance.__dict__.get(self.field.attname)
        if value is None:
            value = super().__get__(instance, cls)
        if isinstance(value, Sealed) and value and value.owner is None:
            value.owner = getattr(instance, self.field.owner) or 0  # type: ignore[attr-defined]
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(models.BinaryField):
    """Text sealed with the key of the organisation named by ``owner`` (an attribute of the row holding its id).

    Assign a ``str`` and save; read back a ``Sealed``. ``None`` and ``""`` stay empty and are not sealed. Who gives a
    row to another organisation reveals its texts before and assigns them after: a value of the former owner is refused.
    """

    descriptor_class = SealedAttribute

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
        owner = getattr(model_instance, self.owner) or 0
        if isinstance(value, Sealed) and value and keys.key_by_id(crypto.key_id_of(value.blob))[0] != owner:
            raise TypeError(
                f"{self.context}: sealed for another organisation; assign the revealed text after moving a row"
            )
        if isinstance(value, str):
            value = self.seal(value, owner) if value else Sealed(b"", self.context)
            setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str) and value:
            raise TypeError(f"{self.context}: plain text may not reach the database; assign it to a row and save()")
        if isinstance(value, Sealed):
            value = value.blob
        return super().get_db_prep_value(value or b"", connection, prepared)
