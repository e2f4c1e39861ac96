"""Ledgers of services, agreements, money, and inspections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.budgets import policies as budgets
from xinqiao.budgets.models import Line, Spending
from xinqiao.budgets.selectors import with_spent
from xinqiao.directory import policies as directory
from xinqiao.directory.enums import AgreementKind, Equipment, ServiceKind
from xinqiao.directory.models import Agreement, ServicePoint
from xinqiao.directory.rules import agreement_state
from xinqiao.directory.selectors import season
from xinqiao.directory.words import OF_AGREEMENT
from xinqiao.insight.ledgers.book import Book, day_of, days_late
from xinqiao.inspections import policies as inspections
from xinqiao.inspections.enums import SheetState
from xinqiao.inspections.models import Mending, Sheet
from xinqiao.people.selectors import under
from xinqiao.plans.enums import TaskState
from xinqiao.plans.rules import OPEN_STATES

SOON = timedelta(days=60)


def _services(actor: Actor) -> QuerySet[ServicePoint]:
    rows = directory.visible_services(actor).select_related("organisation")
    return rows.order_by("organisation__path", "kind", "pk")


def _service_cells(rows: Sequence[ServicePoint], on: date) -> Iterator[list[object]]:
    for row in rows:
        hours = row.hours_in(season(row.organisation, on))
        there = "、".join(str(Equipment(each).label) for each in row.equipment if each in Equipment.values)
        yield [
            row.organisation.name, str(ServiceKind(row.kind).label), row.title, row.place, row.phone, row.people,
            say("24小时") if row.around_the_clock else round(hours, 1), row.wanted_hours or "", there,
            row.opened_on or "", _service_word(row, on), say("是") if row.published_at else say("否"),
        ]  # fmt: skip


def _service_word(row: ServicePoint, on: date) -> str:
    if row.closed_on is not None and row.closed_on <= on:
        return say("已关闭")
    return say("开放") if row.opened_on is not None and row.opened_on <= on else say("还没有开放")


def _service_state(state: str, on: date) -> Q:
    closed = Q(closed_on__isnull=False, closed_on__lte=on)
    opened = Q(opened_on__isnull=False, opened_on__lte=on)
    return {"open": opened & ~closed, "wished": ~opened, "closed": closed}.get(state, Q(pk__in=[]))


def _agreements(actor: Actor) -> QuerySet[Agreement]:
    rows = directory.visible_agreements(actor).select_related("organisation", "by")
    return rows.order_by("organisation__path", "-signed_on", "pk")


def _agreement_cells(rows: Sequence[Agreement], on: date) -> Iterator[list[object]]:
    for row in rows:
        word, _tone = OF_AGREEMENT[agreement_state(row.signed_on, row.ends_on, on)]
        yield [
            row.organisation.name, str(AgreementKind(row.kind).label), row.partner, row.subject, row.contact,
            row.signed_on, row.ends_on or say("长期"), str(word), row.file_name, row.by.name,
        ]  # fmt: skip


def _agreement_state(state: str, on: date) -> Q:
    holds = Q(signed_on__lte=on) & (Q(ends_on=None) | Q(ends_on__gte=on))
    return {"holds": holds, "soon": holds & Q(ends_on__lte=on + SOON), "over": Q(ends_on__lt=on)}.get(
        state, Q(pk__in=[])
    )


def _lines(actor: Actor) -> QuerySet[Line]:
    rows = with_spent(budgets.visible_lines(actor)).select_related("organisation")
    return rows.order_by("-year", "organisation__path", "pk")


def _line_cells(rows: Sequence[Line], on: date) -> Iterator[list[object]]:
    for row in rows:
        spent = row.spent  # type: ignore[attr-defined]
        share = float(spent / row.amount) if row.amount else ""
        yield [
            row.organisation.name, row.year, row.title, float(row.amount), float(spent), float(row.amount - spent),
            share, row.payments, row.words,  # type: ignore[attr-defined]
        ]  # fmt: skip


def _payments(actor: Actor) -> QuerySet[Spending]:
    rows = Spending.objects.filter(line__in=budgets.visible_lines(actor).order_by().values("pk"))
    return rows.select_related("line__organisation", "by", "struck_by").order_by("-on", "-pk")


def _payment_cells(rows: Sequence[Spending], on: date) -> Iterator[list[object]]:
    for row in rows:
        yield [
            row.line.organisation.name, row.line.title, row.on, float(row.amount), row.words, row.voucher,
            row.file_name, row.by.name, say("已作废") if row.struck_at else say("有效"), row.reason,
        ]  # fmt: skip


def _sheets(actor: Actor) -> QuerySet[Sheet]:
    """Results that are out, and those of rounds the actor runs."""
    seen = Q(round__state__in=inspections.OUT) | under(actor.paths(Action.INSPECT), "round__organisation__path")
    rows = inspections.visible_sheets(actor).filter(seen).select_related("round__organisation", "unit")
    rows = rows.annotate(asked=Count("mendings", distinct=True))
    return rows.order_by("-round__check_from", "-round", "unit__code", "pk")


def _sheet_cells(rows: Sequence[Sheet], on: date) -> Iterator[list[object]]:
    for row in rows:
        yield [
            row.round.organisation.name, row.round.title, row.unit.name, say("是") if row.drawn else say("否"),
            str(SheetState(row.state).label), float(row.self_share) if row.self_share is not None else "",
            float(row.share) if row.share is not None else "", row.grade, len(row.red), row.checked_for,
            day_of(row.checked_at), row.asked,  # type: ignore[attr-defined]
        ]  # fmt: skip


def _mendings(actor: Actor) -> QuerySet[Mending]:
    rows = inspections.visible_mendings(actor).filter(sheet__round__state__in=inspections.OUT)
    related = ("sheet__round", "sheet__unit", "task__owner__person")
    return rows.select_related(*related).prefetch_related("rechecks__by").order_by("task__due_on", "pk")


def _mending_cells(rows: Sequence[Mending], on: date) -> Iterator[list[object]]:
    for row in rows:
        task, checks = row.task, list(row.rechecks.all())
        last = checks[-1] if checks else None
        yield [
            row.sheet.unit.name, row.sheet.round.title, task.title, task.owner.person.name if task.owner else "",
            row.made_on, task.due_on, str(TaskState(task.state).label), day_of(task.settled_at),
            days_late(task.due_on, task.settled_at, on, open_=task.state in OPEN_STATES),
            (say("通过") if last.passed else say("没有通过")) if last else "", last.by.name if last else "",
            localdate(last.at) if last else "",
        ]  # fmt: skip


PLACES: Sequence[Book] = (
    Book(
        key="services", title=_("服务台账"), text=_("辅导室、热线、信箱的开放情况"), icon="building-community",
        heads=(
            (_("单位"), "text", 22), (_("类别"), "text", 12), (_("名称"), "text", 18), (_("地点"), "text", 16),
            (_("电话"), "text", 14), (_("值守"), "text", 16), (_("每周小时"), "number", 9),
            (_("要求小时"), "number", 9), (_("设备"), "text", 24), (_("开放日期"), "date", None),
            (_("状态"), "text", 10), (_("已公布"), "text", 8),
        ),
        rows=_services, written=_service_cells, day="opened_on", place="organisation__path",
        states=(("open", _("开放")), ("wished", _("还没有开放")), ("closed", _("已关闭"))), by_state=_service_state,
        search=("title", "organisation__name"),
    ),
    Book(
        key="agreements", title=_("协议台账"), text=_("与医院、部门和机构的协议"), icon="file-text",
        heads=(
            (_("单位"), "text", 22), (_("对方类别"), "text", 10), (_("对方"), "text", 22), (_("内容"), "text", 28),
            (_("联系"), "text", 18), (_("签订日期"), "date", None), (_("到期日期"), "date", None),
            (_("状态"), "text", 9), (_("附件"), "text", 18), (_("登记人"), "text", 10),
        ),
        rows=_agreements, written=_agreement_cells, day="signed_on", place="organisation__path",
        states=(("holds", _("有效")), ("soon", _("快到期")), ("over", _("已到期"))), by_state=_agreement_state,
        search=("partner", "subject", "organisation__name"),
    ),
    Book(
        key="budget", title=_("经费台账"), text=_("每个项目的预算和支出"), icon="coin-yuan",
        heads=(
            (_("单位"), "text", 22), (_("年度"), "number", 8), (_("项目"), "text", 26), (_("经费（元）"), "number", 12),
            (_("已支出（元）"), "number", 12), (_("结余（元）"), "number", 12), (_("执行率"), "percent", None),
            (_("笔数"), "number", 7), (_("来源与用途"), "text", 30),
        ),
        rows=_lines, written=_line_cells, day="at", place="organisation__path", moments=True,
        search=("title", "organisation__name"),
    ),
    Book(
        key="payments", title=_("支出台账"), text=_("每一笔支出和凭证"), icon="receipt",
        heads=(
            (_("单位"), "text", 22), (_("项目"), "text", 26), (_("日期"), "date", None),
            (_("金额（元）"), "number", 12), (_("用途"), "text", 28),
            (_("凭证号"), "text", 14), (_("附件"), "text", 18), (_("登记人"), "text", 10),
            (_("状态"), "text", 9), (_("作废原因"), "text", 20),
        ),
        rows=_payments, written=_payment_cells, day="on", place="line__organisation__path",
        states=(("kept", _("有效")), ("struck", _("已作废"))),
        by_state=lambda state, _on: Q(struck_at__isnull=state == "kept"),
        search=("words", "voucher", "line__title", "line__organisation__name"),
    ),
    Book(
        key="inspections", title=_("督导台账"), text=_("每个单位每次检查的结果"), icon="clipboard-check",
        heads=(
            (_("组织单位"), "text", 20), (_("督导"), "text", 26), (_("被查单位"), "text", 22), (_("抽中"), "text", 7),
            (_("状态"), "text", 9), (_("自评得分率"), "number", 10), (_("检查得分率"), "number", 10),
            (_("等次"), "text", 9), (_("红线"), "number", 7), (_("检查人"), "text", 16),
            (_("检查日期"), "date", None), (_("整改项"), "number", 8),
        ),
        rows=_sheets, written=_sheet_cells, day="round__check_from", place="unit__path",
        states=tuple((state.value, state.label) for state in SheetState), search=("round__title", "unit__name"),
    ),
    Book(
        key="mendings", title=_("整改台账"), text=_("查出的问题改到哪里"), icon="tool",
        heads=(
            (_("单位"), "text", 22), (_("督导"), "text", 26), (_("整改事项"), "text", 36), (_("责任人"), "text", 10),
            (_("下达日期"), "date", None), (_("完成时限"), "date", None), (_("状态"), "text", 10),
            (_("办结日期"), "date", None), (_("逾期天数"), "number", 9), (_("复查"), "text", 9),
            (_("复查人"), "text", 10), (_("复查日期"), "date", None),
        ),
        rows=_mendings, written=_mending_cells, day="task__due_on", place="sheet__unit__path",
        states=tuple((state.value, state.label) for state in TaskState),
        by_state=lambda state, _on: Q(task__state=state), search=("task__title", "sheet__unit__name"),
    ),
)  # fmt: skip
