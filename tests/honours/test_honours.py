"""A selection from draft to honour: owner, colleague, stranger; what is refused; what it leaves behind."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook

from tests.factories import NOON, TODAY, a_person, a_post, sign_in
from tests.honours.factories import (
    CRITERIA,
    JURY_DAY,
    NOTICE_OVER,
    STATEMENT,
    a_county,
    a_draft,
    an_open_round,
    applied,
    facts,
    judging_round,
    noticed,
    scored,
)
from xinqiao.access.actor import actor_of
from xinqiao.access.enums import PostKind
from xinqiao.honours import indicators, policies
from xinqiao.honours.enums import ApplicationState, RoundState
from xinqiao.honours.models import Application, Honour, Objection, Round
from xinqiao.honours.services import applying, judging, rounds
from xinqiao.indicators.registry import Share
from xinqiao.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return a_county()


def refused(code, verb, **given):
    with pytest.raises(Refusal) as no:
        verb(**given)
    assert no.value.code == code, no.value


class TestRounds:
    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"title": " "}, "title"),
            ({"kind": "best"}, "kind"),
            ({"closes_on": TODAY - timedelta(days=1)}, "closes_on"),
            ({"places": 0}, "places"),
            ({"notice_days": 0}, "notice_days"),
        ],
    )
    def test_what_cannot_be_is_refused(self, world, given, code):
        refused(code, a_draft, world=world, **given)
        assert not Round.objects.exists()

    @pytest.mark.parametrize("who", ["expert", "school", "stranger"])
    def test_only_the_office_runs_one(self, world, who):
        actor = {"expert": world.yan, "school": world.heads[0], "stranger": a_county(0).shao}[who]
        with pytest.raises(PermissionDenied):
            rounds.draft_round(
                actor=actor, organisation=world.bureau, facts=facts(), criteria=CRITERIA, jurors=[], at=NOON
            )

    def test_once_open_the_criteria_stand_and_the_window_is_kept(self, world):
        round_ = an_open_round(world)
        given = {"organisation": world.bureau, "facts": facts(), "criteria": CRITERIA, "jurors": [], "at": NOON}
        refused("move", rounds.draft_round, actor=world.shao, round_=round_, **given)
        refused("closes_on", rounds.begin_judging, actor=world.shao, round_=round_, at=NOON)
        refused("none", rounds.begin_judging, actor=world.shao, round_=round_, at=JURY_DAY)
        refused("reason", rounds.cancel, actor=world.shao, round_=round_, reason="", at=NOON)
        assert rounds.cancel(actor=world.shao, round_=round_, reason="改期", at=NOON).state == RoundState.CANCELLED


class TestApplying:
    def test_handed_in_taken_back_and_handed_in_again(self, world):
        row = applied(world, an_open_round(world), 0)
        given = {"actor": world.morals[0], "application": row, "at": NOON}
        applying.withdraw(**given)
        assert applying.submit(**given).state == ApplicationState.SUBMITTED
        with pytest.raises(PermissionDenied):
            applying.withdraw(actor=world.heads[1], application=row, at=NOON)
        refused("closed", applying.withdraw, actor=world.heads[0], application=row, at=JURY_DAY)

    @pytest.mark.parametrize("who", ["neighbour", "office", "stranger"])
    def test_only_people_of_the_school_apply_for_it(self, world, who):
        actor = {"neighbour": world.heads[1], "office": world.shao, "stranger": a_county(1).heads[0]}[who]
        with pytest.raises(PermissionDenied):
            applying.apply_for(
                actor=actor, round_=an_open_round(world), organisation=world.schools[0], person=None, statement="x",
                at=NOON,
            )  # fmt: skip

    def test_what_is_missing_is_named(self, world):
        round_ = an_open_round(world)
        given = {"actor": world.heads[0], "round_": round_, "organisation": world.schools[0], "at": NOON}
        refused("person", applying.apply_for, person=world.psychs[0].person, statement="x", **given)
        row = applying.apply_for(person=None, statement="太短", **given)
        refused("statement", applying.submit, actor=world.heads[0], application=row, at=NOON)
        applying.apply_for(person=None, statement=STATEMENT, **given)
        row.refresh_from_db()
        refused("files", applying.submit, actor=world.heads[0], application=row, at=NOON)
        assert Application.objects.count() == 1

    def test_a_person_applies_through_the_place_they_work_at(self, world):
        round_ = an_open_round(world, kind="backbone", for_persons=True)
        given = {"actor": world.heads[0], "round_": round_, "organisation": world.schools[0], "at": NOON}
        refused("person", applying.apply_for, person=None, statement="x", **given)
        refused("person", applying.apply_for, person=world.psychs[1].person, statement="x", **given)
        row = applying.apply_for(person=world.psychs[0].person, statement=STATEMENT, **given)
        assert world.psychs[0].person.name in row.who


class TestJury:
    def test_nobody_judges_where_they_work(self, world):
        both = a_person(world.schools[0])
        a_post(both, PostKind.BUREAU_EXPERT, world.bureau)
        a_post(both, PostKind.PSYCH_TEACHER, world.schools[0])
        round_ = judging_round(world)
        both = actor_of(both, JURY_DAY)
        own, other = (round_.applications.get(organisation=school) for school in world.schools)
        with pytest.raises(PermissionDenied):
            scored(both, own, 10, 10)
        assert scored(both, other, 10, 10) == 2

    @pytest.mark.parametrize("who", ["named", "expert", "office", "school"])
    def test_a_named_jury_alone_judges(self, world, who):
        round_ = judging_round(world, jurors=[world.psychs[1].person])
        row = round_.applications.get(organisation=world.schools[0])
        actor = {"named": world.psychs[1], "expert": world.yan, "office": world.shao, "school": world.heads[0]}[who]
        if who == "named":
            assert scored(actor, row, 10, 10) == 2
            assert policies.sees_whole(actor, row)
            return
        with pytest.raises(PermissionDenied):
            scored(actor, row, 10, 10)

    def test_scores_stay_within_the_criteria_and_may_be_changed(self, world):
        row = judging_round(world).applications.first()
        given = {"actor": world.yan, "application": row, "words": "", "at": JURY_DAY}
        refused("score", judging.give_scores, scores={"c1": Decimal(41)}, **given)
        scored(world.yan, row, 40)
        assert judging.average_of(row) is None, "one criterion is missing"
        scored(world.yan, row, 35, 50)
        assert judging.average_of(row) == Decimal("85.00")

    def test_choosing_needs_scores_and_keeps_to_the_places(self, world):
        round_ = judging_round(world)
        rows = list(round_.applications.all())
        given = {"actor": world.shao, "round_": round_, "at": JURY_DAY}
        refused("chosen", rounds.propose, chosen=[], **given)
        refused("unscored", rounds.propose, chosen=[rows[0].pk], **given)
        refused("places", rounds.propose, chosen=[row.pk for row in rows], **given)


class TestNotice:
    def test_an_objection_under_a_name_is_answered_by_another(self, world):
        round_ = noticed(world)
        row = round_.applications.get(organisation=world.schools[0])
        with pytest.raises(PermissionDenied):
            judging.object_to(actor=a_county(1).heads[0], application=row, words="x", at=JURY_DAY)
        refused("words", judging.object_to, actor=world.heads[1], application=row, words=" ", at=JURY_DAY)
        refused("late", judging.object_to, actor=world.heads[1], application=row, words="有", at=NOTICE_OVER)
        made = judging.object_to(actor=world.heads[1], application=row, words="材料不实", at=JURY_DAY)
        refused("notice", rounds.publish, actor=world.shao, round_=round_, at=JURY_DAY)
        refused("objections", rounds.publish, actor=world.shao, round_=round_, at=NOTICE_OVER)
        given = {"objection": made, "uphold": True, "at": NOTICE_OVER}
        for nobody in (world.heads[0], world.heads[1], world.yan):
            with pytest.raises(PermissionDenied):
                judging.answer_objection(actor=nobody, answer="属实", **given)
        refused("answer", judging.answer_objection, actor=world.shao, answer=" ", **given)
        judging.answer_objection(actor=world.shao, answer="属实", **given)
        row.refresh_from_db()
        assert (row.state, row.words) == (ApplicationState.DECLINED, "属实")
        rounds.publish(actor=world.shao, round_=round_, at=NOTICE_OVER)
        assert not Honour.objects.exists()

    def test_who_sees_what_during_the_notice(self, world):
        round_ = noticed(world)
        seen = policies.visible_applications(world.psychs[1]).filter(round=round_)
        chosen = round_.applications.get(state=ApplicationState.PROPOSED)
        own = round_.applications.get(organisation=world.schools[1])
        assert set(seen) == {chosen, own}
        assert not policies.sees_whole(world.psychs[1], chosen)
        assert policies.sees_whole(world.psychs[1], own)
        assert not policies.visible_applications(a_county(1).heads[0]).exists()


class TestHonours:
    def test_held_from_until_and_taken_back(self, world):
        round_ = rounds.publish(actor=world.shao, round_=noticed(world), at=NOTICE_OVER)
        (honour,) = Honour.objects.all()
        assert (honour.organisation, honour.valid_until) == (world.schools[0], date(2029, 12, 10))
        live = indicators.INDICATORS[0].live
        first, second = (school.pk for school in world.schools)
        day = honour.granted_on
        assert live(world.schools, day, {}) == {first: Share(1.0), second: Share(0.0)}
        assert live(world.schools, day - timedelta(days=1), {})[first].part == 0
        assert live(world.schools, date(2029, 12, 10), {})[first].part == 0
        assert indicators.INDICATORS[1].live(world.schools, day, {})[first].part == 0
        given = {"honour": honour, "at": NOTICE_OVER}
        with pytest.raises(PermissionDenied):
            rounds.revoke(actor=world.heads[0], reason="x", **given)
        refused("reason", rounds.revoke, actor=world.shao, reason=" ", **given)
        rounds.revoke(actor=world.shao, reason="查实瞒报", **given)
        refused("move", rounds.revoke, actor=world.shao, reason="又一次", **given)
        assert live(world.schools, day, {})[first].part == 0
        assert round_.state == RoundState.PUBLISHED

    def test_one_query_for_any_number(self, world, django_assert_num_queries):
        with django_assert_num_queries(3):
            for row in indicators.INDICATORS:
                row.live(world.schools, TODAY, {})

    @pytest.mark.parametrize("fields", [{"state": "published"}, {"state": "notice"}, {"state": "cancelled"}])
    def test_the_database_refuses_half_a_round(self, world, fields):
        round_ = a_draft(world)
        with pytest.raises(IntegrityError), transaction.atomic():
            Round.objects.filter(pk=round_.pk).update(**fields)


@pytest.fixture
def at(monkeypatch):
    """``at(moment)``: the views' clock."""
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


class TestPages:
    def test_from_a_draft_to_a_certificate(self, client, world, at):
        at(NOON)
        office, school, expert = sign_in(client, world.shao), sign_in(Client(), world.heads[0]), Client()
        sign_in(expert, world.yan)
        given = {
            **facts(), "organisation": world.bureau.pk, "criteria": "组织领导 40\n成效 60", "for_persons": "",
        }  # fmt: skip
        assert "看不懂" in office.post(reverse("honours:new"), {**given, "criteria": "组织领导"}).content.decode()
        office.post(reverse("honours:new"), given)
        round_ = Round.objects.get()
        page = reverse("honours:round", args=[round_.pk])
        assert school.get(page).status_code == 404, "a draft is nobody else's business"
        office.post(reverse("honours:move", args=[round_.pk, "open"]))
        apply = reverse("honours:apply", args=[round_.pk])
        wrong = school.post(apply, {"organisation": world.schools[0].pk, "statement": "太短", "submit": "1"})
        assert "至少说明做法" in wrong.content.decode()
        proof = SimpleUploadedFile("材料.pdf", b"%PDF-1.7 x")
        school.post(apply, {"organisation": world.schools[0].pk, "statement": STATEMENT, "file": proof, "submit": "1"})
        row = Application.objects.get()
        application = reverse("honours:application", args=[row.pk])
        assert sign_in(Client(), world.heads[1]).get(application).status_code == 404
        at(JURY_DAY)
        for client_, actor in ((office, world.shao), (school, world.heads[0]), (expert, world.yan)):
            sign_in(client_, actor)
        office.post(reverse("honours:move", args=[round_.pk, "judge"]))
        assert STATEMENT in expert.get(application).content.decode()
        expert.post(application, {"score_c1": "35", "score_c2": "50", "words": "扎实"})
        assert "85.00" in office.get(page).content.decode()
        assert "85.00" not in school.get(page).content.decode()
        office.post(reverse("honours:choose", args=[round_.pk]), {"chosen": [row.pk]})
        neighbour = sign_in(Client(), world.heads[1])
        assert world.schools[0].name in neighbour.get(page).content.decode()
        neighbour.post(reverse("honours:object", args=[row.pk]), {"words": "请核实课时"})
        objection = Objection.objects.get()
        assert world.heads[1].name not in school.get(page).content.decode(), "who objected is told to the office only"
        office.post(reverse("honours:answer", args=[objection.pk]), {"uphold": "no", "answer": "课时属实"})
        assert "课时属实" in neighbour.get(page).content.decode()
        at(NOTICE_OVER)
        for client_, actor in ((office, world.shao), (school, world.heads[0]), (neighbour, world.heads[1])):
            sign_in(client_, actor)
        office.post(reverse("honours:move", args=[round_.pk, "publish"]))
        honour = Honour.objects.get()
        paper = school.get(reverse("honours:certificate", args=[honour.pk]))
        words = "\n".join(p.text for p in Document(io.BytesIO(paper.content)).paragraphs)
        assert world.schools[0].name in words
        assert "2026年示范校" in words
        assert neighbour.get(reverse("honours:certificate", args=[honour.pk])).status_code == 404
        book = load_workbook(io.BytesIO(office.get(reverse("honours:ledger")).content))
        cells = [str(cell) for line in book.active.iter_rows(values_only=True) for cell in line]
        assert honour.number in cells
        office.post(reverse("honours:revoke", args=[honour.pk]), {"reason": "查实瞒报"})
        assert "查实瞒报" in office.get(reverse("honours:held")).content.decode()
