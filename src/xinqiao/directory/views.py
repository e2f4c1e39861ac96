"""Services and agreements of an organisation, and the public page that says where help is."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from xinqiao.access.doors import ANYONE, door
from xinqiao.access.enums import Action
from xinqiao.directory import policies, selectors, services
from xinqiao.directory.enums import Equipment, ServiceKind
from xinqiao.directory.forms import AgreementForm, PhotoForm, ServiceForm
from xinqiao.directory.models import Agreement, Photo, ServicePoint
from xinqiao.directory.words import OF_AGREEMENT, OF_GAP
from xinqiao.documents import qr
from xinqiao.documents.downloads import disposition
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation
from xinqiao.ui.verbs import refuse, words_of


def _asked(request: HttpRequest) -> Organisation:
    nodes = policies.places(request.actor)  # type: ignore[attr-defined]
    wanted = request.GET.get("organisation", "")
    node = get_object_or_404(nodes, pk=int(wanted)) if wanted.isdecimal() else nodes.order_by("path").first()
    if node is None:
        raise PermissionDenied
    return node


def _home(node: Organisation) -> str:
    return f"{reverse('directory:index')}?organisation={node.pk}"


@door(Action.SEE_PLANS)
def index(request: HttpRequest) -> HttpResponse:
    """What there is, what a plan asks for and is not there yet, agreements; below an office, what each one lacks."""
    node, today = _asked(request), timezone.localdate()
    below = list(
        policies.places(request.actor)  # type: ignore[attr-defined]
        .filter(path__startswith=node.path)
        .exclude(pk=node.pk)
        .order_by("code", "pk")
    )
    gaps = selectors.missing([node, *below], today)
    lacking: dict[int, list[str]] = {}
    for gap in gaps:
        lacking.setdefault(gap.organisation.pk, []).append(f"{gap.service.title}：{OF_GAP[gap.why]}")
    season = selectors.season(node, today)
    why = {gap.service.pk: OF_GAP[gap.why] for gap in gaps}
    context = {
        "node": node,
        "services": [
            (service, service.hours_in(season), why.get(service.pk, "")) for service in selectors.services_of(node)
        ],
        "shared": selectors.shared_with(node, today),
        "agreements": [(held.agreement, *OF_AGREEMENT[held.state]) for held in selectors.agreements_of(node, today)],
        "below": [(each, lacking.get(each.pk, [])) for each in below],
        "keeps": policies.may_keep(request.actor, node),  # type: ignore[attr-defined]
        "public_url": request.build_absolute_uri(reverse("directory:public", args=[node.pk])),
    }
    return render(request, "directory/index.html", context)


@door(Action.MANAGE_PLACES)
def service_add(request: HttpRequest) -> HttpResponse:
    node = _asked(request)
    if not policies.may_keep(request.actor, node):  # type: ignore[attr-defined]
        raise PermissionDenied(_("服务由本单位自己维护。"))
    kind = request.GET.get("kind", "")
    initial = {"kind": kind, "title": ServiceKind(kind).label} if kind in ServiceKind.values else {}
    form = ServiceForm(request.POST or None, organisation=node, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = _save(request, form, node, None)
        if made:
            return redirect("directory:service", made.pk)
    return render(request, "directory/service_form.html", {"form": form, "node": node, "back": _home(node)})


@door(Action.MANAGE_PLACES)
def service_edit(request: HttpRequest, service_id: int) -> HttpResponse:
    row = _service(request, service_id)
    if not policies.may_keep(request.actor, row.organisation):  # type: ignore[attr-defined]
        raise PermissionDenied(_("服务由本单位自己维护。"))
    form = ServiceForm(request.POST or None, organisation=row.organisation, service=row)
    back = reverse("directory:service", args=[row.pk])
    if request.method == "POST" and form.is_valid() and _save(request, form, row.organisation, row):
        return redirect(back)
    context = {"form": form, "node": row.organisation, "service": row, "back": back}
    return render(request, "directory/service_form.html", context)


def _save(
    request: HttpRequest, form: ServiceForm, node: Organisation, service: ServicePoint | None
) -> ServicePoint | None:
    try:
        made = services.set_service(
            actor=request.actor,  # type: ignore[attr-defined]
            organisation=node,
            service=service,
            facts=form.facts,
            openings=form.cleaned_data["openings"],
            serves=list(form.cleaned_data.get("serves", [])),
            at=timezone.now(),
        )
    except Refusal as refusal:
        refuse(form, refusal)
        return None
    messages.success(request, _("已保存。"))
    return made


@door(Action.SEE_PLANS)
def service(request: HttpRequest, service_id: int) -> HttpResponse:
    """One service: where, when, what is there, photos."""
    row = _service(request, service_id)
    season = selectors.season(row.organisation, timezone.localdate())
    hours = row.hours_in(season)
    context = {
        "service": row,
        "node": row.organisation,
        "hours": hours,
        "short": row.opened_on is not None and hours < row.wanted_hours,
        "summer": season == "summer",
        "there": [(Equipment(item).label, item in row.equipment) for item in Equipment.values],
        "has_room": row.kind in (ServiceKind.ROOM, ServiceKind.CLINIC, ServiceKind.STATION),
        "photos": row.photos.order_by("pk"),
        "serves": row.serves.order_by("code", "pk"),
        "keeps": policies.may_keep(request.actor, row.organisation),  # type: ignore[attr-defined]
        "photo_form": PhotoForm(),
        "back": _home(row.organisation),
    }
    return render(request, "directory/service.html", context)


@door(Action.MANAGE_PLACES)
def service_move(request: HttpRequest, service_id: int, move: str) -> HttpResponse:
    """publish, unpublish or close; POST only, anything else goes back to the page."""
    row = _service(request, service_id)
    if request.method == "POST":
        actor, at = request.actor, timezone.now()  # type: ignore[attr-defined]
        try:
            if move == "close":
                services.close_service(actor=actor, service=row, at=at)
                messages.success(request, _("已关闭。"))
                return redirect(_home(row.organisation))
            if move not in ("publish", "unpublish"):
                raise Http404
            services.publish(actor=actor, service=row, on=move == "publish", at=at)
        except Refusal as refusal:
            messages.error(request, words_of(refusal))
        else:
            messages.success(request, _("已在公开页面上公布。") if move == "publish" else _("已从公开页面撤下。"))
    return redirect("directory:service", row.pk)


@door(Action.MANAGE_PLACES)
def photo_add(request: HttpRequest, service_id: int) -> HttpResponse:
    row = _service(request, service_id)
    form = PhotoForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        if form.is_valid():
            try:
                services.add_photo(
                    actor=request.actor,  # type: ignore[attr-defined]
                    service=row,
                    picture=form.cleaned_data["photo"],
                    at=timezone.now(),
                )
            except Refusal as refusal:
                messages.error(request, words_of(refusal))
        else:
            messages.error(request, " ".join(str(words) for field in form.errors.values() for words in field))
    return redirect("directory:service", row.pk)


@door(Action.MANAGE_PLACES)
def photo_remove(request: HttpRequest, photo_id: int) -> HttpResponse:
    row = get_object_or_404(_photos(request), pk=photo_id)
    if request.method == "POST":
        services.remove_photo(actor=request.actor, photo=row, at=timezone.now())  # type: ignore[attr-defined]
        messages.success(request, _("已移除照片。"))
    return redirect("directory:service", row.service_id)


@door(Action.SEE_PLANS)
def photo(request: HttpRequest, photo_id: int) -> HttpResponseBase:
    row = get_object_or_404(_photos(request), pk=photo_id)
    kind = "image/png" if (row.file.name or "").endswith(".png") else "image/jpeg"
    answer = FileResponse(row.file.open("rb"), content_type=kind)
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


def _photos(request: HttpRequest) -> QuerySet[Photo]:
    rows = policies.visible_photos(request.actor)  # type: ignore[attr-defined]
    return rows.select_related("service__organisation")


def _service(request: HttpRequest, service_id: int) -> ServicePoint:
    rows = policies.visible_services(request.actor).select_related("organisation")  # type: ignore[attr-defined]
    return get_object_or_404(rows, pk=service_id)


@door(Action.MANAGE_PLACES)
def agreement_add(request: HttpRequest) -> HttpResponse:
    node = _asked(request)
    return _agreement(request, node, None)


@door(Action.MANAGE_PLACES)
def agreement_edit(request: HttpRequest, agreement_id: int) -> HttpResponse:
    rows = policies.visible_agreements(request.actor).select_related("organisation")  # type: ignore[attr-defined]
    row = get_object_or_404(rows, pk=agreement_id)
    return _agreement(request, row.organisation, row)


def _agreement(request: HttpRequest, node: Organisation, row: Agreement | None) -> HttpResponse:
    if not policies.may_keep(request.actor, node):  # type: ignore[attr-defined]
        raise PermissionDenied(_("协议由本单位自己维护。"))
    names = ("kind", "partner", "subject", "contact", "signed_on", "ends_on")
    initial = {name: getattr(row, name) for name in names} if row else {}
    form = AgreementForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_agreement(
                actor=request.actor,  # type: ignore[attr-defined]
                organisation=node,
                agreement=row,
                facts={name: form.cleaned_data[name] for name in names},
                file=form.cleaned_data["file"],
                at=timezone.now(),
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已保存协议。"))
            return redirect(_home(node))
    context = {"form": form, "node": node, "agreement": row, "back": _home(node)}
    return render(request, "directory/agreement_form.html", context)


@door(Action.SEE_PLANS)
def agreement_file(request: HttpRequest, agreement_id: int) -> HttpResponseBase:
    row = get_object_or_404(policies.visible_agreements(request.actor), pk=agreement_id)  # type: ignore[attr-defined]
    if not row.file:
        raise Http404
    answer = FileResponse(row.file.open("rb"), content_type="application/octet-stream")
    answer["Content-Disposition"] = disposition(row.file_name)
    answer["Cache-Control"] = "no-store, private"
    return answer


@door(ANYONE)
def public(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Where help is, for anybody who holds the poster: only what was published, nothing about anybody."""
    node = get_object_or_404(Organisation, pk=organisation_id, closed_on=None)
    shown = selectors.published(node, timezone.localdate())
    if not shown:
        raise Http404
    return render(request, "directory/public.html", {"node": node, "services": shown})


@door(Action.SEE_PLANS)
def poster(request: HttpRequest) -> HttpResponse:
    """The public page on paper, with its code to scan."""
    node = _asked(request)
    url = request.build_absolute_uri(reverse("directory:public", args=[node.pk]))
    context = {
        "node": node,
        "services": selectors.published(node, timezone.localdate()),
        "url": url,
        "code": mark_safe(qr.svg(url, label=_("公开页面"))),  # noqa: S308  made by us from our own address
        "back": _home(node),
    }
    return render(request, "directory/poster.html", context)
