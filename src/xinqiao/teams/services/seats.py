"""Putting people into positions, taking them out, and the letter that says so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import HOUSE, Actor
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.identity import Unfit, phone_of
from xinqiao.people.models import Person
from xinqiao.teams.models import Position, Seat
from xinqiao.teams.policies import fitting_posts
from xinqiao.teams.selectors.seats import abandoned
from xinqiao.teams.services.handling import locked_team, note

_OUTSIDE = ("name", "workplace", "phone")


@transaction.atomic
def seat(*, actor: Actor, position: Position, person: Person | None, facts: Mapping[str, Any], at: datetime) -> Seat:
    """Put a person of the house, or with ``person`` None somebody from outside, into a position.

    facts: starts_on, ends_on (first day without the seat, or None), profession, credential (what was seen); of somebody
    from outside also name, workplace, phone. Raises PermissionDenied, Refusal(closed, person, name, profession,
    credential, phone, dates, held).
    """
    team, keeper = locked_team(actor, position.team_id)
    position = Position.objects.select_related("team__organisation").get(pk=position.pk)
    starts_on, ends_on = facts["starts_on"], facts["ends_on"]
    if ends_on is not None and ends_on <= starts_on:
        raise Refusal(_("结束日期要晚于开始日期；没有期限就空着。"), code="dates", field="ends_on")
    row = Seat(
        organisation=team.organisation, position=position, person=person, starts_on=starts_on, ends_on=ends_on,
        profession=facts["profession"].strip(), credential=facts["credential"].strip(), by=keeper, at=at,
    )  # fmt: skip
    if person is None:
        _from_outside(row, facts)
    else:
        _must_fit(position, person, max(starts_on, localdate(at)))
    if position.credential and not row.credential:
        raise Refusal(
            _("这个职位要求“%(what)s”。请写明看到的证书和编号。") % {"what": position.credential},
            code="credential",
            field="credential",
        )
    _must_be_free(row)
    row.save()
    note(actor, "team.seated", at, team.organisation_id, row, position=position.pk, outside=person is None)
    return row


def _from_outside(row: Seat, facts: Mapping[str, Any]) -> None:
    name, phone = facts["name"].strip(), facts["phone"].strip()
    if not name:
        raise Refusal(_("请选择一位在岗的人，或填写校外人员的姓名。"), code="name", field="name")
    if row.position.post:
        raise Refusal(
            _("这个职位要由“%(post)s”担任，不能请外部人员。") % {"post": row.position.get_post_display()},
            code="person",
            field="person",
        )
    if row.position.profession and not row.profession:
        raise Refusal(
            _("这个职位要求“%(what)s”。请填写对方的专业或职业。") % {"what": row.position.profession},
            code="profession",
            field="profession",
        )
    try:
        row.phone = phone_of(phone)
    except Unfit:
        raise Refusal(_("电话号码不对。请填手机号或带区号的座机号码。"), code="phone", field="phone") from None
    row.name, row.workplace = name, facts["workplace"].strip()


def _must_fit(position: Position, person: Person, on: date) -> None:
    if fitting_posts(position, on).filter(person=person).exists():
        return
    if position.post:
        words = _("%(name)s 那时不担任“%(post)s”，不能任这个职位。请先在“组织与人员”里任命岗位。")
        raise Refusal(words % {"name": person.name, "post": position.get_post_display()}, code="person", field="person")
    raise Refusal(
        _("%(name)s 那时在本单位没有岗位。请选择本单位的人，或作为外部人员填写。") % {"name": person.name},
        code="person",
        field="person",
    )


def _must_be_free(row: Seat) -> None:
    """Nobody sits twice in one position at the same time."""
    same = Seat.objects.filter(Q(ends_on=None) | Q(ends_on__gt=row.starts_on), position=row.position)
    if row.ends_on is not None:
        same = same.filter(starts_on__lt=row.ends_on)
    same = same.filter(person=row.person) if row.person is not None else same.filter(person=None, name=row.name)
    if same.exists():
        raise Refusal(_("%(name)s 这段时间已经担任这个职位。") % {"name": str(row)}, code="held", field="starts_on")


@transaction.atomic
def unseat(*, actor: Actor, seat: Seat, ends_on: date, at: datetime) -> Seat:
    """Somebody leaves a position: ``ends_on`` is the first day without it, today at the earliest.

    Raises PermissionDenied, Refusal(move, dates).
    """
    locked_team(actor, seat.position.team_id)
    row = Seat.objects.select_for_update(of=("self",)).get(pk=seat.pk)
    today = localdate(at)
    if row.ends_on is not None and row.ends_on <= today:
        raise Refusal(_("这项任职已经结束。"), code="move")
    if ends_on < max(today, row.starts_on):
        raise Refusal(_("结束日期不能早于今天，也不能早于开始日期。"), code="dates", field="ends_on")
    row.ends_on = ends_on
    row.save(update_fields=["ends_on"])
    note(actor, "team.unseated", at, row.organisation_id, row, position=row.position_id, ends_on=ends_on.isoformat())
    return row


@transaction.atomic
def write_letter(*, actor: Actor, seat: Seat, number: str, at: datetime) -> Seat:
    """Give a seat its letter of appointment; written again it keeps its number and day.

    number: as the office counts its papers, "" for the next one of the year. Raises PermissionDenied, Refusal(number,
    move).
    """
    locked_team(actor, seat.position.team_id)
    row = Seat.objects.select_for_update(of=("self",)).get(pk=seat.pk)
    if row.letter_number:
        return row
    today = localdate(at)
    if row.ends_on is not None and row.ends_on <= today:
        raise Refusal(_("任职已经结束，不能再出具聘书。"), code="move")
    letters = Seat.objects.filter(organisation=row.organisation_id)
    wanted = number.strip() or _next_number(row, today)
    if letters.filter(letter_number=wanted).exists():
        raise Refusal(_("编号“%(number)s”已经用过，请换一个。") % {"number": wanted}, code="number", field="number")
    row.letter_number, row.letter_on = wanted, today
    row.save(update_fields=["letter_number", "letter_on"])
    note(actor, "team.letter", at, row.organisation_id, row, number=wanted)
    return row


def _next_number(row: Seat, today: date) -> str:
    """聘〔2026〕3号: one more than the highest of the year."""
    stem = f"聘〔{today.year}〕"  # i18n: number of a paper, the same in every language
    numbers = Seat.objects.filter(organisation=row.organisation_id, letter_number__startswith=stem)
    used = [text[len(stem) : -1] for text in numbers.values_list("letter_number", flat=True)]
    return f"{stem}{max((int(n) for n in used if n.isdecimal()), default=0) + 1}号"  # i18n: the same


@transaction.atomic
def keep_seats(*, at: datetime) -> int:
    """A post is over: the seat its holder had by it is vacant from today. Returns how many."""
    today = localdate(at)
    rows = Seat.objects.select_for_update(of=("self",)).filter(pk__in=abandoned(today).values("pk"))
    count = 0
    for row in rows.order_by("pk"):
        row.ends_on, row.ended_by_post = max(today, row.starts_on), True
        row.save(update_fields=["ends_on", "ended_by_post"])
        note(HOUSE, "team.seat_vacated", at, row.organisation_id, row, position=row.position_id)
        count += 1
    return count
