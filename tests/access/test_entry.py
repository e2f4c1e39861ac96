"""The entrances: slips, binding codes, links, one-time passwords; and what each refuses."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from tests.factories import a_class, a_guardian, a_person, a_post, a_school, a_student, an_actor
from xinqiao.access import codes, outside
from xinqiao.access.actor import HOUSE, actor_of
from xinqiao.access.enums import PostKind
from xinqiao.access.models import BindingCode, EntryFailure, OutsideLink, StudentCode
from xinqiao.access.services import (
    bind_guardian,
    close_account,
    enter_student,
    find_binding,
    issue_binding_codes,
    issue_student_codes,
    make_link,
    open_link,
    open_staff_account,
    revoke_link,
    slip_fragment,
)
from xinqiao.access.services.tries import FOR_ONE, FROM_ONE_ADDRESS, WINDOW
from xinqiao.access.views.entry import address_of
from xinqiao.accounts.models import Account
from xinqiao.audit.models import Entry
from xinqiao.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db
HERE = "10.0.0.7"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def room():
    return a_class(a_school())


@pytest.fixture
def pupil(room):
    return a_student(room)


def number_of(pupil):
    return pupil.enrolments.get().student_number


def school_of(pupil):
    return pupil.enrolments.get().school


def knock(pupil, code, at, **other):
    typed = {"school": school_of(pupil).code, "number": number_of(pupil), "code": code, "address": HERE} | other
    return enter_student(**typed, at=at)


# --- slips ---------------------------------------------------------------------------------------------------------


def test_a_slip_opens_the_students_own_account_and_makes_it_once(pupil, now):
    code = issue_student_codes([pupil], now)[pupil.pk]
    account = knock(pupil, code, now)
    assert account.kind == "student"
    assert not account.has_usable_password()
    assert number_of(pupil) not in account.username
    assert knock(pupil, f" {code.lower().replace('-', '')} ", now, school=school_of(pupil).name) == account
    assert Entry.objects.filter(action="entry.student", person=pupil.pk).count() == 2


def test_codes_are_not_in_the_database_and_a_new_slip_replaces_the_old(pupil, now):
    first = issue_student_codes([pupil], now)[pupil.pk]
    second = issue_student_codes([pupil], now)[pupil.pk]
    row = StudentCode.objects.get()
    assert codes.tidy(second) not in row.code_hash
    with pytest.raises(Refusal):
        knock(pupil, first, now)
    assert knock(pupil, second, now)


def test_a_slip_runs_out(pupil, now):
    code = issue_student_codes([pupil], now, days=3)[pupil.pk]
    with pytest.raises(Refusal) as refusal:
        knock(pupil, code, now + timedelta(days=3))
    assert refusal.value.code == "expired"


def test_the_refusal_does_not_say_what_was_wrong(pupil, now):
    code = issue_student_codes([pupil], now)[pupil.pk]
    said = set()
    for wrong in ({"code": "AAAAAAAA"}, {"number": "nobody"}, {"school": "nowhere"}):
        with pytest.raises(Refusal) as refusal:
            knock(pupil, **({"code": code, "at": now} | wrong))
        said.add(str(refusal.value))
    assert len(said) == 1


def test_five_wrong_codes_lock_one_number_for_a_quarter_of_an_hour(pupil, room, now):
    code = issue_student_codes([pupil], now)[pupil.pk]
    for _try in range(FOR_ONE):
        with pytest.raises(Refusal, match="不对"):
            knock(pupil, "AAAAAAAA", now)
    with pytest.raises(Refusal, match="15 分钟") as refusal:
        knock(pupil, code, now)
    assert refusal.value.code == "locked"

    other = a_student(room)
    assert knock(other, issue_student_codes([other], now)[other.pk], now)
    assert knock(pupil, code, now + WINDOW)
    assert not EntryFailure.objects.filter(key__contains=number_of(pupil)).exists()


def test_many_wrong_codes_from_one_address_pause_that_address(pupil, now):
    code = issue_student_codes([pupil], now)[pupil.pk]
    for n in range(FROM_ONE_ADDRESS):
        with pytest.raises(Refusal):
            knock(pupil, "AAAAAAAA", now, number=f"guess{n}")
    with pytest.raises(Refusal) as refusal:
        knock(pupil, code, now)
    assert refusal.value.code == "locked"
    assert knock(pupil, code, now, address="10.0.0.8")


def test_a_student_who_left_the_school_cannot_enter(pupil, now):
    code = issue_student_codes([pupil], now)[pupil.pk]
    pupil.enrolments.update(ends_on=timezone.localdate(now), left_for="transfer")
    with pytest.raises(Refusal):
        enter_student(school="", number="", code=code, address=HERE, at=now)
    with pytest.raises(Refusal):
        knock(pupil, code, now)


def test_slips_of_a_whole_grade_take_no_time(room, now, django_assert_max_num_queries):
    people = [a_student(room) for _n in range(30)]
    with django_assert_max_num_queries(4):
        issued = issue_student_codes(people, now)
    assert len(set(issued.values())) == 30
    started = time.perf_counter()
    for _n in range(1000):
        codes.hashed("student", 1, codes.new_code(8))
    assert time.perf_counter() - started < 1


def test_a_qr_keeps_its_secrets_behind_the_hash():
    assert slip_fragment("S0001", "G.1/2", "K7MP-3XQ9") == "#S0001.G%2E1%2F2.K7MP3XQ9"


def test_the_student_page_signs_in_and_throws_out_whoever_sat_there(client, pupil, room, now):
    other = a_student(room)
    issued = issue_student_codes([pupil, other], now)
    page = reverse("entry:student")
    for person in (other, pupil):
        form = {"school": school_of(person).code, "number": number_of(person), "code": issued[person.pk]}
        answer = client.post(page, form)
        assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(Account.objects.get(person=pupil).pk)
    wrong = client.post(page, {"school": "S", "number": "1", "code": "AAAAAAAA"})
    assert "请对照登录条再输一次" in wrong.content.decode()


def test_the_student_page_never_leads_to_another_site(client, pupil, now):
    code = issue_student_codes([pupil], now)[pupil.pk]
    form = {"school": school_of(pupil).code, "number": number_of(pupil), "code": code, "next": "https://evil.example/"}
    assert client.post(reverse("entry:student"), form)["Location"] == "/"


@pytest.mark.parametrize("name", ["account_change_password", "mfa_index", "usersessions_list"])
def test_students_have_no_account_pages(client, pupil, now, name):
    code = issue_student_codes([pupil], now)[pupil.pk]
    client.force_login(knock(pupil, code, now), backend="xinqiao.accounts.backends.TicketBackend")
    assert client.get(reverse(name)).status_code == 404


@pytest.mark.parametrize(
    ("https", "header", "address"),
    [
        (False, "1.2.3.4", "127.0.0.1"),
        (True, "1.2.3.4", "1.2.3.4"),
        (True, "made up, 1.2.3.4", "1.2.3.4"),
        (True, "", "127.0.0.1"),
    ],
)
def test_tries_are_counted_by_the_address_our_proxy_saw(rf, settings, https, header, address):
    settings.HTTPS = https
    assert address_of(rf.get("/", headers={"X-Forwarded-For": header})) == address


# --- guardians -----------------------------------------------------------------------------------------------------


def test_a_binding_code_works_once(pupil, room, now):
    teacher, guardian = an_actor(PostKind.CLASS_TEACHER, room, at=now), a_guardian(pupil)
    code = issue_binding_codes(actor=teacher, students=[pupil], at=now)[guardian.pk]
    binding = find_binding(code=code.lower(), address=HERE, at=now)
    account = bind_guardian(binding=binding, password="a long enough one", at=now)
    assert account.kind == "guardian"
    assert account.check_password("a long enough one")
    with pytest.raises(Refusal):
        find_binding(code=code, address=HERE, at=now)
    with pytest.raises(Refusal):
        bind_guardian(binding=binding, password="another long one", at=now)

    again = issue_binding_codes(actor=teacher, students=[pupil], at=now)[guardian.pk]
    binding = find_binding(code=again, address=HERE, at=now)
    assert bind_guardian(binding=binding, password="a forgotten one", at=now) == account
    assert BindingCode.objects.filter(used_at=None).count() == 0


def test_a_binding_code_never_takes_over_a_colleagues_account(pupil, room, now):
    guardian = a_guardian(pupil)
    guardian.account = Account.objects.create_user("colleague", "their own password", kind="staff")
    guardian.save()
    teacher = an_actor(PostKind.CLASS_TEACHER, room, at=now)
    code = issue_binding_codes(actor=teacher, students=[pupil], at=now)[guardian.pk]
    with pytest.raises(Refusal, match="工作人员账号"):
        bind_guardian(binding=find_binding(code=code, address=HERE, at=now), password="the class teacher's", at=now)
    assert Account.objects.get(username="colleague").check_password("their own password")


def test_binding_codes_run_out_and_are_only_given_for_ones_own_class(pupil, room, now):
    a_guardian(pupil)
    stranger = an_actor(PostKind.CLASS_TEACHER, a_class(room.parent.parent, number=7), at=now)
    with pytest.raises(PermissionDenied):
        issue_binding_codes(actor=stranger, students=[pupil], at=now)
    teacher = an_actor(PostKind.CLASS_TEACHER, room, at=now)
    code = next(iter(issue_binding_codes(actor=teacher, students=[pupil], at=now).values()))
    with pytest.raises(Refusal) as refusal:
        find_binding(code=code, address=HERE, at=now + timedelta(days=31))
    assert refusal.value.code == "expired"


def test_a_guardian_binds_in_the_browser_and_signs_in_later(client, pupil, room, now):
    guardian = a_guardian(pupil, "王芳")
    teacher = an_actor(PostKind.CLASS_TEACHER, room, at=now)
    code = issue_binding_codes(actor=teacher, students=[pupil], at=now)[guardian.pk]
    assert client.get(reverse("entry:guardian_password"))["Location"] == reverse("entry:guardian")
    assert "绑定码不对" in client.post(reverse("entry:guardian"), {"code": "AAAAA-AAAAA"}).content.decode()
    assert client.post(reverse("entry:guardian"), {"code": code})["Location"] == reverse("entry:guardian_password")
    page = client.get(reverse("entry:guardian_password")).content.decode()
    assert pupil.name not in page
    short = client.post(reverse("entry:guardian_password"), {"password": "123", "again": "123"})
    assert short.status_code == 200
    done = client.post(
        reverse("entry:guardian_password"), {"password": "蓝色的雨伞在门口", "again": "蓝色的雨伞在门口"}
    )
    assert done.status_code == 200  # eight characters are too few
    done = client.post(
        reverse("entry:guardian_password"), {"password": "蓝色的雨伞放在门口边上", "again": "蓝色的雨伞放在门口边上"}
    )
    assert done["Location"] == reverse("entry:guardian_bound")
    username = Account.objects.get(person=guardian).username
    assert username in client.get(reverse("entry:guardian_bound")).content.decode()
    client.logout()
    answer = client.post(reverse("account_login"), {"login": username, "password": "蓝色的雨伞放在门口边上"})
    assert (answer.status_code, answer["Location"]) == (302, "/")


# --- people outside ------------------------------------------------------------------------------------------------


@pytest.fixture
def a_room_outside():
    outside.register("test.page", lambda request, link: HttpResponse(f"for {link.for_whom} {link.target}"))
    yield "test.page"
    outside._rooms.pop("test.page")


@pytest.fixture
def link(a_room_outside, pupil, now):
    actor = an_actor(PostKind.PSYCH_TEACHER, school_of(pupil), at=now)
    return actor, make_link(
        actor=actor,
        room=a_room_outside,
        target=42,
        school=school_of(pupil),
        person=pupil,
        for_whom="区精神卫生中心 周医生",
        at=now,
        days=2,
    )


def test_a_link_opens_one_page_and_nothing_else(client, link):
    _actor, new = link
    door = reverse("entry:outside", args=[new.token])
    assert client.get(reverse("entry:outside_page")).status_code == 302
    assert client.post(door, {"code": new.code})["Location"] == reverse("entry:outside_page")
    assert "周医生 42" in client.get(reverse("entry:outside_page")).content.decode()
    for elsewhere in (reverse("access:my_consents"), reverse("account_login").removesuffix("login/")):
        assert client.get(elsewhere).status_code in {302, 404}
    actions = list(Entry.objects.filter(subject__startswith="access.outsidelink").values_list("action", flat=True))
    assert sorted(actions) == ["outside.made", "outside.opened"]


def test_only_hashes_of_a_link_are_kept(link):
    _actor, new = link
    kept = " ".join(str(value) for value in OutsideLink.objects.values_list().get())
    assert new.token not in kept
    assert new.code not in kept


def test_a_link_runs_out_even_while_its_page_is_open(client, link, now):
    _actor, new = link
    with pytest.raises(Refusal, match="过期"):
        open_link(token=new.token, code=new.code, at=now + timedelta(days=2))
    client.post(reverse("entry:outside", args=[new.token]), {"code": new.code})
    OutsideLink.objects.update(expires_at=now)
    assert client.get(reverse("entry:outside_page"))["Location"] == reverse("entry:left")
    assert "_auth_user_id" not in client.session


def test_the_fifth_wrong_code_ends_a_link(link, now):
    _actor, new = link
    wrong = "000000" if new.code != "000000" else "111111"
    for left in (4, 3, 2, 1):
        with pytest.raises(Refusal, match=f"{left} 次"):
            open_link(token=new.token, code=wrong, at=now)
    with pytest.raises(Refusal, match="已停用"):
        open_link(token=new.token, code=wrong, at=now)
    with pytest.raises(Refusal, match="无效"):
        open_link(token=new.token, code=new.code, at=now)


def test_a_link_is_revoked_by_the_school_only(client, link, now):
    actor, new = link
    stranger = an_actor(PostKind.PSYCH_TEACHER, a_school(), at=now)
    with pytest.raises(PermissionDenied):
        revoke_link(actor=stranger, link=new.link, at=now)
    client.post(reverse("entry:outside", args=[new.token]), {"code": new.code})
    revoke_link(actor=actor, link=new.link, at=now)
    assert client.get(reverse("entry:outside_page"))["Location"] == reverse("entry:left")
    with pytest.raises(Refusal, match="停用"):
        revoke_link(actor=actor, link=new.link, at=now)
    with pytest.raises(Refusal):
        open_link(token=new.token, code=new.code, at=now)


@pytest.mark.parametrize(
    ("fault", "words"), [({"days": 0}, "有效期"), ({"days": 91}, "有效期"), ({"for_whom": " "}, "给谁用")]
)
def test_a_link_needs_a_reader_and_an_end(link, now, fault, words):
    actor, new = link
    asked = {"room": "test.page", "target": 1, "school": new.link.school, "for_whom": "某医院", "days": 3} | fault
    with pytest.raises(Refusal, match=words):
        make_link(actor=actor, at=now, **asked)


def test_class_teachers_invite_nobody(a_room_outside, room, now):
    with pytest.raises(PermissionDenied):
        make_link(
            actor=an_actor(PostKind.CLASS_TEACHER, room, at=now),
            room=a_room_outside,
            target=1,
            school=room.parent.parent,
            for_whom="某人",
            at=now,
        )


# --- staff ---------------------------------------------------------------------------------------------------------


def test_staff_begin_with_a_password_that_works_once(client, room, now, settings):
    school = room.parent.parent
    admin = an_actor(PostKind.SCHOOL_ADMIN, school, at=now)
    person = a_person(school, account=False)
    a_post(person, PostKind.CLASS_TEACHER, room)
    password = open_staff_account(actor=admin, person=person, username="Lin.Hua", at=now)
    answer = client.post(reverse("account_login"), {"login": "LIN.hua", "password": password})
    assert answer.status_code == 302
    change = reverse("account_change_password")
    assert client.get(reverse("access:consents"))["Location"] == change
    new = {"oldpassword": password, "password1": "一条安静的河流过村庄", "password2": "一条安静的河流过村庄"}
    assert client.post(change, new)["Location"] == "/"
    assert client.get(reverse("access:consent_class", args=[room.pk])).status_code == 200
    assert not Account.objects.get(username="lin.hua").must_change_password


@pytest.mark.parametrize("username", ["13800001111", "110101199003071234", "李华", "ab", "x" * 40, "lin hua", "1lin"])
def test_a_user_name_is_neither_a_phone_nor_an_identity_number(room, now, username):
    admin = an_actor(PostKind.SCHOOL_ADMIN, room.parent.parent, at=now)
    person = a_person(room.parent.parent, account=False)
    with pytest.raises(Refusal):
        open_staff_account(actor=admin, person=person, username=username, at=now)


def test_accounts_are_opened_by_whoever_appoints_there(room, now):
    person = a_person(room.parent.parent, account=False)
    for stranger in (
        an_actor(PostKind.SCHOOL_ADMIN, a_school(), at=now),
        an_actor(PostKind.PSYCH_TEACHER, room.parent.parent, at=now),
    ):
        with pytest.raises(PermissionDenied):
            open_staff_account(actor=stranger, person=person, username="lin.hua", at=now)
    assert open_staff_account(actor=HOUSE, person=person, username="lin.hua", at=now)
    other = a_person(room.parent.parent, account=False)
    with pytest.raises(Refusal, match="已有人使用"):
        open_staff_account(actor=HOUSE, person=other, username="lin.hua", at=now)


def test_a_students_account_does_not_become_a_staff_account(pupil, now):
    code = issue_student_codes([pupil], now)[pupil.pk]
    knock(pupil, code, now)
    pupil.refresh_from_db()
    with pytest.raises(Refusal, match="登录条"):
        open_staff_account(actor=HOUSE, person=pupil, username="pupil", at=now)


def test_a_closed_account_is_out_at_once(client, room, now):
    teacher = an_actor(PostKind.CLASS_TEACHER, room, at=now)
    client.force_login(teacher.account, backend="xinqiao.accounts.backends.TicketBackend")
    assert client.get(reverse("access:consent_class", args=[room.pk])).status_code == 200
    admin = an_actor(PostKind.SCHOOL_ADMIN, room.parent.parent, at=now)
    close_account(actor=admin, account=teacher.account, at=now)
    assert client.get(reverse("access:consents")).status_code == 302
    assert actor_of(teacher.person, now).posts  # the post is another matter
