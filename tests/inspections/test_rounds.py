"""A round from draft to end: who may do what, what is refused, what it leaves behind."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import a_person, a_post, an_actor
from tests.inspections.factories import (
    FORM,
    LATER,
    NOON,
    TODAY,
    a_checking_round,
    a_county,
    a_draft,
    a_published_round,
    an_open_round,
    checked,
    facts,
    self_scored,
    sent,
    sheet_of,
)
from xinqiao.access.actor import actor_of
from xinqiao.access.enums import PostKind
from xinqiao.audit.models import Entry as Trail
from xinqiao.indicators.registry import Share
from xinqiao.inspections import indicators, policies, receivers
from xinqiao.inspections.enums import AppealState, RoundState, SheetState
from xinqiao.inspections.models import Mark, Mending, Sheet
from xinqiao.inspections.services import appeals, checking, guests, mending, rounds, scoring
from xinqiao.kernel.refusal import Refusal
from xinqiao.plans.enums import Origin, TaskState
from xinqiao.plans.services import tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return a_county()


def refused(code, verb, **given):
    with pytest.raises(Refusal) as no:
        verb(**given)
    assert no.value.code == code, no.value
    return no.value


class TestDraft:
    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"title": " "}, "title"),
            ({"check_until": TODAY}, "check_until"),
            ({"self_until": TODAY + timedelta(days=40)}, "self_until"),
            ({"appeal_days": 0}, "appeal_days"),
            ({"mend_days": 400}, "mend_days"),
        ],
    )
    def test_days_that_cannot_be_are_refused(self, world, given, code):
        refused(
            code, rounds.draft_round, actor=world.shao, organisation=world.bureau, facts=facts(**given), form=FORM,
            at=NOON,
        )  # fmt: skip

    @pytest.mark.parametrize("who", ["leader", "school", "stranger"])
    def test_only_inspectors_of_the_office_hold_one(self, world, who):
        actor = {
            "leader": lambda: world.zhou,
            "school": lambda: world.heads[0],
            "stranger": lambda: a_county(0).shao,
        }[who]()
        with pytest.raises(PermissionDenied):
            rounds.draft_round(actor=actor, organisation=world.bureau, facts=facts(), form=FORM, at=NOON)

    def test_units_lie_below_and_the_draw_is_kept(self, world):
        round_ = a_draft(world)
        stranger = a_county(1).schools[0]
        refused("units", rounds.set_units, actor=world.shao, round_=round_, units=[stranger], sampling="all", at=NOON)
        refused("units", rounds.set_units, actor=world.shao, round_=round_, units=[], sampling="all", at=NOON)
        given = {"actor": world.shao, "round_": round_, "units": world.schools, "sampling": "random", "at": NOON}
        refused("number", rounds.set_units, number=3, **given)
        rounds.set_units(number=1, seed=7, **given)
        drawn = list(round_.sheets.filter(drawn=True).values_list("unit", flat=True))
        rounds.set_units(number=1, seed=7, **given)
        assert list(round_.sheets.filter(drawn=True).values_list("unit", flat=True)) == drawn
        assert len(drawn) == 1

    def test_once_open_form_and_units_stand(self, world):
        round_ = an_open_round(world)
        refused(
            "move", rounds.draft_round, actor=world.shao, organisation=world.bureau, facts=facts(), form=FORM,
            round_=round_, at=NOON,
        )  # fmt: skip
        refused("move", rounds.set_units, actor=world.shao, round_=round_, units=world.schools, sampling="all", at=NOON)

    def test_a_draft_is_nobody_elses_business(self, world):
        round_ = a_draft(world)
        assert not policies.visible_rounds(world.heads[0]).exists()
        rounds.open_round(actor=world.shao, round_=round_, at=NOON)
        assert policies.visible_rounds(world.heads[0]).count() == 1
        assert [row.unit for row in policies.visible_sheets(world.heads[0])] == [world.schools[0]]


class TestOwnScores:
    def test_saved_handed_in_and_taken_back(self, world):
        sheet = sheet_of(an_open_round(world), world.schools[0])
        sheet = self_scored(world, sheet, world.heads[0])
        assert (sheet.state, sheet.self_share) == (SheetState.SUBMITTED, Decimal("93.0"))
        given = {"actor": world.heads[0], "sheet": sheet, "at": NOON}
        refused("move", scoring.save_own, scores={}, words={}, summary="", **given)
        assert scoring.withdraw_own(**given).self_share is None

    @pytest.mark.parametrize("who", ["neighbour", "bureau", "stranger"])
    def test_only_the_unit_scores_itself(self, world, who):
        sheet = sheet_of(an_open_round(world), world.schools[0])
        actor = {"neighbour": world.heads[1], "bureau": world.shao, "stranger": a_county(0).zhou}[who]
        with pytest.raises(PermissionDenied):
            scoring.save_own(actor=actor, sheet=sheet, scores={}, words={}, summary="", at=NOON)

    def test_a_colleague_may_go_on(self, world):
        sheet = sheet_of(an_open_round(world), world.schools[0])
        scoring.save_own(actor=world.psychs[0], sheet=sheet, scores={}, words={}, summary="起草", at=NOON)
        assert self_scored(world, sheet, world.morals[0]).state == SheetState.SUBMITTED

    def test_what_is_missing_is_named(self, world):
        sheet = sheet_of(an_open_round(world), world.schools[0])
        given = {"actor": world.heads[0], "sheet": sheet, "at": NOON}
        wrong = refused("score", scoring.save_own, scores={"lead": Decimal(21)}, words={}, summary="", **given)
        assert wrong.field == "score_lead"
        assert "组织领导" in str(wrong)
        scoring.save_own(scores={"lead": Decimal(20)}, words={}, summary="", **given)
        assert refused("words", scoring.submit_own, **given).field == "words_lead"

    def test_after_the_last_day_it_is_over(self, world):
        sheet = sheet_of(an_open_round(world), world.schools[0])
        refused(
            "closed", scoring.save_own, actor=world.heads[0], sheet=sheet, scores={}, words={}, summary="", at=LATER
        )


class TestOnTheSpot:
    def test_nobody_checks_where_they_work(self, world):
        round_ = a_checking_round(world)
        sheet = sheet_of(round_, world.schools[0])
        both = a_person(world.schools[0])
        a_post(both, PostKind.BUREAU_EXPERT, world.bureau)
        a_post(both, PostKind.PSYCH_TEACHER, world.schools[0])
        both = actor_of(both, LATER)
        with pytest.raises(PermissionDenied):
            checking.receive(actor=both, sheet=sheet, sent=[sent("lead", 1)], at=LATER)
        assert not policies.sees_check(both, sheet)
        other = sheet_of(round_, world.schools[1])
        assert checking.receive(actor=both, sheet=other, sent=[sent("lead", 1)], at=LATER)
        refused(
            "checkers", rounds.name_checkers, actor=world.shao, sheet=sheet, persons=[world.psychs[0].person], at=LATER
        )

    @pytest.mark.parametrize("who", ["named", "colleague", "unit", "stranger"])
    def test_who_is_let_in(self, world, who):
        round_ = a_checking_round(world)
        sheet = sheet_of(round_, world.schools[0])
        rounds.name_checkers(actor=world.shao, sheet=sheet, persons=[world.psychs[1].person], at=LATER)
        actor = {"named": world.psychs[1], "colleague": world.seconds[1], "unit": world.heads[0],
                 "stranger": a_county(0).shao}[who]  # fmt: skip
        if who == "named":
            assert checking.receive(actor=actor, sheet=sheet, sent=[sent("lead", 5)], at=LATER)
            assert policies.visible_sheets(actor).filter(pk=sheet.pk).exists()
            return
        with pytest.raises(PermissionDenied):
            checking.receive(actor=actor, sheet=sheet, sent=[sent("lead", 5)], at=LATER)

    def test_a_score_out_of_range_is_refused_by_name_and_the_rest_is_kept(self, world):
        sheet = sheet_of(a_checking_round(world), world.schools[0])
        good, high, odd = sent("lead", "15.5"), sent("room", 31, seq=2), sent("hidden", "很好", seq=3)
        unknown, no_line = sent("nothing", 1, seq=4), sent("lead", red=True, seq=5)
        answer = checking.receive(actor=world.yan, sheet=sheet, sent=[good, high, odd, unknown, no_line], at=LATER)
        assert answer[good.key] == ""
        assert "辅导室" in answer[high.key]
        assert "数字" in answer[odd.key]
        assert answer[unknown.key]
        assert "不是红线" in answer[no_line.key]
        assert Mark.objects.get().score == Decimal("15.5")

    def test_finishing_needs_every_score_a_word_for_lost_points_and_mending_for_a_red_line(self, world):
        sheet = sheet_of(a_checking_round(world), world.schools[0])
        given = {"actor": world.yan, "sheet": sheet, "at": LATER}
        assert refused("score", checking.finish, **given).field == "lead"
        for seq, item in enumerate(("lead", "room", "hidden"), 1):
            checking.receive(sent=[sent(item, 10, seq=seq, words="")], **given)
        assert refused("words", checking.finish, **given).field == "lead"
        for seq, item in enumerate(("lead", "room"), 4):
            checking.receive(sent=[sent(item, 10, seq=seq)], **given)
        checking.receive(sent=[sent("hidden", red=True, seq=9)], **given)
        assert refused("mend", checking.finish, **given).field == "hidden"
        checking.receive(sent=[sent("hidden", red=True, seq=10, mend="补报")], **given)
        done = checking.finish(**given)
        assert (done.total, done.grade, done.red) == (Decimal("20.00"), "需要整改", ["hidden"])
        refused("closed", checking.receive, sent=[sent("lead", 20)], **given)

    def test_a_mistake_is_corrected_before_publication_only(self, world):
        round_ = a_checking_round(world)
        sheet = checked(world, sheet_of(round_, world.schools[0]))
        reopened = checking.reopen(actor=world.yan, sheet=sheet, at=LATER)
        assert (reopened.state, reopened.total) == (SheetState.OPEN, None)
        checked(world, reopened, (10, 30, 50), actor=world.yan)
        checked(world, sheet_of(round_, world.schools[1]))
        rounds.publish_round(actor=world.shao, round_=round_, at=LATER)
        refused("move", checking.reopen, actor=world.yan, sheet=sheet, at=LATER)

    def test_the_unit_sees_nothing_before_publication(self, world):
        round_ = a_checking_round(world)
        sheet = checked(world, sheet_of(round_, world.schools[0]))
        assert not policies.sees_check(world.heads[0], Sheet.objects.get(pk=sheet.pk))
        checked(world, sheet_of(round_, world.schools[1]))
        rounds.publish_round(actor=world.shao, round_=round_, at=LATER)
        assert policies.sees_check(world.heads[0], Sheet.objects.get(pk=sheet.pk))
        assert not policies.visible_sheets(world.heads[1]).filter(pk=sheet.pk).exists()


@pytest.mark.property
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(["lead", "room", "hidden"]), st.integers(0, 20)), min_size=1, max_size=8),
       st.randoms(use_true_random=False))  # fmt: skip
def test_whatever_the_network_does_the_last_thing_written_stands(changes, chance: random.Random):
    """Messages of one phone arrive twice, in parts and in any order: the sheet is as it was left on the phone."""
    with transaction.atomic():
        world = a_county(1)
        sheet = sheet_of(a_checking_round(world), world.schools[0])
        written = [sent(item, score, seq=n) for n, (item, score) in enumerate(changes, 1)]
        arriving = written + [chance.choice(written) for _ in range(4)]
        chance.shuffle(arriving)
        while arriving:
            size = chance.randint(1, 4)
            part, arriving = arriving[:size], arriving[size:]
            answer = checking.receive(actor=world.yan, sheet=sheet, sent=part, at=LATER)
            assert set(answer) == {each.key for each in part}
            assert not any(answer.values())
        checking.receive(actor=world.yan, sheet=sheet, sent=written, at=LATER)
        last = dict(changes)
        assert {mark.item: mark.score for mark in sheet.marks.all()} == {k: Decimal(v) for k, v in last.items()}
        assert sheet.entries.count() == len(written)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "data",
    [None, [], {}, {"client": "x", "entries": []}, {"client": "phone-0001", "entries": [{"key": "a"}]},
     {"client": "phone-0001", "entries": [{"key": "k" * 40, "seq": 1, "item": "lead"}]},
     {"client": "phone-0001", "entries": [{"key": "key-00000001", "seq": -1, "item": "lead"}]}],
)  # fmt: skip
def test_a_broken_message_is_refused(data):
    refused("message", checking.read_sent, data=data)


class TestPublishing:
    def test_not_before_all_are_checked(self, world):
        round_ = a_checking_round(world)
        checked(world, sheet_of(round_, world.schools[0]))
        no = refused("unchecked", rounds.publish_round, actor=world.shao, round_=round_, at=LATER)
        assert world.schools[1].name in str(no)

    def test_what_has_to_be_mended_becomes_a_task_once(self, world):
        round_ = a_published_round(world, mend="补齐沙盘")
        (row,) = Mending.objects.all()
        assert (row.task.origin, row.task.unit, row.task.asker) == (Origin.MENDING, world.schools[0], world.bureau)
        assert "补齐沙盘" in row.task.words
        assert row.task.due_on == (LATER + timedelta(days=30)).date()
        refused("move", rounds.publish_round, actor=world.shao, round_=round_, at=LATER)

    def test_closing_waits_for_the_appeals(self, world):
        round_ = a_published_round(world)
        refused("appeals", rounds.close_round, actor=world.shao, round_=round_, at=LATER)
        appeals.appeal(
            actor=world.heads[0], sheet=sheet_of(round_, world.schools[0]), items=["lead"], words="有记录", at=LATER
        )
        after = LATER + timedelta(days=8)
        refused("appeals", rounds.close_round, actor=world.shao, round_=round_, at=after)

    def test_cancelling_says_why_and_ends_it(self, world):
        round_ = an_open_round(world)
        refused("reason", rounds.cancel_round, actor=world.shao, round_=round_, reason=" ", at=NOON)
        assert (
            rounds.cancel_round(actor=world.shao, round_=round_, reason="改期", at=NOON).state == RoundState.CANCELLED
        )


class TestMending:
    @pytest.fixture
    def row(self, world):
        a_published_round(world, mend="补齐沙盘")
        return Mending.objects.get()

    def test_done_only_when_somebody_looked_again(self, world, row):
        given = {"mending": row, "at": LATER}
        refused("waiting", mending.recheck, actor=world.yan, passed=True, words="好了", **given)
        tasks.hand_in(actor=actor_of(row.task.owner.person, LATER), task=row.task, text="买了", at=LATER)
        for other in (world.heads[0], world.zhou, world.heads[1]):
            with pytest.raises(PermissionDenied):
                mending.recheck(actor=other, passed=True, words="好了", **given)
        with pytest.raises(PermissionDenied):
            tasks.accept(actor=world.zhou, task=row.task, at=LATER)
        refused("words", mending.recheck, actor=world.yan, passed=True, words=" ", **given)
        mending.recheck(actor=world.yan, passed=False, words="还没装好", **given)
        row.task.refresh_from_db()
        assert row.task.state == TaskState.RETURNED
        tasks.hand_in(actor=actor_of(row.task.owner.person, LATER), task=row.task, text="装好了", at=LATER)
        mending.recheck(actor=world.yan, passed=True, words="看到沙盘", **given)
        row.task.refresh_from_db()
        assert row.task.state == TaskState.ACCEPTED
        assert [each.passed for each in row.rechecks.all()] == [False, True]

    def test_accepted_on_the_task_page_counts_as_looked_at(self, world, row):
        tasks.hand_in(actor=actor_of(row.task.owner.person, LATER), task=row.task, text="买了", at=LATER)
        tasks.accept(actor=world.yan, task=row.task, words="现场看过", at=LATER)
        for _n in range(2):
            receivers.settled(at=LATER, task_id=row.task_id, origin="mending", state="accepted", subject="")
        (seen,) = row.rechecks.all()
        assert (seen.passed, seen.by, seen.words) == (True, world.yan.person, "现场看过")


class TestAppeals:
    def test_another_person_decides_and_the_result_is_worked_out_anew(self, world):
        round_ = a_published_round(world, red=True)
        sheet = sheet_of(round_, world.schools[0])
        assert sheet.grade == "需要整改"
        row = appeals.appeal(actor=world.heads[0], sheet=sheet, items=["hidden"], words="当时报告了", at=LATER)
        refused("waiting", appeals.appeal, actor=world.heads[0], sheet=sheet, items=["lead"], words="x", at=LATER)
        given = {"appeal": row, "uphold": True, "answer": "核实已报告", "cleared": ["hidden"], "at": LATER}
        for nobody in (world.shao, world.heads[0], world.heads[1], world.zhou):
            with pytest.raises(PermissionDenied):
                appeals.decide(actor=nobody, scores={"hidden": Decimal(50)}, **given)
        appeals.decide(actor=world.yan, scores={"hidden": Decimal(50)}, **given)
        sheet.refresh_from_db()
        row.refresh_from_db()
        assert (sheet.share, sheet.grade, sheet.red) == (Decimal("100.0"), "优秀", [])
        assert (row.state, row.decided_by) == (AppealState.UPHELD, world.yan.person)
        refused("move", appeals.decide, actor=world.yan, scores={}, **given)

    def test_until_a_day_and_by_the_unit(self, world):
        sheet = sheet_of(a_published_round(world), world.schools[0])
        given = {"sheet": sheet, "items": ["lead"], "words": "有"}
        for nobody in (world.heads[1], world.shao):
            with pytest.raises(PermissionDenied):
                appeals.appeal(actor=nobody, at=LATER, **given)
        refused("late", appeals.appeal, actor=world.heads[0], at=LATER + timedelta(days=8), **given)
        refused("items", appeals.appeal, actor=world.heads[0], at=LATER, **{**given, "items": []})
        refused("words", appeals.appeal, actor=world.heads[0], at=LATER, **{**given, "words": " "})

    def test_upheld_without_a_change_is_none(self, world):
        sheet = sheet_of(a_published_round(world), world.schools[0])
        row = appeals.appeal(actor=world.heads[0], sheet=sheet, items=["lead"], words="有", at=LATER)
        given = {"actor": world.yan, "appeal": row, "at": LATER}
        refused("scores", appeals.decide, uphold=True, answer="好", scores={}, **given)
        assert appeals.decide(uphold=False, answer="维持", scores={}, **given).state == AppealState.DISMISSED


class TestGuests:
    def test_a_link_scores_its_sheet_and_no_other(self, world):
        round_ = a_checking_round(world)
        sheet, other = sheet_of(round_, world.schools[0]), sheet_of(round_, world.schools[1])
        new = guests.invite(actor=world.shao, round_=round_, sheet=sheet, for_whom="某大学 钱老师", days=7, at=LATER)
        nobody = an_actor(PostKind.CLASS_TEACHER, a_county(1).schools[0])
        assert checking.receive(actor=nobody, sheet=sheet, sent=[sent("lead", 5)], at=LATER, link=new.link)
        with pytest.raises(PermissionDenied):
            checking.receive(actor=nobody, sheet=other, sent=[sent("lead", 5)], at=LATER, link=new.link)
        whole = guests.invite(actor=world.shao, round_=round_, sheet=None, for_whom="评估机构", days=7, at=LATER)
        assert checking.receive(actor=nobody, sheet=other, sent=[sent("lead", 5)], at=LATER, link=whole.link)
        guests.end_invitation(actor=world.yan, round_=round_, link=whole.link, at=LATER)
        with pytest.raises(PermissionDenied):
            guests.invite(actor=world.heads[0], round_=round_, sheet=None, for_whom="x", days=7, at=LATER)
        with pytest.raises(PermissionDenied):
            guests.end_invitation(actor=world.heads[0], round_=round_, link=new.link, at=LATER)


class TestFigures:
    def test_checked_of_drawn_and_mended_of_ordered(self, world):
        round_ = a_checking_round(world)
        on = (LATER + timedelta(days=1)).date()
        first, second = world.schools
        checked(world, sheet_of(round_, first), mend="补齐沙盘")
        done = indicators.done(world.schools, on, {})
        assert done == {first.pk: Share(1.0, 1.0), second.pk: Share(0.0, 1.0)}
        checked(world, sheet_of(round_, second))
        rounds.publish_round(actor=world.shao, round_=round_, at=LATER)
        assert indicators.mended(world.schools, on, {}) == {first.pk: Share(0.0, 1.0)}
        row = Mending.objects.get()
        tasks.hand_in(actor=actor_of(row.task.owner.person, LATER), task=row.task, text="买了", at=LATER)
        mending.recheck(actor=world.yan, mending=row, passed=True, words="看到了", at=LATER)
        assert indicators.mended(world.schools, on, {}) == {first.pk: Share(1.0, 1.0)}
        assert indicators.done(world.schools, on.replace(year=on.year + 1), {}) == {}

    def test_two_queries_for_any_number(self, world, django_assert_num_queries):
        a_published_round(world)
        with django_assert_num_queries(2):
            indicators.done(world.schools, TODAY, {})
            indicators.mended(world.schools, TODAY, {})


HALF = [
    {"state": "checked"},
    {"drawn": False, "state": "checked", "checked_at": NOON, "total": 1, "share": 1, "checked_for": "x"},
]


@pytest.mark.parametrize("fields", HALF)
def test_the_database_refuses_half_a_sheet(world, fields):
    round_ = a_draft(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        round_.sheets.update(**fields)


def test_every_verb_left_a_trace(world):
    round_ = a_published_round(world, mend="补齐沙盘")
    actions = set(Trail.objects.values_list("action", flat=True))
    assert {
        "inspection.drafted", "inspection.drawn", "inspection.opened", "inspection.checking", "inspection.scored",
        "inspection.checked", "inspection.published", "plan_task.given",
    } <= actions  # fmt: skip
    assert round_.state == RoundState.PUBLISHED
