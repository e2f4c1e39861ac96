"""Summaries: drafted from records, finished by a person, sent inside the house, every version kept."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import docx
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from tests.factories import NOON, a_class, a_student, an_actor, sign_in
from tests.plans.factories import a_county, a_plan, a_task, handed_in
from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.insight import policies, rules, services
from xinqiao.insight.components import home
from xinqiao.insight.enums import SummaryKind, SummaryState
from xinqiao.insight.models import Summary, SummaryVersion
from xinqiao.insight.rules import SUMMARY
from xinqiao.insight.summaries import paper
from xinqiao.insight.summaries.facts import facts_of
from xinqiao.insight.summaries.periods import open_periods
from xinqiao.insight.sweeps import draft_summaries
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.models import Announcement
from xinqiao.plans.models import Task
from xinqiao.plans.services import running, tasks

TERMS = [(date(2026, 9, 1), date(2027, 1, 22)), (date(2027, 2, 22), date(2027, 7, 9))]
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


# --- periods ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "on", "school", "span"),
    [
        ("daily", date(2026, 11, 23), True, (date(2026, 11, 23), date(2026, 11, 23))),
        ("weekly", date(2026, 11, 29), True, (date(2026, 11, 23), date(2026, 11, 29))),
        ("monthly", date(2028, 2, 3), True, (date(2028, 2, 1), date(2028, 2, 29))),
        ("term", date(2026, 12, 1), True, TERMS[0]),
        ("term", date(2027, 2, 1), True, TERMS[0]),
        ("term", date(2026, 8, 1), True, None),
        ("year", date(2027, 8, 31), True, (date(2026, 9, 1), date(2027, 8, 31))),
        ("year", date(2027, 9, 1), True, (date(2027, 9, 1), date(2028, 8, 31))),
        ("year", date(2026, 11, 23), False, (date(2026, 1, 1), date(2026, 12, 31))),
    ],
)
def test_periods(kind, on, school, span):
    assert rules.span_of(kind, on, TERMS, school=school) == span


@pytest.mark.parametrize("kind", SummaryKind.values)
def test_the_period_before_ends_before(kind):
    span = rules.span_of(kind, date(2027, 3, 1), TERMS, school=True)
    past = rules.before(kind, span, TERMS, school=True)
    assert past[1] < span[0]
    assert rules.finish_by(kind, span[1]) > span[1]


def test_there_is_no_term_before_the_first():
    assert rules.before("term", TERMS[0], TERMS, school=True) is None


@pytest.mark.parametrize("state", SummaryState.values)
@pytest.mark.parametrize("move", ["send", "correct"])
def test_every_move(state, move):
    if (state, move) in {("draft", "send"), ("sent", "correct")}:
        assert SUMMARY.after(state, move) != state
    else:
        with pytest.raises(Refusal):
            SUMMARY.after(state, move)


# --- verbs ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def county(db):
    return a_county()


@pytest.fixture
def plan(county):
    return a_plan(county)


def drafted(county, *, kind: str = "monthly", actor=None, place=None) -> Summary:
    return services.draft_summary(
        actor=actor or county.shao, organisation=place or county.bureau, kind=kind, on=NOON.date(), at=NOON
    )


def finished(county, summary: Summary, actor=None, **texts: str) -> SummaryVersion:
    held = summary.versions.order_by("-number")[0].texts
    return services.save_summary(
        actor=actor or county.shao, summary=summary, title=summary.title, texts={**held, **texts}, at=NOON
    )


def test_a_draft_is_made_of_the_records(county, plan):
    task = handed_in(county, a_task(plan, unit=county.schools[0]))
    summary = drafted(county)
    version = summary.versions.get()
    facts = version.facts
    asked = Task.objects.filter(plan=plan, due_on__range=NOVEMBER).exclude(state="waived")
    assert facts["tasks"]["due"] == asked.count()
    assert facts["tasks"]["handed_in"] == 1
    assert version.by is None
    assert set(version.texts) == set(rules.SECTIONS["monthly"])
    assert county.bureau.name in summary.title
    assert "2026年11月" in summary.title
    assert task.title


def test_counts_change_with_the_records(county, plan):
    before = facts_of(county.bureau, "monthly", NOVEMBER, NOON, counts_children=False)["tasks"]
    task = handed_in(county, a_task(plan, unit=county.schools[0]))
    tasks.accept(actor=county.shao, task=task, words="", at=NOON)
    after = facts_of(county.bureau, "monthly", NOVEMBER, NOON, counts_children=False)["tasks"]
    assert after["accepted"] == before["accepted"] + 1
    assert (
        sum(row[1] for row in facts_of(county.bureau, "monthly", NOVEMBER, NOON, counts_children=False)["units"])
        <= (after["due"])
    )


def test_the_same_period_is_drafted_once(county, plan):
    assert drafted(county).pk == drafted(county).pk
    with pytest.raises(IntegrityError), transaction.atomic():
        Summary.objects.create(
            organisation=county.bureau, kind="monthly", starts_on=NOVEMBER[0], ends_on=NOVEMBER[1], title="x",
            made_at=NOON,
        )  # fmt: skip


def test_a_period_ahead_and_a_term_nobody_knows_are_refused(county):
    with pytest.raises(Refusal) as refusal:
        services.draft_summary(
            actor=county.shao, organisation=county.bureau, kind="monthly", on=NOON.date() + timedelta(days=40), at=NOON
        )
    assert refusal.value.code == "future"
    with pytest.raises(Refusal) as refusal:
        services.draft_summary(actor=county.shao, organisation=county.bureau, kind="term", on=date(2026, 8, 1), at=NOON)
    assert refusal.value.code == "term"


def test_saving_keeps_every_version(county, plan):
    summary = drafted(county)
    second = finished(county, summary, overview="本月各校都按计划开展。")
    assert second.number == 2
    assert finished(county, summary).number == 2
    third = finished(county, summary, overview="本月各校都按计划开展，效果好。")
    assert (third.number, summary.versions.count()) == (3, 3)
    assert summary.versions.get(number=2).texts["overview"] == "本月各校都按计划开展。"


def test_reading_the_records_again_keeps_what_a_person_wrote(county, plan):
    summary = drafted(county)
    finished(county, summary, overview="我写的。")
    handed_in(county, a_task(plan, unit=county.schools[0]))
    fresh = services.refresh_summary(actor=county.shao, summary=summary, at=NOON)
    assert fresh.texts["overview"] == "我写的。"
    assert fresh.facts["tasks"]["handed_in"] == 1
    assert fresh.by is None


def test_a_draft_nobody_looked_at_is_not_sent(county, plan):
    summary = drafted(county)
    with pytest.raises(Refusal) as refusal:
        services.send_summary(actor=county.shao, summary=summary, to=county.bureau, at=NOON)
    assert refusal.value.code == "unread"


def test_sending_tells_the_office_and_locks_the_text(county, plan):
    school, moral = county.schools[0], county.morals[0]
    summary = drafted(county, actor=moral, place=school)
    finished(county, summary, actor=moral)
    Announcement.objects.all().delete()
    sending = services.send_summary(actor=moral, summary=summary, to=county.bureau, at=NOON)
    told = set(Announcement.objects.filter(topic="person.waits").values_list("payload__person_id", flat=True))
    assert {county.shao.person.pk, county.zhou.person.pk} <= told
    assert list(policies.unread(county.shao)) == [sending]
    with pytest.raises(Refusal):
        finished(county, summary, actor=moral, overview="改一改")
    services.open_received(actor=county.shao, summary=summary, at=NOON)
    assert not policies.unread(county.shao).exists()
    assert services.open_received(actor=county.shao, summary=summary, at=NOON) == 0


def test_a_correction_is_sent_anew_and_the_first_stays(county, plan):
    school, moral = county.schools[0], county.morals[0]
    summary = drafted(county, actor=moral, place=school)
    finished(county, summary, actor=moral, overview="第一次")
    services.send_summary(actor=moral, summary=summary, to=county.bureau, at=NOON)
    services.correct_summary(actor=moral, summary=summary, at=NOON)
    summary.refresh_from_db()
    finished(county, summary, actor=moral, overview="改过的")
    services.send_summary(actor=moral, summary=summary, to=county.bureau, at=NOON)
    sent = [sending.version.texts["overview"] for sending in summary.sendings.order_by("pk")]
    assert sent == ["第一次", "改过的"]


def test_it_goes_nowhere_but_to_offices_above_and_leading(county, plan):
    moral = county.morals[0]
    summary = drafted(county, actor=moral, place=county.schools[0])
    finished(county, summary, actor=moral)
    with pytest.raises(Refusal) as refusal:
        services.send_summary(actor=moral, summary=summary, to=county.schools[1], at=NOON)
    assert refusal.value.code == "to"


def test_it_is_handed_in_for_a_task_as_word(county, plan):
    moral, school = county.morals[0], county.schools[0]
    summary = drafted(county, actor=moral, place=school)
    finished(county, summary, actor=moral)
    task = a_task(plan, unit=school)
    task.owner = Post.objects.get(person=moral.person)
    task.save()
    sending = services.send_summary(actor=moral, summary=summary, to=county.bureau, task=task, at=NOON)
    task.refresh_from_db()
    assert task.state == "handed_in"
    file = sending.hand_in.attachments.get()
    assert file.name.endswith(".docx")
    text = "\n".join(p.text for p in docx.Document(BytesIO(file.file.read())).paragraphs)
    assert summary.title in text


def test_only_people_of_the_organisation_write(county, plan):
    for stranger in (county.heads[1], county.shao, an_actor(PostKind.CLASS_TEACHER, a_class(county.schools[0]))):
        with pytest.raises(PermissionDenied):
            drafted(county, actor=stranger, place=county.schools[0])
    summary = drafted(county, actor=county.psychs[0], place=county.schools[0])
    with pytest.raises(PermissionDenied):
        finished(county, summary, actor=county.shao)
    assert not policies.visible_summaries(county.shao).filter(pk=summary.pk).exists()
    assert not policies.visible_summaries(county.heads[1]).filter(pk=summary.pk).exists()
    assert policies.visible_summaries(county.heads[0]).filter(pk=summary.pk).exists()


def test_no_child_is_in_it(county, plan):
    a_student(a_class(county.schools[0]), "王小雨")
    summary = drafted(county, kind="term")
    version = summary.versions.get()
    assert "王小雨" not in str(version.facts) + str(version.texts)
    assert dict(version.facts["numbers"])["signals"] in {"0", "—"}


@pytest.mark.parametrize("kind", SummaryKind.values)
def test_every_kind_becomes_word(county, plan, kind):
    version = drafted(county, kind=kind).versions.get()
    data = docx.Document(BytesIO(paper.as_word(version)))
    heads = [p.text for p in data.paragraphs if p.text.startswith(("一、", "二、", "三、"))]
    assert heads[0] == "一、总体情况"


def test_the_number_of_queries_does_not_grow(county, plan, django_assert_max_num_queries):
    facts_of(county.bureau, "term", TERMS[0], NOON, counts_children=True)
    with django_assert_max_num_queries(36):
        facts_of(county.bureau, "term", TERMS[0], NOON, counts_children=True)


# --- by itself --------------------------------------------------------------------------------------------------------


def test_periods_that_are_over_draft_themselves_once(county, plan):
    at = NOON.replace(month=12, day=2)
    Announcement.objects.all().delete()
    draft_summaries(at)
    draft_summaries(at)
    row = Summary.objects.get(organisation=county.bureau)
    assert (row.kind, row.starts_on, row.made_by) == ("monthly", NOVEMBER[0], None)
    assert Announcement.objects.filter(payload__person_id=county.shao.person.pk).exists()
    assert policies.unfinished(county.shao).count() == 1


def test_only_what_an_organisation_wants_drafts_itself(county, plan):
    services.set_rhythm(actor=county.shao, organisation=county.bureau, kinds=["daily", "nonsense"], at=NOON)
    draft_summaries(NOON)
    assert list(Summary.objects.values_list("kind", flat=True)) == ["daily"]
    assert Summary.objects.get().starts_on == NOON.date() - timedelta(days=1)


def test_nobody_without_a_plan_gets_drafts(county):
    draft_summaries(NOON.replace(month=12, day=2))
    assert not Summary.objects.exists()


def test_a_period_written_about_is_not_offered_again(county, plan):
    on = NOON.date()
    before = {(each.kind, each.starts_on) for each in open_periods(county.bureau, on)}
    drafted(county)
    after = {(each.kind, each.starts_on) for each in open_periods(county.bureau, on)}
    assert before - after == {("monthly", NOVEMBER[0])}


def test_a_paused_plan_drafts_nothing_by_itself(county, plan):
    running.pause(actor=county.shao, plan=plan, reason="放假", at=NOON)
    draft_summaries(NOON.replace(month=12, day=2))
    assert not Summary.objects.exists()


# --- pages ------------------------------------------------------------------------------------------------------------


def test_by_hand_from_the_list_to_the_bureau(county, plan, client):
    sign_in(client, county.morals[0])
    page = client.get(reverse("insight:summaries"))
    assert "月小结" in page.content.decode()
    today = date.today().isoformat()
    answer = client.post(
        reverse("insight:summary_draft"), {"organisation": county.schools[0].pk, "kind": "monthly", "on": today}
    )
    summary = Summary.objects.get()
    assert answer["Location"] == reverse("insight:summary", args=[summary.pk])
    page = client.get(answer["Location"])
    assert "请不要写学生姓名" in page.content.decode()
    texts = summary.versions.get().texts
    client.post(answer["Location"], {**texts, "title": summary.title, "overview": "本月很好。"})
    assert summary.versions.count() == 2
    client.post(reverse("insight:summary_send", args=[summary.pk]), {"to": county.bureau.pk})
    summary.refresh_from_db()
    assert summary.state == "sent"
    sign_in(client, county.shao)
    assert "收到新的小结" in client.get(reverse("insight:home")).content.decode()
    page = client.get(f"{reverse('insight:summaries')}?show=received")
    assert summary.title in page.content.decode()
    page = client.get(reverse("insight:summary", args=[summary.pk])).content.decode()
    assert "本月很好。" in page
    assert "第 1 版" not in page
    word = client.get(reverse("insight:summary_word", args=[summary.pk]))
    assert word["Content-Type"].endswith("document")
    assert client.post(reverse("insight:summary", args=[summary.pk]), {"title": "改"}).status_code == 403
    sign_in(client, county.heads[0])
    assert "邵专干" in client.get(reverse("insight:summary", args=[summary.pk])).content.decode()


def test_others_see_only_the_version_that_was_sent(county, plan, client):
    moral = county.morals[0]
    summary = drafted(county, actor=moral, place=county.schools[0])
    finished(county, summary, actor=moral, overview="送出的话")
    services.send_summary(actor=moral, summary=summary, to=county.bureau, at=NOON)
    services.correct_summary(actor=moral, summary=summary, at=NOON)
    finished(county, summary, actor=moral, overview="还没送出的话")
    sign_in(client, county.shao)
    url = reverse("insight:summary", args=[summary.pk])
    assert "还没送出的话" not in client.get(url).content.decode()
    assert client.get(f"{url}?version=3").status_code == 404
    sign_in(client, county.heads[1])
    assert client.get(url).status_code == 404


def test_the_home_page_names_drafts(county, plan, rf):
    draft_summaries(NOON.replace(month=12, day=2))
    request = rf.get("/")
    request.actor = county.shao
    assert [row["count"] for row in home(request)] == [1]
    request.actor = county.heads[0]
    assert home(request) == []
