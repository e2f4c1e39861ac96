"""Previewing and applying operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action, Depth
from xinqiao.accounts.models import Account
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.people.models import Organisation
from xinqiao.registry.enums import OperationKind
from xinqiao.registry.models import Operation
from xinqiao.registry.operations import draft
from xinqiao.registry.operations.classes import receiving_school
from xinqiao.registry.rules import LIFECYCLE


def _must_manage(actor: Actor, school: Organisation) -> Account:
    """The account behind it. Operations name students: who only keeps the tree may not run them."""
    if actor.account is None or not actor.may(Action.MANAGE_PEOPLE, school.path or "-", Depth.CARE):
        raise PermissionDenied
    return actor.account


@transaction.atomic
def preview(*, actor: Actor, school: Organisation, kind: str, parameters: Mapping[str, Any], at: datetime) -> Operation:
    """Work out what an operation would do and keep it for confirmation. Changes nothing else.

    parameters by kind: new_year {school_year, classes: {stage: n}}; split {source, people, number}; merge {source,
    target}; move, transfer {people, target}; leave {people, reason}. Ids of classes and persons.
    Raises PermissionDenied, Refusal naming the field.
    """
    account = _must_manage(actor, school)
    plan = draft(kind, school, parameters, localdate(at))
    return Operation.objects.create(
        school=school,
        kind=kind,
        parameters=dict(parameters),
        steps=[asdict(step) for step in plan.steps],
        digest=plan.digest,
        made_by=account,
        made_at=at,
    )


@transaction.atomic
def apply(*, actor: Actor, operation: Operation, at: datetime) -> Operation:
    """Do what was shown, all of it or nothing. Refused when the people changed since the preview."""
    operation = _locked(operation)
    _must_manage(actor, operation.school)
    state = LIFECYCLE.after(operation.state, "apply")
    plan = draft(operation.kind, operation.school, operation.parameters, localdate(at))
    if plan.digest != operation.digest:
        raise Refusal(_("预览之后名单有变化，请放弃这一次，重新预览再执行。"), code="changed")
    for work in plan.work:
        work()
    operation.state, operation.applied_by, operation.applied_at = state, actor.account, at
    operation.save(update_fields=["state", "applied_by", "applied_at"])
    _note(actor, f"people.{operation.kind}", operation, at)
    for school in _schools_touched(operation):
        announce("people.changed", at=at, school_id=school.pk, operation_id=operation.pk)
        if school.pk != operation.school_id:
            _note(actor, "people.received", operation, at, school.pk)
    return operation


@transaction.atomic
def discard(*, actor: Actor, operation: Operation, at: datetime) -> Operation:
    """Give a preview up. Nothing was changed by it."""
    operation = _locked(operation)
    _must_manage(actor, operation.school)
    operation.state = LIFECYCLE.after(operation.state, "discard")
    operation.save(update_fields=["state"])
    _note(actor, "people.discarded", operation, at)
    return operation


def _locked(operation: Operation) -> Operation:
    return Operation.objects.select_for_update(of=("self",)).select_related("school").get(pk=operation.pk)


def _schools_touched(operation: Operation) -> list[Organisation]:
    found = [operation.school]
    if operation.kind == OperationKind.TRANSFER:
        target = Organisation.objects.filter(pk=operation.parameters.get("target")).first()
        other = receiving_school(operation.school, target)
        found += [other] if other else []
    return found


def _note(actor: Actor, action: str, operation: Operation, at: datetime, owner: int = 0) -> None:
    record(
        account=actor.account,
        who=actor.who,
        action=action,
        at=at,
        owner=owner or operation.school_id,
        subject=operation,
        students=sum(step["count"] for step in operation.steps),
    )
