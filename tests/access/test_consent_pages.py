"""The register for staff, and one tap for those who answer."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.access.factories import an_answer
from tests.factories import a_class, a_guardian, a_post, a_school, a_student, an_actor, sign_in
from xinqiao.access.actor import actor_of
from xinqiao.access.components import waiting
from xinqiao.access.enums import ConsentParty, PostKind, Purpose
from xinqiao.access.models import Consent, ConsentText
from xinqiao.access.selectors import consent_standing
from xinqiao.access.selectors.register import class_counts, class_register
from xinqiao.access.services import enter_student, find_binding, issue_student_codes
from xinqiao.accounts.models import Account

pytestmark = pytest.mark.django_db
SELF, GUARDIAN = ConsentParty.SELF, ConsentParty.GUARDIAN


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def room():
    return a_class(a_school())


@pytest.fixture
def teacher(room, now):
    return an_actor(PostKind.CLASS_TEACHER, room, at=now)


def young(room, name=""):
    child = a_student(room, name, birth=date(2015, 1, 1))
    a_guardian(child, f"{child.name}妈妈")
    return child


def as_guardian(client, child):
    guardian = child.guardianships.get().guardian
    guardian.account = Account.objects.create_user(f"jz{guardian.pk}", name=guardian.name, kind="guardian")
    guardian.save()
    return sign_in(client, actor_of(guardian, timezone.now()))


# --- the register --------------------------------------------------------------------------------------------------


def test_a_teacher_with_one_class_lands_in_it(client, room, teacher):
    young(room, "宋小满")
    answer = sign_in(client, teacher).get(reverse("access:consents"), follow=True)
    assert "宋小满" in answer.content.decode()
    assert answer.redirect_chain[0][0] == reverse("access:consent_class", args=[room.pk])


def test_a_pile_of_paper_is_recorded_at_once(client, room, teacher, now):
    children = [young(room) for _n in range(4)]
    form = {}
    for child, answer in zip(children, ("yes", "no", "", "yes"), strict=True):
        form[f"answer_{child.pk}"] = answer
        form[f"signer_{child.pk}"] = child.guardianships.get().guardian_id
    form[f"signer_{children[3].pk}"] = "other"
    page = reverse("access:consent_class", args=[room.pk])
    sign_in(client, teacher)
    refused = client.post(page, form)
    assert "请填写签字人姓名" in refused.content.decode()
    assert not Consent.objects.exists()
    form[f"name_{children[3].pk}"] = "外婆"
    assert client.post(page, form).status_code == 302
    rows = {row.person_id: row for row in Consent.objects.all()}
    assert [rows[c.pk].granted for c in (children[0], children[1], children[3])] == [True, False, True]
    assert children[2].pk not in rows
    assert rows[children[3].pk].signed_name == "外婆"


def test_one_fault_in_a_pile_records_none(client, room, teacher, monkeypatch):
    from xinqiao.access.services import consents
    from xinqiao.kernel.refusal import Refusal

    children = [young(room), young(room)]
    real = consents._relation

    def stumble(child, *args, **kwargs):
        if child == children[1]:
            raise Refusal("监护关系刚刚被改了。")
        return real(child, *args, **kwargs)

    monkeypatch.setattr(consents, "_relation", stumble)
    form = {f"answer_{c.pk}": "yes" for c in children} | {
        f"signer_{c.pk}": c.guardianships.get().guardian_id for c in children
    }
    page = sign_in(client, teacher).post(reverse("access:consent_class", args=[room.pk]), form).content.decode()
    assert f"{children[1].name}：监护关系刚刚被改了。" in page
    assert not Consent.objects.exists()


def test_whoever_declined_is_not_in_the_list_to_ask_again(client, room, teacher, now):
    child = young(room, "宋小满")
    an_answer(child, GUARDIAN, granted=False, at=now)
    sign_in(client, teacher)
    page = client.get(reverse("access:consent_class", args=[room.pk]))
    assert f"answer_{child.pk}" not in page.content.decode()
    student_side = client.get(reverse("access:consent_class", args=[room.pk]) + "?party=self")
    assert f"answer_{child.pk}" not in student_side.content.decode()
    (line,) = class_register(room, Purpose.SCREENING, now)
    assert (line.state, line.settled) == ("no", True)
    (count,) = class_counts([room], Purpose.SCREENING, now)
    assert (count.students, count.agreed, count.waiting) == (1, 0, 0)


def test_the_register_costs_the_same_for_one_student_and_for_forty(room, now, django_assert_num_queries):
    young(room)
    with django_assert_num_queries(10):
        class_register(room, Purpose.SCREENING, now)
    for _n in range(39):
        an_answer(young(room), GUARDIAN, at=now)
    with django_assert_num_queries(10):
        assert len(class_register(room, Purpose.SCREENING, now)) == 40


def test_one_students_answers_and_a_withdrawal_by_phone(client, room, teacher, now):
    child = young(room)
    row = an_answer(child, GUARDIAN, at=now)
    sign_in(client, teacher)
    page = reverse("access:consent_person", args=[child.pk])
    assert "登记撤回" in client.get(page).content.decode()
    form = {"purpose": "screening", "party": "self", "answer": "yes", "form": "verbal"}
    assert "见证人" in client.post(page, form).content.decode()
    assert client.post(page, form | {"witness": "王老师"}).status_code == 302
    assert consent_standing(child, Purpose.SCREENING, timezone.now()).ok
    client.post(reverse("access:consent_withdraw", args=[child.pk, row.pk]), {"channel": "phone"})
    row.refresh_from_db()
    assert row.withdraw_channel == "phone"
    assert consent_standing(child, Purpose.SCREENING, timezone.now()).declined


def test_binding_slips_are_shown_once_and_open_accounts(client, room, teacher, now):
    child = young(room)
    sign_in(client, teacher)
    slips = reverse("access:binding_slips", args=[room.pk])
    assert client.get(slips).status_code == 405
    answer = client.post(slips)
    assert "no-store" in answer["Cache-Control"]
    code = answer.context["slips"][0]["code"]
    assert find_binding(code=code, address="here", at=timezone.now()).guardian == child.guardianships.get().guardian


def test_a_school_publishes_its_own_text(client, room, now):
    school = room.parent.parent
    admin = an_actor(PostKind.SCHOOL_ADMIN, school, at=now)
    sign_in(client, admin)
    page = reverse("access:consent_text_new", args=[school.pk])
    assert "这是什么" in client.get(page).content.decode()
    client.post(page, {"title": "本校告知书", "body": "## 这是什么\n一份问卷。", "asks_again": "on"})
    text = ConsentText.objects.get(organisation=school)
    assert (text.version, text.asks_again) == (1, True)
    assert "本校告知书" in client.get(reverse("access:consent_texts", args=[school.pk])).content.decode()


# --- those who answer ----------------------------------------------------------------------------------------------


def test_a_guardian_reads_and_answers_with_one_tap(client, room):
    child = young(room, "宋小满")
    as_guardian(client, child)
    assert "宋小满" in client.get(reverse("access:my_consents")).content.decode()
    page = client.get(reverse("access:my_consent", args=[child.pk, "screening"])).content.decode()
    assert "不影响上课、成绩" in page
    answer = reverse("access:my_answer", args=[child.pk, "screening"])
    client.post(answer, {"answer": "no"})
    assert consent_standing(child, Purpose.SCREENING, timezone.now()).declined
    client.post(answer, {"answer": "yes"})
    row = Consent.objects.get(granted=True)
    assert (row.form, row.party, row.relation) == ("online", "guardian", "mother")
    client.post(reverse("access:my_withdrawal", args=[child.pk, row.pk]))
    assert consent_standing(child, Purpose.SCREENING, timezone.now()).declined


def test_saying_no_asks_for_nothing_else(client, room):
    child = young(room)
    as_guardian(client, child)
    answer = client.post(reverse("access:my_answer", args=[child.pk, "screening"]), {"answer": "no"}, follow=True)
    page = answer.content.decode()
    assert "没有任何影响" in page
    assert "理由" not in page


def test_a_guardian_answers_for_their_own_child_only(client, room):
    child, other = young(room), young(room)
    as_guardian(client, child)
    for name, arguments in (
        ("access:my_consent", [other.pk, "screening"]),
        ("access:my_answer", [other.pk, "screening"]),
    ):
        assert client.post(reverse(name, args=arguments), {"answer": "yes"}).status_code == 404
    assert not Consent.objects.exists()


def test_a_teacher_who_is_a_parent_answers_as_a_parent(client, room, teacher):
    child = young(a_class(a_school()))
    child.guardianships.update(guardian=teacher.person)
    sign_in(client, actor_of(teacher.person, timezone.now()))
    assert client.post(reverse("access:my_answer", args=[child.pk, "screening"]), {"answer": "yes"}).status_code == 302
    assert Consent.objects.get().given_by == teacher.person


def test_a_teacher_without_children_has_no_such_page(client, teacher):
    assert sign_in(client, teacher).get(reverse("access:my_consents")).status_code == 403


def test_a_student_agrees_for_themselves(client, room, now):
    child = young(room)
    code = issue_student_codes([child], now)[child.pk]
    number = child.enrolments.get().student_number
    account = enter_student(school=room.parent.parent.code, number=number, code=code, address="x", at=now)
    sign_in(client, actor_of(account.person, now))
    page = client.get(reverse("access:my_consent", args=[child.pk, "screening"])).content.decode()
    assert "我愿意参加" in page
    assert "我不参加" in page
    client.post(reverse("access:my_answer", args=[child.pk, "screening"]), {"answer": "yes"})
    assert consent_standing(child, Purpose.SCREENING, timezone.now()).missing == (GUARDIAN,)


def test_telling_outside_is_not_agreed_by_a_tap_but_can_be_taken_back(client, room, now):
    child = young(room)
    row = an_answer(child, GUARDIAN, purpose=Purpose.SHARING, at=now, scope="区精神卫生中心")
    as_guardian(client, child)
    assert client.get(reverse("access:my_consent", args=[child.pk, "sharing"])).status_code == 404
    assert "区精神卫生中心" in client.get(reverse("access:my_consents")).content.decode()
    client.post(reverse("access:my_withdrawal", args=[child.pk, row.pk]))
    row.refresh_from_db()
    assert row.withdrawn_at


def test_home_invites_once_and_never_after_an_answer(rf, room, now):
    child = young(room)
    guardian = child.guardianships.get().guardian
    guardian.account = Account.objects.create_user("jz1", kind="guardian")
    guardian.save()
    request = rf.get("/")
    request.actor = actor_of(guardian, now)
    (item,) = waiting(request)
    assert (item["urgency"], "必须" in item["text"]) == (0, False)
    an_answer(child, GUARDIAN, granted=False, at=now)
    assert waiting(request) == []
    Consent.objects.update(granted=True, withdrawn_at=now, withdraw_channel="online")
    assert waiting(request) == []


def test_a_psychology_teacher_sees_all_classes_of_the_school(client, room, now):
    psych = an_actor(PostKind.PSYCH_TEACHER, room.parent.parent, at=now)
    young(room)
    young(a_class(room.parent.parent, number=2))
    page = sign_in(client, psych).get(reverse("access:consents")).content.decode()
    assert page.count('class="num"') >= 6
    a_post(psych.person, PostKind.CLASS_TEACHER, room)
