"""Setting money aside, spending it, and striking out what was entered wrongly."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.audit.services import record
from xinqiao.budgets import policies
from xinqiao.budgets.models import Line, Spending
from xinqiao.documents.uploads import Clean
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation, Person


@transaction.atomic
def want_line(
    *, actor: Actor, organisation: Organisation, year: int, key: str, title: str, amount: Decimal, at: datetime
) -> Line:
    """The line a plan asks for, made once a year; one that is there already is left as its keepers set it."""
    line, made = Line.objects.get_or_create(
        organisation=organisation,
        year=year,
        key=key,
        defaults={"title": title, "amount": amount, "by": actor.person, "at": at},
    )
    if made:
        _note(actor, "budget.line_wanted", at, organisation, line, amount=str(amount))
    return line


@transaction.atomic
def set_line(
    *,
    actor: Actor,
    organisation: Organisation,
    year: int,
    title: str,
    amount: Decimal,
    words: str,
    at: datetime,
    line: Line | None = None,
) -> Line:
    """Make a line, or change one. Raises PermissionDenied, Refusal(year, title, amount)."""
    _must_keep(actor, organisation)
    _check_amount(amount, least=Decimal(0))
    if not title.strip():
        raise Refusal(_("请填写经费项目的名称。"), code="title", field="title")
    if not 2000 <= year <= localdate(at).year + 5:
        raise Refusal(_("年度不对，请填写四位年份，最多提前五年。"), code="year", field="year")
    if line is None:
        line = Line(organisation=organisation, year=year, by=actor.person, at=at)
    else:
        line = Line.objects.select_for_update(of=("self",)).get(pk=line.pk, organisation=organisation)
    before = line.amount
    line.title, line.amount, line.words = title.strip(), amount, words.strip()
    line.save()
    _note(actor, "budget.line_set", at, organisation, line, before=str(before or 0), after=str(amount))
    return line


@transaction.atomic
def spend(
    *,
    actor: Actor,
    line: Line,
    on: date,
    amount: Decimal,
    words: str,
    voucher: str,
    file: Clean | None,
    at: datetime,
) -> Spending:
    """Enter a payment. It needs a voucher: its number, or a picture or scan of it. Going over the line is allowed and
    shows at once; what was paid has been paid. Raises PermissionDenied, Refusal(on, amount, words, voucher)."""
    line = Line.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=line.pk)
    person = _must_keep(actor, line.organisation)
    _check_amount(amount, least=Decimal("0.01"))
    if on.year != line.year or on > localdate(at):
        raise Refusal(_("支出日期要在%(year)d年之内，且不晚于今天。") % {"year": line.year}, code="on", field="on")
    if not words.strip():
        raise Refusal(_("请写明这笔钱用在哪里。"), code="words", field="words")
    if not voucher.strip() and file is None:
        raise Refusal(_("请填写凭证号，或上传凭证的照片、扫描件。"), code="voucher", field="voucher")
    row = Spending(line=line, on=on, amount=amount, words=words.strip(), voucher=voucher.strip(), by=person, at=at)
    if file is not None:
        row.file_name, row.digest = file.name, file.digest
        row.file.save(f"{file.digest[:16]}.{file.name.rpartition('.')[2]}", ContentFile(file.data), save=False)
    row.save()
    _note(actor, "budget.spent", at, line.organisation, row, amount=str(amount))
    return row


@transaction.atomic
def strike_out(*, actor: Actor, spending: Spending, reason: str, at: datetime) -> Spending:
    """A payment that was entered wrongly no longer counts; it stays in sight with the reason."""
    row = Spending.objects.select_for_update(of=("self",)).select_related("line__organisation").get(pk=spending.pk)
    person = _must_keep(actor, row.line.organisation)
    if row.struck_at is not None:
        raise Refusal(_("这一笔已经作废。"), code="move")
    if not reason.strip():
        raise Refusal(_("请写明作废的原因。"), code="reason", field="reason")
    row.struck_at, row.struck_by, row.reason = at, person, reason.strip()
    row.save(update_fields=["struck_at", "struck_by", "reason"])
    _note(actor, "budget.struck_out", at, row.line.organisation, row, amount=str(row.amount))
    return row


def _must_keep(actor: Actor, organisation: Organisation) -> Person:
    if actor.person is None or not policies.may_keep(actor, organisation):
        raise PermissionDenied
    return actor.person


def _check_amount(amount: Decimal, *, least: Decimal) -> None:
    if amount < least or amount >= Decimal(10) ** 10:
        raise Refusal(_("金额不对，请填写大于 0 的数，单位是元，最多两位小数。"), code="amount", field="amount")


def _note(actor: Actor, action: str, at: datetime, owner: Organisation, row: models.Model, **facts: Any) -> None:
    record(account=actor.account, who=actor.who, action=action, at=at, owner=owner.pk, subject=row, **facts)
