"""Accounts: how somebody who is already known proves that it is them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    STAFF = "staff", _("工作人员")
    STUDENT = "student", _("学生")
    GUARDIAN = "guardian", _("监护人")
    OUTSIDE = "outside", _("外部人员")


class AccountManager(BaseUserManager["Account"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> Account:
        """An account that signs in with a password; without one it can only be entered by ticket."""
        account = self.model(username=self.model.normalize_username(username), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """One way into the house. Rights never hang on the account: they come from posts (room ``access``)."""

    username = models.CharField(_("用户名"), max_length=64, unique=True)
    name = models.CharField(_("姓名"), max_length=64, blank=True)
    kind = models.CharField(max_length=8, choices=AccountKind, default=AccountKind.STAFF)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(name="account_kind_known", condition=models.Q(kind__in=AccountKind.values)),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    # Django's admin is not part of the house; nothing may ask an account for rights.
    is_staff = False
    is_superuser = False


def display_name(account: Account) -> str:
    return str(account)
