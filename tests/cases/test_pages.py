"""Pages: what each reader finds there, the trace of every reading, and as many queries for many rows as for one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from tests.cases.factories import (
    DAY,
    HOUR,
    MINUTE,
    PLAN,
    a_case,
    a_duty,
    a_task,
    a_world,
    closed_case,
    closing_case,
    follow_ups_done,
    left,
    levelled,
)
from tests.factories import NOON, a_guardian, a_student
from tests.signals.factories import student
from xinqiao.access.models import BreakGlass
from xinqiao.audit.models import Entry
from xinqiao.audit.words import known
from xinqiao.cases.models import CareDuty, Case, CaseTask
from xinqiao.cases.services import care, climbing
from xinqiao.cases.urls import urlpatterns
from xinqiao.cases.words import WORDS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def world():
    return a_world()


@pytest.fixture
def page(signed_in):
    """``page(actor, "cases:case", pk)`` → the answer's text, after checking that it is 200."""

    def get(actor, name, *args, query=""):
        answer = signed_in(actor).get(reverse(name, args=args) + query)
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()

    return get


@pytest.fixture
def post(signed_in):
    def send(actor, name, *args, **data):
        return signed_in(actor).post(reverse(name, args=args), data)

    return send


def main_part(text):
    return text.split('<main id="main"', 1)[1].split("</main>", 1)[0]


# --- what each reader finds ----------------------------------------------------------------------------------------

LABELS = ("预警", "危机", "追踪", "关注等级", "个案", "访谈", "测评结果", "想有人听")


def test_a_class_teacher_finds_what_to_do_and_no_label(world, page):
    case = a_case(world, 4)
    task = a_task(world, case)
    duty = CareDuty.objects.get(kind="class_guard")
    for name, args in (
        ("cases:duties", ()),
        ("cases:duty", (duty.pk,)),
        ("cases:tasks", ()),
        ("cases:task", (task.pk,)),
        ("cases:file", (case.person_id,)),
        ("cases:students", ()),
    ):
        text = main_part(page(world.he, name, *args))
        assert case.person.name in text
        for label in LABELS:
            assert label not in text, (name, label)


def test_a_class_teachers_file_has_the_familys_phone(world, page):
    mother = a_guardian(world.children[0])
    mother.phone = "19900000001"
    mother.save()
    assert "19900000001" in page(world.he, "cases:file", world.children[0].pk)


def test_a_leader_finds_level_and_plan_and_no_word_that_was_written(world, page):
    case = a_case(world, 3)
    care.write_plan(
        actor=world.lin, case=case, parts=PLAN, contact=world.he.person, review_on=(NOON + 9 * DAY).date(), at=NOON
    )
    care.note_contact(
        actor=world.lin,
        case=case,
        held_at=NOON,
        whom="guardian",
        channel="phone",
        reached=True,
        words="母亲说常醒",
        at=NOON,
    )
    row = case.follow_ups.first()
    care.finish_follow_up(actor=world.lin, follow_up=row, steady=False, words="眼圈发黑", next_at=NOON + DAY, at=NOON)
    text = page(world.wei, "cases:case", case.pk)
    assert "预警" in text
    assert PLAN["goals"] in text
    for word in ("想有人听", "母亲说常醒", "眼圈发黑"):
        assert word not in text
        assert word in page(world.lin, "cases:case", case.pk)


def test_the_bureau_finds_initials_and_school(world, page):
    case = a_case(world, 2)
    while case.owner != world.zhou.person:
        climbing.climb_case(case_id=case.pk, at=case.next_at)
        case.refresh_from_db()
    Case.objects.filter(pk=case.pk).update(next_at=NOON + HOUR)
    for name, args in (("cases:cases", ()), ("cases:case", (case.pk,)), ("cases:hand_over", (case.pk,))):
        text = main_part(page(world.zhou, name, *args))
        assert case.person.name not in text
        for label in ("追踪", "想有人听", "支持方案", "随访"):
            assert label not in text, (name, label)
    assert world.school.name in text or world.school.name in page(world.zhou, "cases:case", case.pk)


def test_the_student_and_the_family_find_nothing(world, signed_in):
    case = a_case(world, 4)
    for actor in (student(case.person),):
        client = signed_in(actor)
        for pattern in urlpatterns:
            names = pattern.pattern.converters
            args = {name: case.person_id if name == "person_id" else case.pk for name in names}
            assert client.get(reverse(f"cases:{pattern.name}", kwargs=args)).status_code in {403, 405}
        for path in ("/", reverse("screening:mine"), reverse("access:my_consents")):
            text = client.get(path).content.decode()
            for label in ("预警", "危机", "关怀任务", "个案", "等级"):
                assert label not in text, (path, label)


def test_a_former_students_file_opens_for_who_helped_them(world, page):
    case = a_case(world, 2)
    left(case.person)
    text = page(world.lin, "cases:file", case.person_id)
    assert "已离校" in text
    assert reverse("cases:case", args=[case.pk]) in text


def test_in_an_emergency_the_file_says_that_it_is_one(world, page):
    child = levelled(world, 2)
    BreakGlass.objects.create(
        account=world.wei.account,
        reader=world.wei.person,
        person=child,
        school=world.school,
        told=world.lin.person,
        reason="夜间失联",
        starts_at=NOON,
        ends_at=NOON + HOUR,
    )
    text = page(world.wei, "cases:file", child.pk)
    assert "紧急查阅" in text
    assert "追踪" in text
    assert Entry.objects.get(action="file.read").facts == {"depth": 5}


def test_the_file_tells_the_story(world, page):
    closed_case(world)
    text = page(world.lin, "cases:file", world.children[0].pk)
    for words in ("建立个案", "个案结案", "随访：平稳", "关注等级：追踪", "信号与访谈", "测评结果"):
        assert words in text


# --- every reading leaves a trace ----------------------------------------------------------------------------------

READINGS = {
    "duty.read": ("cases:duty", lambda case: CareDuty.objects.first().pk),
    "task.read": ("cases:task", lambda case: CaseTask.objects.first().pk),
    "case.read": ("cases:case", lambda case: case.pk),
    "file.read": ("cases:file", lambda case: case.person_id),
    "plan.read": ("cases:plan", lambda case: case.pk),
    "plan.printed": ("cases:plan_pdf", lambda case: case.pk),
}


@pytest.mark.parametrize("action", READINGS)
def test_who_reads_is_in_the_trail(world, signed_in, action):
    case = a_case(world, 3)
    a_task(world, case)
    care.write_plan(
        actor=world.lin, case=case, parts=PLAN, contact=world.he.person, review_on=(NOON + 9 * DAY).date(), at=NOON
    )
    name, pk = READINGS[action]
    assert signed_in(world.bai).get(reverse(name, args=[pk(case)])).status_code == 200
    entry = Entry.objects.get(action=action)
    assert (entry.reading, entry.person, entry.account) == (True, case.person_id, world.bai.account)


def test_an_old_plan_is_read_like_the_new_one(world, page):
    case = a_case(world, 3)
    facts = {"contact": world.he.person, "review_on": (NOON + 9 * DAY).date(), "at": NOON}
    care.write_plan(actor=world.lin, case=case, parts=PLAN, **facts)
    care.write_plan(actor=world.lin, case=case, parts={**PLAN, "goals": "每天运动"}, **facts)
    assert PLAN["goals"] in page(world.lin, "cases:old_plan", case.pk, 1)
    assert Entry.objects.get(action="plan.read").facts == {"version": 1}


def test_the_trail_has_words_for_everything_this_room_does():
    import re
    from pathlib import Path

    import xinqiao.cases

    folder = Path(xinqiao.cases.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py") if path.name != "words.py")
    kinds = "duty|case|plan|task|contact|follow_up|file|summary"
    written = set(re.findall(rf'(?:note|_note|read)\([^"]*"((?:{kinds})\.[a-z_]+)"', code))
    assert written >= {"duty.done", "case.closed", "file.read"}
    assert written <= set(WORDS) <= known()


# --- the plan on paper ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?named=1"])
def test_the_plan_is_printed(world, signed_in, query):
    case = a_case(world, 3)
    assert signed_in(world.lin).get(reverse("cases:plan_pdf", args=[case.pk])).status_code == 302
    care.write_plan(
        actor=world.lin, case=case, parts=PLAN, contact=world.he.person, review_on=(NOON + 9 * DAY).date(), at=NOON
    )
    answer = signed_in(world.lin).get(reverse("cases:plan_pdf", args=[case.pk]) + query)
    assert answer.content.startswith(b"%PDF")
    assert case.person.name not in answer["Content-Disposition"]
    assert Entry.objects.get(action="plan.printed").facts == {"named": bool(query)}


def test_printing_asks_for_the_password_again(world, signed_in, settings):
    case = a_case(world, 3)
    client = signed_in(world.lin, fresh=False)
    settings.DEMO = False
    answer = client.get(reverse("cases:plan_pdf", args=[case.pk]))
    assert answer.status_code == 302
    assert not Entry.objects.filter(action="plan.printed").exists()


# --- doing things in the browser -----------------------------------------------------------------------------------


def test_a_class_teacher_says_that_it_is_done(world, post):
    duty = a_duty(world, 1, "class_care")
    assert post(world.he, "cases:duty", duty.pk, words="").status_code == 422
    assert post(world.he, "cases:duty", duty.pk, words="聊了十分钟").status_code == 302
    duty.refresh_from_db()
    assert duty.state == "done"


def test_what_was_typed_is_there_after_a_refusal(world, post):
    case = a_case(world, 3)
    answer = post(world.lin, "cases:next_date", case.pk, next_at="2027-11-23T12:00")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "2027-11-23T12:00" in text
    assert "不能晚于" in text


def test_a_family_that_was_not_reached(world, post):
    duty = a_duty(world, 4, "guardian_contact")
    mother = a_guardian(duty.person)
    data = {"guardian": mother.pk, "channel": "phone", "reached": "0", "words": ""}
    answer = post(world.lin, "cases:duty", duty.pk, **data)
    assert answer["Location"] == reverse("cases:duty", args=[duty.pk])
    duty.refresh_from_db()
    assert duty.due_at == NOON + 15 * MINUTE
    assert post(world.lin, "cases:duty", duty.pk, **{**data, "reached": "1"}).status_code == 422
    post(world.lin, "cases:duty", duty.pk, **{**data, "reached": "1", "words": "马上来校"})
    duty.refresh_from_db()
    assert duty.state == "done"


def test_a_case_from_opening_to_closing_in_the_browser(world, post, page):
    child = levelled(world, 2)
    assert post(world.lin, "cases:open", child.pk, reason="想有人听").status_code == 302
    case = Case.objects.get()
    teacher, psych = world.he.posts[0].id, world.lin.posts[0].id
    plan = {**PLAN, "contact": psych, "review_on": "2026-12-07"}
    assert post(world.lin, "cases:plan", case.pk, **plan).status_code == 302
    task = {"what": "每天打招呼", "to": teacher, "due_at": "2026-11-25T12:00"}
    assert post(world.lin, "cases:add_task", case.pk, **task).status_code == 302
    assert post(world.he, "cases:task", CaseTask.objects.get().pk, words="打过").status_code == 302
    talk = {"held_at": "2026-11-23T11:00", "whom": "guardian", "channel": "phone", "words": "愿意配合"}
    assert post(world.lin, "cases:add_contact", case.pk, **talk).status_code == 302
    assert post(world.lin, "cases:add_follow_up", case.pk, due_at="2026-11-26T12:00").status_code == 302
    case.refresh_from_db()
    assert case.next_at == NOON + 3 * DAY
    for row in case.follow_ups.filter(state="due"):
        look = {"steady": "1", "words": "好些", "next_at": "2026-11-30T12:00"}
        assert post(world.lin, "cases:follow_up", case.pk, row.pk, **look).status_code == 302
    levelled(world, 1, child)
    ask = {"outcome": "stable", "words": "目标达成"}
    assert post(world.lin, "cases:ask_closing", case.pk, **ask).status_code == 302
    assert "同意结案" in page(world.wei, "cases:case", case.pk)
    assert post(world.wei, "cases:decide_closing", case.pk, decision="return", reason="再看看").status_code == 302
    assert "目标达成" in page(world.lin, "cases:ask_closing", case.pk)
    post(world.lin, "cases:ask_closing", case.pk, **ask)
    answer = post(world.wei, "cases:decide_closing", case.pk, decision="confirm")
    assert answer["Location"] == reverse("cases:cases")
    case.refresh_from_db()
    assert (case.state, case.closed_by) == ("closed", world.wei.person)


@pytest.mark.parametrize("name", ["add_task", "add_contact", "add_follow_up", "plan", "ask_closing", "next_date"])
def test_who_only_reads_gets_no_form(world, signed_in, name):
    case = a_case(world, 3)
    assert signed_in(world.wei).get(reverse(f"cases:{name}", args=[case.pk])).status_code == 403


def test_sharing_shows_the_code_once(world, post, page):
    from tests.cases.test_sharing import SCOPE, TEXTS, consent

    case = a_case(world, 3)
    assert "还没有可以依据的同意" in page(world.lin, "cases:share", case.pk)
    consent(world, case.person)
    data = {**TEXTS, "scope": SCOPE, "for_whom": "王医生", "days": 7}
    answer = post(world.lin, "cases:share", case.pk, **data)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    summary = case.summaries.get()
    assert "王医生" in page(world.lin, "cases:case", case.pk)
    assert post(world.lin, "cases:revoke", case.pk, summary.pk).status_code == 302
    assert "已失效" in page(world.lin, "cases:case", case.pk)


def test_home_says_what_waits(world, page):
    a_task(world, a_case(world, 4))
    closing_case(a_world())
    text = page(world.he, "insight:home")
    assert "关怀任务" in text
    assert "支持任务" in text


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_of_a_case_draws_in_both_languages(world, signed_in, language):
    case = a_case(world, 3)
    task = a_task(world, case)
    client = signed_in(world.lin)
    client.cookies["django_language"] = language
    with translation.override(language):
        for name, args in (
            ("cases:duties", ()),
            ("cases:cases", ()),
            ("cases:case", (case.pk,)),
            ("cases:plan", (case.pk,)),
            ("cases:task", (task.pk,)),
            ("cases:file", (case.person_id,)),
            ("cases:share", (case.pk,)),
        ):
            assert client.get(reverse(name, args=args)).status_code == 200, name


# --- as many queries for many as for one ---------------------------------------------------------------------------


def queries(client, path):
    """How often the database is asked; keys are not counted, outside of a test's transaction they are remembered."""
    client.get(path)
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return sum("vault_" not in query["sql"] for query in found)


LISTS = [
    (name, who)
    for name in ("cases:duties", "cases:cases", "cases:students", "cases:tasks", "insight:home")
    for who in ("lin", "wei", "he")
    if (name, who) != ("cases:cases", "he")
]


@pytest.mark.parametrize(("name", "who"), LISTS)
def test_lists_ask_as_often_for_many_rows_as_for_one(world, signed_in, name, who):
    client = signed_in(getattr(world, who))
    path = reverse(name) + ("?show=all" if name == "cases:duties" else "")
    a_task(world, a_case(world, 3))
    before = queries(client, path)
    for _more in range(3):
        child = a_student(world.node)
        a_task(world, a_case(world, 3, child))
    assert queries(client, path) == before


@pytest.mark.parametrize("who", ["lin", "wei"])
def test_a_case_asks_as_often_for_a_long_one_as_for_a_short_one(world, signed_in, who):
    case = a_case(world, 3)
    a_task(world, case)
    facts = {"actor": world.lin, "case": case, "channel": "phone", "reached": True, "words": "谈", "at": NOON}
    care.note_contact(held_at=NOON, whom="guardian", **facts)
    client, path = signed_in(getattr(world, who)), reverse("cases:case", args=[case.pk])
    before = queries(client, path)
    for _more in range(3):
        a_task(world, case)
        care.note_contact(held_at=NOON, whom="guardian", **facts)
    follow_ups_done(world, case)
    assert queries(client, path) == before


@pytest.mark.parametrize("who", ["lin", "wei", "he"])
def test_a_file_asks_as_often_for_a_long_story(world, signed_in, who):
    child = levelled(world, 3)
    client, path = signed_in(getattr(world, who)), reverse("cases:file", args=[child.pk])
    case = a_case(world, 4, child)
    before = queries(client, path)
    follow_ups_done(world, case)
    for level in (3, 4, 3):
        levelled(world, level, child)
    assert queries(client, path) == before
