"""Coming in without a password: students by the code on their slip, guardians once by a binding code."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access import codes
from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.access.models import BindingCode, StudentCode
from xinqiao.access.policies import visible_students
from xinqiao.access.services.tries import forgive, note_failure, refuse_when_tired
from xinqiao.accounts.models import Account, AccountKind
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Enrolment, Guardianship, Organisation, Person, current

STUDENT_CODE_DAYS = 60
BINDING_DAYS = 30


@transaction.atomic
def issue_student_codes(people: Iterable[Person], at: datetime, *, days: int = STUDENT_CODE_DAYS) -> dict[int, str]:
    """New codes by person id, as printed (``K7MP-3XQ9``). A person's earlier slip stops working. Two queries.

    The plain codes are returned once and kept nowhere. Who may print slips is decided by the caller.
    """
    fresh = {person.pk: codes.new_code(codes.STUDENT_LENGTH) for person in people}
    StudentCode.objects.bulk_create(
        [
            StudentCode(
                person_id=pk,
                code_hash=codes.hashed("student", pk, code),
                made_at=at,
                expires_at=at + timedelta(days=days),
            )
            for pk, code in fresh.items()
        ],
        update_conflicts=True,
        unique_fields=["person"],
        update_fields=["code_hash", "made_at", "expires_at"],
        batch_size=1000,
    )
    return {pk: codes.shown(code) for pk, code in fresh.items()}


def slip_fragment(school_code: str, student_number: str, code: str) -> str:
    """What a slip's QR carries after the address of ``entry:student``.

    All of it stands behind ``#``, which browsers never send: a student number may be made of an identity number, and
    neither it nor the code may reach a server log.
    """
    return "#" + ".".join(
        quote(part, safe="").replace(".", "%2E") for part in (school_code, student_number, codes.tidy(code))
    )


def enter_student(*, school: str, number: str, code: str, address: str, at: datetime) -> Account:
    """The account behind a slip; made on first entry. ``school``: code or full name.

    Raises Refusal(code="wrong") without saying which part was wrong, "expired" for an old slip with the right code,
    "locked" after too many wrong tries.
    """
    school, number, code = _plain(school), _plain(number), codes.tidy(code)
    subject = f"student:{school.casefold()}:{number.casefold()}"
    refuse_when_tired(subject, address, at)
    enrolment = _enrolment(school, number, at)
    kept = StudentCode.objects.filter(person=enrolment.person).first() if enrolment else None
    if enrolment is None or kept is None or not codes.matches(kept.code_hash, "student", enrolment.person_id, code):
        note_failure(subject, address, at)
        raise Refusal(_("学校、学号或登录码不对。请对照登录条再输一次，也可以请老师帮忙。"), code="wrong")
    if kept.expires_at <= at:
        raise Refusal(_("这张登录条已经过期，请老师重新打印一张。"), code="expired")
    forgive(subject)
    return _admit_student(enrolment, at)


def _plain(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).strip()


def _enrolment(school: str, number: str, at: datetime) -> Enrolment | None:
    """Today's enrolment by school (code or name) and student number; None as well when a name fits two schools."""
    if not school or not number:
        return None
    schools = Organisation.objects.filter(Q(code__iexact=school) | Q(name=school), kind="school")
    found = Enrolment.objects.filter(current(localdate(at)), school__in=schools, student_number__iexact=number)
    rows = list(found.select_related("person__account", "school")[:2])
    return rows[0] if len(rows) == 1 else None


@transaction.atomic
def _admit_student(enrolment: Enrolment, at: datetime) -> Account:
    person = Person.objects.select_for_update(of=("self",)).select_related("account").get(pk=enrolment.person_id)
    if person.account is None:
        person.account = Account.objects.create_user(
            f"s-{secrets.token_hex(8)}", name=person.name, kind=AccountKind.STUDENT
        )
        person.save(update_fields=["account"])
    if not person.account.is_active:
        raise Refusal(_("这个账号已停用，请找老师。"), code="inactive")
    record(
        account=person.account,
        who=person.name,
        action="entry.student",
        at=at,
        owner=enrolment.school_id,
        person=person.pk,
    )
    return person.account


@transaction.atomic
def issue_binding_codes(*, actor: Actor, students: Iterable[Person], at: datetime) -> dict[int, str]:
    """One-time codes by guardian id for everybody who answers for ``students`` today, as printed.

    Unused earlier codes stop working. Raises PermissionDenied when a student is out of the actor's reach.
    """
    ids = {person.pk for person in students}
    reach = visible_students(actor, at, Action.MANAGE_CONSENT).filter(pk__in=ids)
    if reach.count() != len(ids):
        raise PermissionDenied
    guardianships = Guardianship.objects.filter(current(localdate(at)), child__in=ids).select_related("child")
    guardians = set(guardianships.values_list("guardian", flat=True))
    BindingCode.objects.filter(guardian__in=guardians, used_at=None).delete()
    fresh = {pk: codes.new_code(codes.BINDING_LENGTH) for pk in guardians}
    BindingCode.objects.bulk_create(
        [
            BindingCode(
                guardian_id=pk,
                code_fingerprint=codes.hashed("binding", "", code),
                made_at=at,
                expires_at=at + timedelta(days=BINDING_DAYS),
            )
            for pk, code in fresh.items()
        ],
        batch_size=1000,
    )
    owner = next((g.child.keeper_id for g in guardianships), 0)
    record(account=actor.account, who=actor.who, action="binding.issued", at=at, owner=owner, guardians=len(fresh))
    return {pk: codes.shown(code) for pk, code in fresh.items()}


def find_binding(*, code: str, address: str, at: datetime) -> BindingCode:
    """The unused code that was typed. Raises Refusal(code="wrong" | "expired" | "locked")."""
    refuse_when_tired("", address, at)
    row = BindingCode.objects.filter(code_fingerprint=codes.hashed("binding", "", codes.tidy(code))).first()
    if row is None or row.used_at is not None:
        note_failure("", address, at)
        raise Refusal(_("绑定码不对，或者已经用过。请对照通知单再输一次，也可以请班主任重新给一个。"), code="wrong")
    if row.expires_at <= at:
        raise Refusal(_("这个绑定码已经过期，请班主任重新给一个。"), code="expired")
    return row


@transaction.atomic
def bind_guardian(*, binding: BindingCode, password: str, at: datetime) -> Account:
    """Use up a code: make the guardian's account (or give the one they have a new password). The user name is made
    up, never a phone or identity number. Raises Refusal(code="wrong") when the code was used in the meantime."""
    taken = BindingCode.objects.filter(pk=binding.pk, used_at=None, expires_at__gt=at).update(used_at=at)
    if not taken:
        raise Refusal(_("这个绑定码已经用过或过期，请班主任重新给一个。"), code="wrong")
    guardian = Person.objects.select_for_update(of=("self",)).select_related("account").get(pk=binding.guardian_id)
    account = guardian.account
    if account is None:
        account = Account.objects.create_user(
            _free_username("jz"), password, name=guardian.name, kind=AccountKind.GUARDIAN
        )
        guardian.account = account
        guardian.save(update_fields=["account"])
    elif account.kind != AccountKind.GUARDIAN:
        # Whoever hands out binding codes may not take over a colleague's account with one.
        raise Refusal(_("您已有工作人员账号，请直接用它登录，家长的页面也在里面。"), code="staff")
    else:
        account.set_password(password)
        account.save(update_fields=["password"])
    record(
        account=account, who=guardian.name, action="entry.bound", at=at, owner=guardian.keeper_id, person=guardian.pk
    )
    return account


def _free_username(prefix: str) -> str:
    """Short enough to write down: ``jz`` and seven digits."""
    while True:
        name = f"{prefix}{codes.new_digits(7)}"
        if not Account.objects.filter(username=name).exists():
            return name
