"""Opening, changing and closing services; publishing how to reach them; agreements."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.audit.services import record
from xinqiao.directory import policies
from xinqiao.directory.enums import AgreementKind, Equipment, ServiceKind
from xinqiao.directory.models import Agreement, Photo, ServicePoint, as_rows
from xinqiao.directory.rules import WEEK, Opening
from xinqiao.documents.uploads import Clean
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation, Person

REACHED_BY_PHONE = frozenset({ServiceKind.HOTLINE})
OPEN_AT_HOURS = frozenset({ServiceKind.ROOM, ServiceKind.CLINIC})
MOST_PHOTOS = 12


@transaction.atomic
def want_service(
    *,
    actor: Actor,
    organisation: Organisation,
    key: str,
    title: str,
    kind: str,
    hours_per_week: float,
    around_the_clock: bool,
    at: datetime,
) -> ServicePoint:
    """What a plan asks for. A service of the kind that is open already takes the wish on; one asked for stays one."""
    held = ServicePoint.objects.select_for_update(of=("self",)).filter(organisation=organisation, closed_on=None)
    hours = WEEK if around_the_clock else hours_per_week
    service = held.filter(key=key).first() or held.filter(kind=kind, key="").order_by("pk").first()
    if service is None:
        service = ServicePoint.objects.create(
            organisation=organisation, key=key, kind=kind, title=title, wanted_hours=hours
        )
    elif (service.key, service.wanted_hours) != (key, hours):
        service.key, service.wanted_hours = key, hours
        service.save(update_fields=["key", "wanted_hours"])
    else:
        return service
    _note(actor, "service.wanted", at, organisation, service)
    return service


@transaction.atomic
def set_service(
    *,
    actor: Actor,
    organisation: Organisation,
    facts: Mapping[str, Any],
    openings: Sequence[Opening],
    at: datetime,
    service: ServicePoint | None = None,
    serves: Collection[Organisation] = (),
) -> ServicePoint:
    """Make or change a service. facts: kind, title, place, phone, address, people, around_the_clock, equipment and
    opened_on.

    Raises PermissionDenied, Refusal(kind, title, phone, openings, opened_on, serves).
    """
    _must_keep(actor, organisation)
    _check(facts, openings, localdate(at))
    if service is None:
        service = ServicePoint(organisation=organisation)
    else:
        service = ServicePoint.objects.select_for_update(of=("self",)).get(pk=service.pk, organisation=organisation)
    for name in ("kind", "title", "place", "phone", "address", "people", "around_the_clock", "opened_on"):
        setattr(service, name, facts[name])
    service.equipment = [item for item in Equipment.values if item in set(facts["equipment"])]
    service.openings = [] if service.around_the_clock else as_rows(list(openings))
    if service.opened_on is None:
        service.published_at = None
    service.save()
    outside = [node for node in serves if not policies.may_keep(actor, node) and not _below(node, organisation)]
    if outside:
        raise Refusal(
            _("只能服务本单位下属的单位：%(name)s 不在其中。") % {"name": outside[0].name},
            code="serves",
            field="serves",
        )
    service.serves.set(serves)
    _note(actor, "service.set", at, organisation, service, kind=service.kind)
    return service


def _below(node: Organisation, above: Organisation) -> bool:
    return (node.path or "").startswith(above.path or "-") and node.pk != above.pk


def _check(facts: Mapping[str, Any], openings: Sequence[Opening], today: date) -> None:
    kind, opened = facts["kind"], facts["opened_on"]
    if not str(facts["title"]).strip():
        raise Refusal(_("请填写名称。"), code="title", field="title")
    if opened is None:
        return
    if opened > today:
        raise Refusal(_("开放日期不能晚于今天；还没有开放就先空着。"), code="opened_on", field="opened_on")
    if kind in REACHED_BY_PHONE and not str(facts["phone"]).strip():
        raise Refusal(_("热线要有电话号码才能开放。"), code="phone", field="phone")
    if kind in OPEN_AT_HOURS and not openings and not facts["around_the_clock"]:
        raise Refusal(_("请填写开放时间，例如“周一至周五 12:20-13:40”。"), code="openings", field="all_year")


@transaction.atomic
def close_service(*, actor: Actor, service: ServicePoint, at: datetime) -> ServicePoint:
    """It is no longer there from today; what it was is kept."""
    service = _locked(actor, service)
    if service.opened_on is None:
        raise Refusal(_("这项服务还没有开放。方案要求的服务不能删除，开放后会自动记为达到。"), code="move")
    if service.closed_on is not None:
        raise Refusal(_("这项服务已经关闭。"), code="move")
    service.closed_on, service.published_at = max(localdate(at), service.opened_on), None
    service.save(update_fields=["closed_on", "published_at"])
    _note(actor, "service.closed", at, service.organisation, service)
    return service


@transaction.atomic
def publish(*, actor: Actor, service: ServicePoint, on: bool, at: datetime) -> ServicePoint:
    """Show on the public page how to reach it, or take it away from there. Raises Refusal(contact)."""
    service = _locked(actor, service)
    if on and (service.opened_on is None or service.closed_on is not None):
        raise Refusal(_("还没有开放的服务不能公布。"), code="move")
    if on and not any((service.phone, service.place, service.address)):
        raise Refusal(_("请先填写地点、电话或网上地址中的至少一项，再公布。"), code="contact")
    service.published_at = at if on else None
    service.save(update_fields=["published_at"])
    _note(actor, "service.published" if on else "service.unpublished", at, service.organisation, service)
    return service


@transaction.atomic
def add_photo(*, actor: Actor, service: ServicePoint, picture: Clean, at: datetime) -> Photo:
    """One more picture of a place. Raises PermissionDenied, Refusal(photos)."""
    service = _locked(actor, service)
    person = _must_keep(actor, service.organisation)
    if service.photos.count() >= MOST_PHOTOS:
        raise Refusal(_("最多放 12 张照片，请先移除旧的。"), code="photos", field="photo")
    row = Photo(service=service, name=picture.name, digest=picture.digest, by=person, at=at)
    row.file.save(f"{picture.digest[:16]}.{picture.name.rpartition('.')[2]}", ContentFile(picture.data), save=False)
    row.save()
    _note(actor, "service.photo", at, service.organisation, service)
    return row


@transaction.atomic
def remove_photo(*, actor: Actor, photo: Photo, at: datetime) -> None:
    """The picture is gone, its file too once this is committed. Raises PermissionDenied."""
    service = _locked(actor, photo.service)
    storage, name = photo.file.storage, photo.file.name or ""
    photo.delete()
    transaction.on_commit(lambda: storage.delete(name))
    _note(actor, "service.photo_removed", at, service.organisation, service)


@transaction.atomic
def set_agreement(
    *,
    actor: Actor,
    organisation: Organisation,
    facts: Mapping[str, Any],
    file: Clean | None,
    at: datetime,
    agreement: Agreement | None = None,
) -> Agreement:
    """Enter or change an agreement. facts: kind, partner, subject, contact, signed_on, ends_on (may be None).

    Raises PermissionDenied, Refusal(kind, partner, subject, ends_on).
    """
    person = _must_keep(actor, organisation)
    if facts["kind"] not in AgreementKind.values:
        raise Refusal(_("请选择对方是医院、部门还是社会机构。"), code="kind", field="kind")
    for name in ("partner", "subject"):
        if not facts[name].strip():
            raise Refusal(_("请写明和谁签的、约定了什么。"), code=name, field=name)
    if facts["ends_on"] is not None and facts["ends_on"] < facts["signed_on"]:
        raise Refusal(_("到期日期要晚于签订日期。"), code="ends_on", field="ends_on")
    if agreement is None:
        agreement = Agreement(organisation=organisation, by=person, at=at)
    else:
        agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk, organisation=organisation)
    for name in ("kind", "partner", "subject", "contact", "signed_on", "ends_on"):
        setattr(agreement, name, facts[name].strip() if isinstance(facts[name], str) else facts[name])
    if file is not None:
        agreement.file_name = file.name
        agreement.file.save(f"{file.digest[:16]}.{file.name.rpartition('.')[2]}", ContentFile(file.data), save=False)
    agreement.save()
    _note(actor, "agreement.set", at, organisation, agreement, kind=facts["kind"])
    return agreement


def _locked(actor: Actor, service: ServicePoint) -> ServicePoint:
    row = ServicePoint.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=service.pk)
    _must_keep(actor, row.organisation)
    return row


def _must_keep(actor: Actor, organisation: Organisation) -> Person:
    if actor.person is None or not policies.may_keep(actor, organisation):
        raise PermissionDenied
    return actor.person


def _note(actor: Actor, action: str, at: datetime, owner: Organisation, row: models.Model, **facts: Any) -> None:
    record(account=actor.account, who=actor.who, action=action, at=at, owner=owner.pk, subject=row, **facts)
