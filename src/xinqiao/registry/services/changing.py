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
from xinqiao.access.enums import Action
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.people.models import Organisation
from xinqiao.registry.enums import OperationState
from xinqiao.registry.models import Operation
from xinqiao.registry.operations import draft


@transaction.atomic
def preview(*, actor: Actor, school: Organisation, kind: str, parameters: Mapping[str, Any], at: datetime) -> Operation:
    """Work out what an operation would do and keep it for confirmation. Changes nothing else."""
    if not actor.may(Action.MANAGE_PEOPLE, school.path) or actor.account is None:
        raise PermissionDenied
    plan = draft(kind, school, parameters, localdate(at))
    return Operation.objects.create(
        school=school,
        kind=kind,
        parameters=dict(parameters),
        steps=[asdict(step) for step in plan.steps],
        digest=plan.digest,
        made_by=actor.account,
        made_at=at,
    )


@transaction.atomic
def apply(*, actor: Actor, operation: Operation, at: datetime) -> Operation:
    """Do what was shown, all of it or nothing. Refused when the people changed since the preview."""
    operation = Operation.objects.select_for_update(of=("self",)).select_related("school").get(pk=operation.pk)
    if not actor.may(Action.MANAGE_PEOPLE, operation.school.path) or actor.account is None:
        raise PermissionDenied
    if operation.state != OperationState.PREVIEWED:
        raise Refusal(_("这项操作已经执行或放弃。"), code="move")
    plan = draft(operation.kind, operation.school, operation.parameters, localdate(at))
    if plan.digest != operation.digest:
        raise Refusal(_("预览之后名单有变化，请重新预览再执行。"), code="changed")
    for work in plan.work:
        work()
    operation.state, operation.applied_by, operation.applied_at = OperationState.APPLIED, actor.account, at
    operation.save(update_fields=["state", "applied_by", "applied_at"])
    record(
        account=actor.account,
        who=actor.who,
        action=f"people.{operation.kind}",
        at=at,
        owner=operation.school_id,
        subject=operation,
        students=sum(step["count"] for step in operation.steps),
    )
    announce("people.changed", at=at, school_id=operation.school_id, operation_id=operation.pk)
    return operation


@transaction.atomic
def discard(*, actor: Actor, operation: Operation, at: datetime) -> Operation:
    operation = Operation.objects.select_for_update(of=("self",)).select_related("school").get(pk=operation.pk)
    if not actor.may(Action.MANAGE_PEOPLE, operation.school.path):
        raise PermissionDenied
    if operation.state != OperationState.PREVIEWED:
        raise Refusal(_("这项操作已经执行或放弃。"), code="move")
    operation.state = OperationState.DISCARDED
    operation.save(update_fields=["state"])
    record(
        account=actor.account,
        who=actor.who,
        action="people.discarded",
        at=at,
        owner=operation.school_id,
        subject=operation,
    )
    return operation
