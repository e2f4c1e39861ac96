"""What this room can tell: rooms, hours, lines, boxes, contacts, agreements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from xinqiao.directory.enums import ServiceKind as K
from xinqiao.directory.models import Agreement, ServicePoint
from xinqiao.directory.selectors import holding, is_equipped, open_on, open_services, season
from xinqiao.indicators.registry import Indicator, Parameter, Share
from xinqiao.people.models import Enrolment, Organisation, current

Parameters = Mapping[str, Any]
OFFICES = ("bureau", "department", "street", "court", "hospital", "station", "hotline", "other")
_ROOMS = (K.ROOM, K.CLINIC, K.STATION)
_LEAST = Parameter("least_students", _("只算在校学生不少于"), 0)


def _asked(nodes: Sequence[Organisation], on: date, parameters: Parameters) -> dict[int, bool]:
    """Which organisations the plan means: those with at least so many students."""
    least = int(parameters.get("least_students", 0))
    if not least:
        return {node.pk: True for node in nodes}
    held = Enrolment.objects.filter(current(on), school__in=[node.pk for node in nodes])
    students = dict(held.values_list("school").annotate(n=Count("pk")).values_list("school", "n"))
    return {node.pk: students.get(node.pk, 0) >= least for node in nodes}


def having(
    kinds: Sequence[str], fits: Callable[[ServicePoint, Organisation, date, Parameters], bool]
) -> Callable[[Sequence[Organisation], date, Parameters], dict[int, Share]]:
    """One for each organisation that is served by an open service that ``fits``, out of those the plan means."""

    def live(nodes: Sequence[Organisation], on: date, parameters: Parameters) -> dict[int, Share]:
        asked, found = _asked(nodes, on, parameters), open_services(nodes, kinds, on)
        return {
            node.pk: Share(float(any(fits(service, node, on, parameters) for service in found[node.pk])), 1.0)
            for node in nodes
            if asked[node.pk]
        }

    return live


def _enough_hours(service: ServicePoint, node: Organisation, on: date, parameters: Parameters) -> bool:
    return service.hours_in(season(node, on)) >= float(parameters.get("hours", 5))


def _seasons(service: ServicePoint, node: Organisation, on: date, parameters: Parameters) -> bool:
    return {"summer", "winter"} <= {opening.season for opening in service.hours}


def published(nodes: Sequence[Organisation], on: date, parameters: Parameters) -> dict[int, Share]:
    keys = [node.pk for node in nodes]
    shown = ServicePoint.objects.filter(open_on(on), organisation__in=keys, published_at__date__lte=on)
    have = set(shown.values_list("organisation", flat=True))
    return {key: Share(float(key in have), 1.0) for key in keys}


def stations(nodes: Sequence[Organisation], on: date, parameters: Parameters) -> dict[int, Share]:
    found = open_services(nodes, (K.STATION, K.SITE), on)
    return {node.pk: Share(float(len(found[node.pk]))) for node in nodes}


def hospitals(nodes: Sequence[Organisation], on: date, parameters: Parameters) -> dict[int, Share]:
    keys = [node.pk for node in nodes]
    rows = Agreement.objects.filter(holding(on), organisation__in=keys, kind="hospital")
    have = set(rows.values_list("organisation", flat=True))
    return {key: Share(float(key in have), 1.0) for key in keys}


def rows(organisation: Organisation, on: date, parameters: Parameters) -> str:
    from django.urls import reverse

    return f"{reverse('directory:index')}?organisation={organisation.pk}"


def _yes(code: str, title: Any, formula: Any, live: Any, **more: Any) -> Indicator:
    return Indicator(code=f"directory.{code}", title=title, formula=formula, kind="yes", live=live, rows=rows, **more)


INDICATORS = (
    _yes(
        "rooms", _("有心理辅导室的学校"), _("有（或共用）已开放辅导室的学校 ÷ 学校数"),
        having(_ROOMS, lambda *_given: True), parameters=(_LEAST,), clauses=("14.3", "15.1", "16.1"),
    ),
    _yes(
        "room_equipped", _("辅导室配齐三大基础设备"), _("测评软件、沙盘、团体辅导箱齐全的学校 ÷ 学校数"),
        having(_ROOMS, lambda service, *_given: is_equipped(service)), clauses=("10.4", "16.1"),
    ),
    _yes(
        "room_hours", _("辅导室开放时间达标"), _("每周开放小时数达到要求的学校 ÷ 学校数（夏、冬季作息分别计算）"),
        having(_ROOMS, _enough_hours), parameters=(Parameter("hours", _("每周至少（小时）"), 5, "room_hours"), _LEAST),
        clauses=("14.3",),
    ),
    _yes(
        "seasonal_hours", _("门诊时间分夏、冬季作息"), _("分别公布了夏季和冬季时间的学校 ÷ 学校数"),
        having((K.ROOM, K.CLINIC), _seasons), clauses=("10.1",),
    ),
    _yes(
        "hotline_24h", _("有24小时心理热线"), _("有（或共用）全天开通热线的单位 ÷ 单位数"),
        having((K.HOTLINE,), lambda service, *_given: service.around_the_clock),
        bears=("street", "bureau", "department"), clauses=("05.5", "14.5"),
    ),
    _yes(
        "letterboxes", _("有心理信箱"), _("有（或共用）心理信箱的单位 ÷ 单位数"),
        having((K.LETTERBOX,), lambda *_given: True), clauses=("08.1", "10.2"),
    ),
    _yes(
        "contacts_published", _("公布了联系方式"), _("在公开页面上公布了联系方式的单位 ÷ 单位数"), published,
        bears=("school", *OFFICES), clauses=("01.7", "04.13", "05.5", "08.1"),
    ),
    _yes(
        "hospital_agreements", _("与医院签有协议"), _("有在有效期内的医院协议的单位 ÷ 单位数"), hospitals,
        bears=("school", "bureau", "department"), clauses=("14.11", "15.4"),
    ),
    Indicator(
        code="directory.stations", title=_("心灵驿站和现场服务点"), formula=_("已开放的驿站和现场服务点数"),
        kind="count", unit=_("个"), scale=1, bears=("school", *OFFICES), live=stations, rows=rows,
        clauses=("04.3", "05.7"),
    ),
)  # fmt: skip
