"""The page of one's own tasks, handing in, and the review of what was handed in."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories import an_actor
from tests.plans.factories import DAY, NOON, a_county, a_plan, a_task, handed_in
from tests.plans.pages import a_pdf, a_photo, as_, stand_at, text
from xinqiao.access.enums import PostKind
from xinqiao.plans.models import Attachment, Task
from xinqiao.plans.services import tasks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    stand_at(monkeypatch)


@pytest.fixture
def county():
    return a_county()


@pytest.fixture
def plan(county):
    return a_plan(county)


def psych_of(county, task):
    return next(each for each in [*county.psychs, *county.seconds] if each.person.pk == task.owner.person_id)


def url(name, *args):
    return reverse(f"plans:{name}", args=args)


# --- mine ---------------------------------------------------------------------------------------------------------


def test_mine_shows_what_is_mine_now_late_ones_first(county, plan, monkeypatch):
    task = a_task(plan)
    client = as_(psych_of(county, task))
    shown = text(client.get(url("mine")))
    assert "每月工作小结" in shown
    assert "已逾期" not in shown
    stand_at(monkeypatch, NOON + 9 * DAY)
    shown = text(as_(psych_of(county, task)).get(url("mine")))
    assert shown.index("已逾期") < shown.rindex("每月工作小结")
    assert "逾期 2 天" in shown


def test_work_of_other_schools_and_of_later_months_is_not_there(county, plan):
    task = a_task(plan)
    page = text(as_(psych_of(county, task)).get(url("mine")))
    assert county.schools[1].name not in page
    later = text(as_(psych_of(county, task)).get(url("mine") + "?show=later"))
    assert "每月工作小结" in later


def test_nothing_to_do_says_so(county):
    assert "现在没有要做的任务" in text(as_(county.psychs[0]).get(url("mine")))


def test_a_class_teacher_sees_it_on_the_phone_frame(county, plan):
    from tests.factories import a_class

    teacher = an_actor(PostKind.CLASS_TEACHER, a_class(county.schools[0]))
    page = text(as_(teacher).get(url("mine")))
    assert 'class="warm' in page
    assert "现在没有要做的任务" in page


def test_as_many_questions_for_many_rows_as_for_one(county, plan, django_assert_max_num_queries):
    client = as_(psych_of(county, a_task(plan)))
    client.get(url("mine"))
    with django_assert_max_num_queries(20):
        client.get(url("mine"))
    one = Task.objects.filter(owner__person=a_task(plan).owner.person)
    assert one.count() > 5


# --- one task -----------------------------------------------------------------------------------------------------


def test_the_page_says_what_why_by_when_and_for_whom(county, plan):
    task = a_task(plan)
    page = text(as_(psych_of(county, task)).get(url("task", task.pk)))
    for words in ("写一页小结。", "县域小方案", "1.1", "2026-11-30", "教育局专干", county.bureau.name):
        assert words in page


def test_handing_in_with_a_photo_and_a_file(county, plan):
    task = a_task(plan)
    client = as_(psych_of(county, task))
    answer = client.post(
        url("task", task.pk),
        {"text": "做完了", "pictures": a_photo(place=True), "people_agree": "on", "files": a_pdf(),
         "label1": "我的任务", "url1": f"http://testserver{url('mine')}?show=done"},
    )  # fmt: skip
    assert answer.status_code == 302
    task.refresh_from_db()
    assert task.state == "handed_in"
    hand_in = task.hand_ins.get()
    assert {file.picture for file in hand_in.attachments.all()} == {True, False}
    picture = hand_in.attachments.get(picture=True)
    assert b"secret-camera" not in picture.file.read()
    assert [(link.label, link.url) for link in hand_in.links.all()] == [("我的任务", "/plans/tasks/?show=done")]
    page = text(client.get(url("task", task.pk)))
    assert "做完了" in page
    assert "撤回补充" in page


def test_a_photo_without_the_tick_is_not_kept_and_nothing_typed_is_lost(county, plan):
    task = a_task(plan)
    answer = as_(psych_of(county, task)).post(url("task", task.pk), {"text": "写了很久的话", "pictures": a_photo()})
    assert answer.status_code == 422
    assert "写了很久的话" in text(answer)
    assert "请确认照片里能认出的人都同意" in text(answer)
    assert not Attachment.objects.exists()


def test_files_stay_when_words_are_missing(county, plan):
    task = a_task(plan)
    client = as_(psych_of(county, task))
    answer = client.post(url("task", task.pk), {"text": "", "files": a_pdf("小结.pdf")})
    assert answer.status_code == 422
    assert "请写几句做了什么" in text(answer)
    assert "小结.pdf" in text(answer)
    kept = Attachment.objects.get()
    assert kept.hand_in is None
    removed = client.post(url("task", task.pk), {"text": "先写着", "remove": kept.pk})
    assert "先写着" in text(removed)
    assert not Attachment.objects.exists()


def test_uploading_first_keeps_the_task_open(county, plan):
    task = a_task(plan)
    answer = as_(psych_of(county, task)).post(url("task", task.pk), {"text": "草稿", "files": a_pdf(), "upload": "1"})
    assert answer.status_code == 200
    assert "草稿" in text(answer)
    task.refresh_from_db()
    assert task.state == "open"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://elsewhere.example/x", "这不是本系统的页面"),
        ("/no-such-page/", "本系统里没有这个页面"),
        ("javascript:alert(1)", "本系统里没有这个页面"),
    ],
)
def test_links_lead_to_pages_of_the_house_only(county, plan, address, words):
    task = a_task(plan)
    answer = as_(psych_of(county, task)).post(url("task", task.pk), {"text": "好", "label1": "看", "url1": address})
    assert answer.status_code == 422
    assert words in text(answer)


def test_a_refused_file_is_named_and_the_good_one_stays(county, plan):
    from django.core.files.uploadedfile import SimpleUploadedFile

    task = a_task(plan)
    bad = SimpleUploadedFile("跑起来.exe", b"MZ\x90\x00", "application/octet-stream")
    answer = as_(psych_of(county, task)).post(url("task", task.pk), {"text": "好", "files": [a_pdf(), bad]})
    assert answer.status_code == 422
    assert "跑起来.exe" in text(answer)
    assert Attachment.objects.count() == 1


def test_a_colleague_of_another_school_does_not_find_it(county, plan):
    task = a_task(plan, unit=county.schools[0])
    client = as_(county.psychs[1])
    assert client.get(url("task", task.pk)).status_code == 404
    assert client.post(url("task", task.pk), {"text": "x"}).status_code == 404


def test_the_officer_reads_it_and_cannot_hand_it_in(county, plan):
    task = a_task(plan)
    client = as_(county.shao)
    assert 'name="pictures"' not in text(client.get(url("task", task.pk)))
    client.post(url("task", task.pk), {"text": "我替你交"})
    task.refresh_from_db()
    assert task.state == "open"


def test_taking_withdrawing_and_handing_on(county, plan):
    task = a_task(plan)
    client = as_(psych_of(county, task))
    client.post(url("take", task.pk))
    task.refresh_from_db()
    assert task.state == "taken"
    client.post(url("task", task.pk), {"text": "第一次"})
    client.post(url("withdraw", task.pk))
    assert "第一次" in text(client.get(url("task", task.pk)))
    other = next(post for post in _heirs(task) if post.kind == "moral_head")
    client.post(url("hand_on", task.pk), {"to": other.pk})
    task.refresh_from_db()
    assert task.owner_id == other.pk


def _heirs(task):
    from xinqiao.plans.selectors import heirs

    return heirs(task, NOON.date())


# --- files --------------------------------------------------------------------------------------------------------


def test_files_are_for_whoever_may_see_the_task(county, plan):
    task = a_task(plan, unit=county.schools[0])
    owner = as_(psych_of(county, task))
    owner.post(url("task", task.pk), {"text": "好", "files": a_pdf(), "upload": "1"})
    file = url("attachment", Attachment.objects.get().pk)
    assert owner.get(file)["Content-Disposition"].startswith("attachment")
    assert as_(county.shao).get(file).status_code == 404, "not handed in yet: the officer does not see it"
    owner.post(url("task", task.pk), {"text": "好"})
    assert as_(county.shao).get(file).status_code == 200
    assert as_(county.psychs[1]).get(file).status_code == 404


# --- review -------------------------------------------------------------------------------------------------------


def test_the_officer_accepts_several_at_once_and_returns_one_with_words(county, plan):
    rows = plan.tasks.filter(measure="summary-month").order_by("due_on", "unit__path")[:3]
    first, second, third = (handed_in(county, task) for task in rows)
    client = as_(county.shao)
    page = text(client.get(url("review")))
    assert county.schools[0].name in page
    assert "做完了，来了三十人。" in page
    client.post(url("review_many"), {"task": [first.pk, second.pk], "words": "谢谢"})
    answer = client.post(url("review_one", third.pk), {"verdict": "return", "words": "请补人数"}, follow=True)
    assert "已退回" in text(answer)
    states = dict(Task.objects.filter(pk__in=[first.pk, second.pk, third.pk]).values_list("pk", "state"))
    assert states == {first.pk: "accepted", second.pk: "accepted", third.pk: "returned"}
    shown = text(as_(psych_of(county, third)).get(url("task", third.pk)))
    assert "请补人数" in shown
    assert "退回补充，请看审核意见" in shown


def test_returning_without_words_is_refused(county, plan):
    task = handed_in(county, a_task(plan))
    answer = as_(county.shao).post(url("review_one", task.pk), {"verdict": "return", "words": " "}, follow=True)
    assert "请写明还缺什么" in text(answer)
    task.refresh_from_db()
    assert task.state == "handed_in"


def test_a_school_sees_no_review_of_the_bureau(county, plan):
    task = handed_in(county, a_task(plan, unit=county.schools[0]))
    head = as_(county.heads[0])
    assert "没有等您审核的材料" in text(head.get(url("review")))
    assert head.post(url("review_one", task.pk), {"verdict": "accept"}).status_code == 403


def test_nobody_accepts_what_they_handed_in_while_another_could(county, plan):
    task = a_task(plan, measure="report-year")
    tasks.hand_in(actor=county.yan, task=task, text="总结", at=NOON)
    page = text(as_(county.yan).get(url("review")))
    assert "自己交的，由另一个人审核" in page or "没有等您审核的材料" in page


def test_questions_asked_by_the_queue_do_not_grow(county, plan, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = as_(county.shao)
    rows = list(plan.tasks.filter(measure="summary-month")[:8])
    handed_in(county, rows[0])
    client.get(url("review"))
    with CaptureQueriesContext(connection) as one:
        client.get(url("review"))
    for row in rows[1:]:
        handed_in(county, row)
    with CaptureQueriesContext(connection) as many:
        client.get(url("review"))
    assert len(many) <= len(one)


# --- reminding, waiving, more time --------------------------------------------------------------------------------


def test_late_ones_are_ticked_and_reminded_in_one_go(county, plan, monkeypatch):
    stand_at(monkeypatch, NOON + 9 * DAY)
    client = as_(county.shao)
    page = text(client.get(url("remind") + "?when=late"))
    assert "checked" in page
    answer = client.post(url("remind"), {"when": "late", "all": "1"}, follow=True)
    assert "已催办" in text(answer)
    reminded = Task.objects.filter(reminded_on=(NOON + 9 * DAY).date())
    assert reminded.count() == Task.objects.filter(state="open", due_on__lt=(NOON + 9 * DAY).date()).count() > 0


def test_reminding_nobody_asks_to_tick(county, plan):
    assert "请先勾选" in text(as_(county.shao).post(url("remind"), follow=True))


def test_schools_do_not_remind_the_county(county, plan):
    client = as_(county.heads[0])
    assert "没有要催办的任务" in text(client.get(url("remind")))


def test_waive_more_time_and_open_again(county, plan):
    task = a_task(plan)
    client = as_(county.shao)
    assert client.post(url("postpone", task.pk), {"reason": "停课", "due_on": "2026-01-01"}).status_code == 422
    client.post(url("postpone", task.pk), {"reason": "停课", "due_on": "2026-12-05"})
    task.refresh_from_db()
    assert str(task.due_on) == "2026-12-05"
    client.post(url("waive", task.pk), {"reason": "学校撤并"})
    task.refresh_from_db()
    assert (task.state, task.reason) == ("waived", "学校撤并")
    client.post(url("reopen", task.pk), {"reason": "又恢复了"})
    task.refresh_from_db()
    assert task.state == "open"
    assert as_(county.heads[0]).post(url("waive", task.pk), {"reason": "不想做"}).status_code == 404


def test_home_tells_of_tasks_and_reviews(county, plan):
    open_task = plan.tasks.filter(state="open", starts_on__lte=NOON.date(), unit=county.schools[0]).first()
    handed_in(county, a_task(plan, unit=county.schools[1]))
    home = text(as_(county.shao).get("/"))
    assert "材料待您审核" in home
    assert "方案任务" in text(as_(psych_of(county, open_task)).get("/"))
