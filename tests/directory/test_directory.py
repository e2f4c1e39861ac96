"""Services a plan asks for become services people can find; hours, contacts and agreements as figures."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from tests.factories import NOON, TODAY, a_bureau, a_class, a_school, a_student, an_actor, sign_in
from xinqiao.access.enums import PostKind
from xinqiao.directory import indicators, selectors, services
from xinqiao.directory.enums import BASIC
from xinqiao.directory.models import ServicePoint
from xinqiao.directory.rules import read_openings
from xinqiao.indicators.registry import Share
from xinqiao.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db
FIVE_HOURS = read_openings("周一至周五 12:30-13:30")
SEASONS = [*read_openings("周二 13:00-14:00", "summer"), *read_openings("周二 13:00-15:00", "winter")]


@pytest.fixture
def bureau():
    return a_bureau()


@pytest.fixture
def school(bureau):
    return a_school(bureau, "青禾一中")


@pytest.fixture
def psych(school):
    return an_actor(PostKind.PSYCH_TEACHER, school)


def facts(**given):
    return {
        "kind": "room", "title": "心理辅导室", "place": "综合楼 203", "phone": "", "address": "", "people": "",
        "around_the_clock": False, "equipment": [], "opened_on": TODAY, **given,
    }  # fmt: skip


def a_room(actor, organisation, openings=FIVE_HOURS, **given):
    return services.set_service(
        actor=actor, organisation=organisation, facts=facts(**given), openings=openings, at=NOON
    )


def want(actor, organisation, hours=5.0, **given):
    asked = {"key": "p14:room", "title": "心理辅导室", "kind": "room", "around_the_clock": False, **given}
    return services.want_service(actor=actor, organisation=organisation, hours_per_week=hours, at=NOON, **asked)


class TestWishes:
    def test_a_plan_asks_once(self, psych, school):
        assert want(psych, school).pk == want(psych, school).pk
        assert [gap.why for gap in selectors.missing([school], TODAY)] == ["wished"]

    def test_what_is_there_already_takes_the_wish_on(self, psych, school):
        room = a_room(psych, school, read_openings("周一 12:00-13:00"))
        assert want(psych, school).pk == room.pk
        assert [gap.why for gap in selectors.missing([school], TODAY)] == ["hours"]
        services.set_service(
            actor=psych, organisation=school, service=room, facts=facts(), openings=FIVE_HOURS, at=NOON
        )
        assert selectors.missing([school], TODAY) == []

    def test_around_the_clock_is_all_week(self, psych, school):
        want(psych, school, kind="hotline", key="p14:line", around_the_clock=True)
        line = ServicePoint.objects.get()
        services.set_service(
            actor=psych, organisation=school, service=line, openings=[],
            facts=facts(kind="hotline", phone="0000-1234", around_the_clock=True), at=NOON,
        )  # fmt: skip
        assert selectors.missing([school], TODAY) == []


REFUSED = [
    ({"title": " "}, FIVE_HOURS, "title"),
    ({"opened_on": date(2026, 11, 24)}, FIVE_HOURS, "opened_on"),
    ({"kind": "hotline"}, [], "phone"),
    ({}, [], "all_year"),
]


@pytest.mark.parametrize(("given", "openings", "field"), REFUSED)
def test_opening_needs_what_people_need_to_come(psych, school, given, openings, field):
    with pytest.raises(Refusal) as no:
        a_room(psych, school, openings, **given)
    assert no.value.field == field


@pytest.mark.parametrize("who", ["bureau", "neighbour", "teacher"])
def test_only_those_at_home_keep_services(who, psych, school, bureau):
    room = a_room(psych, school)
    stranger = {
        "bureau": lambda: an_actor(PostKind.BUREAU_OFFICER, bureau),
        "neighbour": lambda: an_actor(PostKind.PSYCH_TEACHER, a_school(bureau)),
        "teacher": lambda: an_actor(PostKind.CLASS_TEACHER, a_class(school)),
    }[who]()
    with pytest.raises(PermissionDenied):
        a_room(stranger, school)
    with pytest.raises(PermissionDenied):
        services.publish(actor=stranger, service=room, on=True, at=NOON)
    with pytest.raises(PermissionDenied):
        services.close_service(actor=stranger, service=room, at=NOON)


def test_life_of_a_service(psych, school):
    wished = want(psych, school)
    for refused in (services.close_service, lambda **k: services.publish(on=True, **k)):
        with pytest.raises(Refusal):
            refused(actor=psych, service=wished, at=NOON)
    room = services.set_service(
        actor=psych, organisation=school, service=wished, facts=facts(), openings=FIVE_HOURS, at=NOON
    )
    assert services.publish(actor=psych, service=room, on=True, at=NOON).published_at
    closed = services.close_service(actor=psych, service=room, at=NOON)
    assert (closed.closed_on, closed.published_at) == (TODAY, None)
    with pytest.raises(Refusal):
        services.close_service(actor=psych, service=room, at=NOON)


def test_a_room_is_shared_downwards_only(bureau, school):
    expert = an_actor(PostKind.BUREAU_OFFICER, bureau)
    give = {
        "actor": expert,
        "organisation": bureau,
        "facts": facts(title="区辅导中心"),
        "openings": FIVE_HOURS,
        "at": NOON,
    }
    services.set_service(**give, serves=[school])
    assert indicators.INDICATORS[0].live([school], TODAY, {}) == {school.pk: Share(1.0, 1.0)}
    stranger = a_school(a_bureau("白塔区教育局"))
    with pytest.raises(Refusal) as no:
        services.set_service(**give, serves=[stranger])
    assert no.value.field == "serves"


def live(code, nodes, **parameters):
    row = next(row for row in indicators.INDICATORS if row.code == f"directory.{code}")
    return row.live(nodes, TODAY, parameters)


class TestFigures:
    """Changing one record changes the figure; an organisation without any counts as one without."""

    @pytest.mark.parametrize(
        ("code", "given", "openings"),
        [
            ("rooms", {}, FIVE_HOURS),
            ("room_equipped", {"equipment": list(BASIC)}, FIVE_HOURS),
            ("room_hours", {}, FIVE_HOURS),
            ("seasonal_hours", {}, SEASONS),
            ("hotline_24h", {"kind": "hotline", "phone": "0000-1", "around_the_clock": True}, []),
            ("letterboxes", {"kind": "letterbox"}, []),
            ("stations", {"kind": "station"}, []),
        ],
    )  # fmt: skip
    def test_a_service_makes_the_figure(self, psych, school, bureau, code, given, openings):
        other = a_school(bureau)
        assert live(code, [school])[school.pk].part == 0
        a_room(psych, school, openings, **given)
        found = live(code, [school, other])
        assert (found[school.pk].part, found[other.pk].part) == (1, 0)

    def test_less_is_not_enough(self, psych, school):
        a_room(psych, school, read_openings("周一 12:00-13:00"), equipment=["sand_tray"])
        assert live("room_hours", [school])[school.pk].part == 0
        assert live("room_hours", [school], hours=1)[school.pk].part == 1
        assert live("room_equipped", [school])[school.pk].part == 0

    def test_small_schools_may_be_left_out(self, school):
        assert live("rooms", [school], least_students=1) == {}
        a_student(a_class(school))
        assert live("rooms", [school], least_students=1) == {school.pk: Share(0.0, 1.0)}

    def test_published_contacts_and_agreements(self, psych, school):
        room = a_room(psych, school)
        assert live("contacts_published", [school])[school.pk].part == 0
        services.publish(actor=psych, service=room, on=True, at=NOON)
        assert live("contacts_published", [school])[school.pk].part == 1
        deal = {
            "kind": "hospital",
            "partner": "示例医院",
            "subject": "绿色通道",
            "contact": "",
            "signed_on": date(2025, 1, 1),
        }
        services.set_agreement(
            actor=psych, organisation=school, facts={**deal, "ends_on": date(2026, 11, 22)}, file=None, at=NOON
        )
        assert live("hospital_agreements", [school])[school.pk].part == 0, "ended yesterday"
        services.set_agreement(actor=psych, organisation=school, facts={**deal, "ends_on": None}, file=None, at=NOON)
        assert live("hospital_agreements", [school])[school.pk].part == 1

    def test_many_schools_take_few_queries(self, bureau, django_assert_max_num_queries):
        schools = [a_school(bureau) for _n in range(15)]
        for row in indicators.INDICATORS:
            with django_assert_max_num_queries(3):
                row.live(schools, TODAY, {"least_students": 1})


def a_photo():
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, "JPEG")
    return SimpleUploadedFile("room.jpg", out.getvalue())


class TestPages:
    def test_from_nothing_to_a_poster(self, client, psych, school):
        sign_in(client, psych)
        home = reverse("directory:index")
        assert "还没有登记服务" in client.get(home).content.decode()
        form = {
            "kind": "room",
            "title": "心理辅导室",
            "place": "203",
            "opened_on": "2026-01-05",
            "all_year": "每天中午",
        }
        wrong = client.post(reverse("directory:service_add"), form).content.decode()
        assert "“每天中午”看不懂" in wrong
        assert 'value="203"' in wrong, "nothing typed is lost"
        client.post(reverse("directory:service_add"), {**form, "all_year": "周一至周五 12:20-13:40"})
        room = ServicePoint.objects.get()
        page = reverse("directory:service", args=[room.pk])
        public = reverse("directory:public", args=[school.pk])
        assert client.get(public).status_code == 404, "nothing published yet"
        client.post(reverse("directory:service_move", args=[room.pk, "publish"]))
        client.post(reverse("directory:photo_add", args=[room.pk]), {"photo": a_photo()})
        assert "周一至周五 12:20-13:40" in client.get(page).content.decode()
        photo = client.get(reverse("directory:photo", args=[room.photos.get().pk]))
        assert b"".join(photo.streaming_content)[:2] == b"\xff\xd8"
        assert "<svg" in client.get(reverse("directory:poster")).content.decode()
        client.logout()
        assert "203" in client.get(public).content.decode()

    def test_the_home_page_names_what_ends_and_what_is_missing(self, client, psych, school, bureau):
        today = timezone.localdate()
        want(psych, school)
        deal = {
            "kind": "hospital",
            "partner": "示例医院",
            "subject": "绿色通道",
            "contact": "",
            "signed_on": date(2025, 1, 1),
        }
        ends = {"ends_on": today + timedelta(days=20)}
        services.set_agreement(actor=psych, organisation=school, facts={**deal, **ends}, file=None, at=timezone.now())
        home = sign_in(client, psych).get("/").content.decode()
        assert "协议快到期" in home
        assert "方案要求的服务还缺" in home
        services.set_agreement(
            actor=psych, organisation=school, facts={**deal, "ends_on": None}, file=None, at=timezone.now()
        )
        assert "协议快到期" not in client.get("/").content.decode(), "a newer one follows it"
        officer = sign_in(client, an_actor(PostKind.BUREAU_OFFICER, bureau)).get("/").content.decode()
        assert "方案要求的服务还缺" not in officer, "the school's own business"

    def test_the_office_sees_what_each_one_lacks(self, client, psych, school, bureau):
        want(psych, school)
        page = sign_in(client, an_actor(PostKind.BUREAU_OFFICER, bureau)).get(reverse("directory:index"))
        assert "心理辅导室：还没有开放" in page.content.decode()
