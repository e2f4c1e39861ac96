"""Emergency reading from the reason to the look back, and the page that says who read what."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from tests.factories import NOON, SHANGHAI, a_class, a_post, a_school, a_student, an_actor, sign_in
from xinqiao.access.actor import actor_of
from xinqiao.access.components import waiting
from xinqiao.access.enums import PostKind
from xinqiao.access.models import BreakGlass
from xinqiao.access.selectors.glass import findable, to_review
from xinqiao.access.selectors.trail import MANY, described, trail_of, unusual_readings
from xinqiao.access.services import break_glass, confirm_told, end_glass, review_glass
from xinqiao.audit import words
from xinqiao.audit.models import Entry
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db
REASON = "学生打来电话说再见，负责老师联系不上"


class House:
    def __init__(self, at: datetime) -> None:
        self.school = a_school()
        self.room = a_class(self.school)
        self.pupil = a_student(self.room, "宋小满")
        self.leader = an_actor(PostKind.SCHOOL_LEADER, self.school, at=at)
        self.psych = an_actor(PostKind.PSYCH_TEACHER, self.school, at=at)
        self.officer = an_actor(PostKind.DATA_OFFICER, self.school.parent, at=at)


@pytest.fixture
def house():
    return House(NOON)


def broken(house: House, at: datetime = NOON, **other: object) -> BreakGlass:
    asked = {"person": house.pupil, "reason": REASON, "told": house.psych.person, "hours": 4} | other
    return break_glass(actor=house.leader, at=at, **asked)


def test_it_takes_a_reason_an_end_and_another_person(house):
    glass = broken(house)
    assert glass.ends_at == NOON + timedelta(hours=4)
    glass.refresh_from_db()
    assert glass.reason.reveal() == REASON
    assert actor_of(house.leader.person, NOON).glass == (house.pupil.pk,)
    entry = Entry.objects.get(action="glass.broken")
    assert (entry.person, entry.facts) == (house.pupil.pk, {"hours": 4, "told": house.psych.person.pk})
    assert REASON not in str(entry.facts)


@pytest.mark.parametrize(
    ("fault", "code"),
    [({"reason": "急"}, "reason"), ({"hours": 0}, "hours"), ({"hours": 25}, "hours")],
)
def test_thin_reasons_and_long_hours_are_refused(house, fault, code):
    with pytest.raises(Refusal) as refusal:
        broken(house, **fault)
    assert (refusal.value.code, BreakGlass.objects.exists()) == (code, False)


def test_the_second_person_answers_for_the_school_and_is_not_oneself(house):
    for told in (
        house.leader.person,
        an_actor(PostKind.CLASS_TEACHER, house.room).person,
        an_actor(PostKind.PSYCH_TEACHER, a_school()).person,
    ):
        with pytest.raises(Refusal) as refusal:
            broken(house, told=told)
        assert refusal.value.code == "told"


@pytest.mark.parametrize("kind", [PostKind.CLASS_TEACHER, PostKind.SCHOOL_ADMIN, PostKind.MORAL_HEAD])
def test_most_posts_cannot_break_it(house, kind):
    actor = an_actor(kind, house.school)
    with pytest.raises(PermissionDenied):
        break_glass(actor=actor, person=house.pupil, reason=REASON, told=house.psych.person, hours=1, at=NOON)


def test_nobody_opens_a_file_of_another_school(house):
    stranger = House(NOON)
    with pytest.raises(PermissionDenied):
        broken(house, person=stranger.pupil)
    assert findable(house.leader, stranger.pupil.name, NOON) != []  # namesakes of one's own school are found
    assert {row.person for row in findable(house.leader, "宋小满", NOON)} == {house.pupil}
    assert findable(house.leader, "  ", NOON) == []


def test_it_is_not_opened_twice_and_closes_early(house):
    glass = broken(house)
    with pytest.raises(Refusal):
        broken(house, at=NOON + timedelta(hours=1))
    with pytest.raises(PermissionDenied):
        end_glass(actor=house.psych, glass=glass, at=NOON)
    end_glass(actor=house.leader, glass=glass, at=NOON + timedelta(hours=1))
    assert actor_of(house.leader.person, NOON + timedelta(hours=1)).glass == ()
    with pytest.raises(Refusal):
        end_glass(actor=house.leader, glass=glass, at=NOON + timedelta(hours=2))
    assert broken(house, at=NOON + timedelta(hours=2))


def test_being_told_is_confirmed_by_the_one_who_was_told(house):
    glass = broken(house)
    with pytest.raises(PermissionDenied):
        confirm_told(actor=house.leader, glass=glass, at=NOON)
    confirm_told(actor=house.psych, glass=glass, at=NOON + timedelta(minutes=3))
    confirm_told(actor=house.psych, glass=glass, at=NOON + timedelta(minutes=9))
    glass.refresh_from_db()
    assert glass.told_at == NOON + timedelta(minutes=3)


def test_somebody_else_looks_back_once(house):
    glass = broken(house)
    with pytest.raises(Refusal, match="别人"):
        review_glass(actor=house.leader, glass=glass, justified=True, at=NOON)
    for stranger in (house.psych, an_actor(PostKind.DATA_OFFICER, a_school().parent)):
        with pytest.raises(PermissionDenied):
            review_glass(actor=stranger, glass=glass, justified=True, at=NOON)
    assert list(to_review(house.officer)) == [glass]
    review_glass(actor=house.officer, glass=glass, justified=False, at=NOON)
    assert list(to_review(house.officer)) == []
    with pytest.raises(Refusal, match="已经复核"):
        review_glass(actor=house.officer, glass=glass, justified=True, at=NOON)


@pytest.mark.parametrize("half", ["told", "reviewed_by", "ends"])
def test_the_database_refuses_a_half_written_reading(house, half):
    fields = {
        "account": house.leader.account,
        "reader": house.leader.person,
        "person": house.pupil,
        "school": house.school,
        "reason": REASON,
        "told": house.psych.person,
        "starts_at": NOON,
        "ends_at": NOON + timedelta(hours=1),
    }
    fields |= {
        "told": {"told": house.leader.person},
        "reviewed_by": {"reviewed_by": house.psych.person},
        "ends": {"ends_at": NOON - timedelta(hours=1)},
    }[half]
    with pytest.raises(IntegrityError), transaction.atomic():
        BreakGlass.objects.create(**fields)


# --- pages ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def now_house():
    return House(timezone.now())


@pytest.fixture
def signed_in(client):
    """``signed_in(actor)``: with a second factor and a password given just now."""
    return lambda actor: sign_in(client, actor)


def test_the_whole_way_in_the_browser(now_house, signed_in):
    house = now_house
    client = signed_in(house.leader)
    page = client.get(reverse("access:glass_find"), {"words": "宋小满"}).content.decode()
    new = reverse("access:glass_new", args=[house.pupil.pk])
    assert new in page
    assert (
        "至少 10 个字" in client.post(new, {"reason": "急", "hours": 4, "told": house.psych.person.pk}).content.decode()
    )
    answer = client.post(new, {"reason": REASON, "hours": 4, "told": house.psych.person.pk})
    assert answer["Location"] == reverse("access:glass_find")
    assert "紧急查阅中：宋小满" in client.get(reverse("access:unusual")).content.decode()
    glass = BreakGlass.objects.get()

    client = signed_in(house.psych)
    told = reverse("access:glass_told", args=[glass.pk])
    assert REASON in client.get(told).content.decode()
    assert Entry.objects.filter(action="glass.reason_read", reading=True).exists()
    client.post(told)

    client = signed_in(house.officer)
    page = client.get(reverse("access:glass_review")).content.decode()
    assert REASON in page
    assert "宋小满" not in page
    assert "宋*满" in page
    client.post(reverse("access:glass_verdict", args=[glass.pk]), {"justified": "yes"})
    glass.refresh_from_db()
    assert glass.justified

    client = signed_in(house.leader)
    client.post(reverse("access:glass_end", args=[glass.pk]))
    assert "紧急查阅中" not in client.get(reverse("access:unusual")).content.decode()


def test_opening_asks_for_the_password_again(now_house, client):
    sign_in(client, now_house.leader, fresh=False)
    answer = client.get(reverse("access:glass_new", args=[now_house.pupil.pk]))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_what_waits_on_the_home_page(now_house, rf):
    house, now = now_house, timezone.now()
    broken(house, at=now)
    request = rf.get("/")
    request.actor = actor_of(house.psych.person, now)
    (item,) = waiting(request)
    assert (item["urgency"], house.leader.name in item["title"]) == (2, True)
    assert "宋小满" not in item["title"] + item["text"]
    request.actor = actor_of(house.officer.person, now)
    (item,) = waiting(request)
    assert item["count"] == 1
    request.actor = actor_of(house.leader.person, now)
    assert waiting(request) == []


# --- who read this -------------------------------------------------------------------------------------------------


def read(actor, house, at, action="trail.read"):
    return record(
        account=actor.account,
        who=actor.who,
        action=action,
        at=at,
        owner=house.school.pk,
        person=house.pupil.pk,
        reading=True,
    )


def marks(house):
    return [reading.marks for reading in described(trail_of(house.pupil))]


def test_ordinary_reading_in_the_daytime_is_not_marked(house):
    read(house.psych, house, NOON)
    assert marks(house) == [()]


@pytest.mark.parametrize(("hour", "marked"), [(22, False), (23, True), (2, True), (5, True), (6, False)])
def test_reading_at_night_is_marked(house, hour, marked):
    read(house.psych, house, datetime(2026, 11, 23, hour, 30, tzinfo=SHANGHAI))
    assert marks(house) == [("深夜查阅",)] if marked else [()]


def test_a_reader_without_a_post_for_this_student_on_that_day_is_marked(house):
    stranger = an_actor(PostKind.PSYCH_TEACHER, a_school())
    read(stranger, house, NOON)
    assert marks(house) == [("当时没有负责这名学生的岗位",)]
    a_post(stranger.person, PostKind.PSYCH_TEACHER, house.school, starts_on=NOON.date())
    assert marks(house) == [()]


def test_reading_by_breaking_the_glass_is_marked_and_so_is_reading_very_many(house):
    broken(house)
    read(house.leader, house, NOON + timedelta(hours=1))
    entries = described(trail_of(house.pupil, only_readings=True))
    assert [entry.marks for entry in entries] == [("紧急查阅",)]
    for n in range(MANY):
        record(account=house.psych.account, action="trail.read", at=NOON, person=10_000 + n, reading=True)
    read(house.psych, house, NOON)
    assert f"当天查阅了 {MANY + 1} 名学生" in marks(house)[-1] + marks(house)[0] + marks(house)[1]


def test_unusual_readings_are_listed_for_the_school_they_happened_in(house):
    read(house.psych, house, NOON)
    read(house.psych, house, NOON.replace(hour=23))
    since = NOON - timedelta(days=30)
    assert len(unusual_readings(house.leader, since)) == 1
    assert unusual_readings(an_actor(PostKind.SCHOOL_LEADER, a_school()), since) == []
    assert len(unusual_readings(house.officer, since)) == 1


def test_the_trail_page_says_it_in_words_and_leaves_a_line_itself(now_house, signed_in):
    house = now_house
    read(house.psych, house, timezone.now())
    client = signed_in(house.leader)
    page = client.get(reverse("access:trail", args=[house.pupil.pk])).content.decode()
    assert "查看查阅记录" in page
    assert house.psych.name in page
    assert "trail.read" not in page
    assert Entry.objects.filter(action="trail.read", account=house.leader.account).count() == 1


def test_a_data_officer_sees_what_stands_out_but_no_childs_own_trail(now_house, signed_in):
    client = signed_in(now_house.officer)
    assert client.get(reverse("access:trail", args=[now_house.pupil.pk])).status_code == 404
    assert client.get(reverse("access:unusual")).status_code == 200


def test_a_page_of_the_trail_costs_the_same_for_one_line_and_for_many(house, django_assert_max_num_queries):
    for _n in range(40):
        read(house.psych, house, NOON)
    with django_assert_max_num_queries(6):
        described(trail_of(house.pupil)[:40])


def test_every_code_this_room_writes_has_words():
    assert words.say("glass.broken") == "紧急查阅：打开档案"
    assert words.say("nobody.knows") == "nobody.knows"
