"""Counting consent in the database says what asking for each person says, whatever happened before."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from itertools import count

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import LONG_AGO, NOON, TODAY, a_bureau, a_class, a_guardian, a_school, a_student
from xinqiao.access.enums import ConsentForm, ConsentParty, Purpose, WithdrawChannel
from xinqiao.access.models import Consent, ConsentText
from xinqiao.access.selectors import consent_standings
from xinqiao.access.selectors.counts import count_standings
from xinqiao.people.models import Enrolment, Guardianship, Organisation, Person, current
from xinqiao.people.rules import age_on, born_by

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SELF, GUARDIAN = ConsentParty.SELF, ConsentParty.GUARDIAN
numbers = count(1)

moments = st.integers(-40, 5).map(lambda days: NOON + days * DAY)
births = (
    st.none()
    | st.dates(date(2007, 11, 20), date(2013, 11, 30))
    | st.sampled_from([date(2012, 11, 23), date(2012, 11, 24), date(2008, 11, 23), date(2008, 11, 24)])
)
switches = st.sampled_from([None, "consent", "notice"])
answers = st.fixed_dictionaries(
    {
        "party": st.sampled_from([SELF, GUARDIAN]),
        "giver": st.integers(0, 2),
        "granted": st.booleans(),
        "again": st.sampled_from([None, None, True, False]),
        "given_at": moments,
        "withdrawn_after": st.none() | st.integers(0, 40),
        "valid_days": st.none() | st.integers(-3, 60),
        "elsewhere": st.integers(0, 5).map(lambda n: n == 0),
        "text": st.integers(0, 1),
        "purpose": st.sampled_from([Purpose.SCREENING, Purpose.SCREENING, Purpose.COUNSELLING]),
    }
)
students = st.fixed_dictionaries(
    {
        "birth": births,
        "moved": st.sampled_from(["stays", "stays", "stays", "moved", "two", "left"]),
        "guardians": st.lists(st.sampled_from(["now", "former", "later"]), max_size=2),
        "answers": st.lists(answers, max_size=5),
    }
)
newer_texts = st.lists(
    st.tuples(st.sampled_from(["house", "bureau", "here", "there"]), moments, st.booleans()), max_size=3
)


class Town:
    """A bureau with two schools; ``here`` has two classes."""

    def __init__(self, above: str | None, own: str | None) -> None:
        self.versions = count(100)
        self.bureau = a_bureau()
        self.here, self.there = a_school(self.bureau), a_school(self.bureau)
        self.rooms = [a_class(self.here), a_class(self.here, number=2)]
        self.away = a_class(self.there)
        for node, switch in ((self.bureau, above), (self.here, own)):
            if switch:
                node.options = {"consent": {"guardian_14_17": switch}}
                node.save(update_fields=["options"])
        self.texts = [self.text(None, NOON - 60 * DAY, False), self.text(None, NOON - 20 * DAY, False)]

    def text(self, place: Organisation | None, at: datetime, again: bool) -> list[ConsentText]:
        return [
            ConsentText.objects.create(
                purpose=purpose, version=next(self.versions), organisation=place, title="告知书", body="正文",
                asks_again=again, made_at=at,
            )
            for purpose in (Purpose.SCREENING, Purpose.COUNSELLING)
        ]  # fmt: skip

    def place(self, name: str) -> Organisation | None:
        return {"house": None, "bureau": self.bureau, "here": self.here, "there": self.there}[name]

    def settle(self, number: int, drawn: dict) -> Person:
        room = self.rooms[number % 2]
        student = a_student(room, birth=drawn["birth"])
        if drawn["moved"] in {"moved", "left"}:
            ended = TODAY - 3 * DAY
            student.enrolments.update(ends_on=ended, left_for="transfer")
        if drawn["moved"] == "two":
            student.enrolments.update(ends_on=TODAY + 9 * DAY, left_for="transfer")
        if drawn["moved"] in {"moved", "two"}:
            Enrolment.objects.create(
                person=student, class_node=self.away, school=self.there,
                student_number=f"M{next(numbers)}", starts_on=TODAY - 3 * DAY,
            )  # fmt: skip
        guardians = [self.guardian(student, when) for when in drawn["guardians"]]
        for answer in drawn["answers"]:
            self.answer(student, guardians, answer)
            if answer["again"] is not None:  # the same giver, another day
                later = {"granted": answer["again"], "given_at": answer["given_at"] + DAY}
                self.answer(student, guardians, answer | later)
        return student

    def guardian(self, student: Person, when: str) -> Person:
        person = a_guardian(student)
        starts, ends = {"now": (LONG_AGO, None), "former": (LONG_AGO, TODAY), "later": (TODAY + DAY, None)}[when]
        Guardianship.objects.filter(guardian=person).update(starts_on=starts, ends_on=ends)
        return person

    def answer(self, student: Person, guardians: list[Person], drawn: dict) -> None:
        """As a history would leave it: whoever answers again has taken the answer before back."""
        by = student if drawn["party"] == SELF else ([*guardians, None, None, None])[drawn["giver"]]
        place, given_at = (self.there if drawn["elsewhere"] else self.here), drawn["given_at"]
        key = {
            "person": student, "organisation": place, "purpose": drawn["purpose"], "party": drawn["party"],
            "given_by": by,
        }  # fmt: skip
        for row in Consent.objects.filter(**key, withdrawn_at=None):
            row.withdrawn_at = max(row.given_at, given_at)
            row.withdraw_channel = WithdrawChannel.CHANGED
            row.save()
        after, days = drawn["withdrawn_after"], drawn["valid_days"]
        Consent.objects.create(
            **key,
            text=self.texts[drawn["text"]][drawn["purpose"] == Purpose.COUNSELLING],
            granted=drawn["granted"],
            form=ConsentForm.PAPER,
            signed_name="" if by else "家长",
            given_at=given_at,
            valid_until=None if days is None else TODAY + days * DAY,
            withdrawn_at=None if after is None else given_at + after * DAY,
            withdraw_channel="" if after is None else WithdrawChannel.PAPER,
        )


def one_by_one(rows: list[Enrolment], purpose: str, at: datetime) -> dict[int, Counter]:
    standings = consent_standings([row.person for row in rows], purpose, at)
    found: dict[int, Counter] = defaultdict(Counter)
    for row in rows:
        found[row.class_node_id][standings[row.person_id]] += 1
    return dict(found)


@pytest.mark.postgres
@given(
    drawn=st.lists(students, min_size=1, max_size=5),
    texts=newer_texts,
    above=switches,
    own=switches,
    back=st.sampled_from([0, 0, 10]),
)
def test_counting_and_asking_each_person_say_the_same(drawn, texts, above, own, back):
    with transaction.atomic():
        town = Town(above, own)
        for place, made_at, again in texts:
            town.text(town.place(place), made_at, again)
        for number, student in enumerate(drawn):
            town.settle(number, student)
        at = NOON - back * DAY
        rows = Enrolment.objects.select_related("person")
        for purpose in (Purpose.SCREENING, Purpose.COUNSELLING):
            assert count_standings(rows, "class_node", purpose, at) == one_by_one(list(rows), purpose, at)
        transaction.set_rollback(True)


@given(
    born=st.dates(date(1990, 1, 1), date(2026, 1, 1)) | st.sampled_from([date(2008, 2, 29), date(2012, 2, 29)]),
    on=st.dates(date(2026, 1, 1), date(2032, 12, 31)) | st.sampled_from([date(2028, 2, 29), date(2026, 2, 28)]),
    age=st.sampled_from([14, 18]),
)
def test_a_day_of_birth_compares_as_an_age_does(born, on, age):
    assert (born <= born_by(age, on)) == (age_on(born, on) >= age)


@pytest.mark.parametrize("n", [1, 20])
def test_counting_costs_the_same_for_one_and_for_many(n, django_assert_num_queries):
    room = a_class(a_school())
    for _ in range(n):
        a_student(room)
    rows = Enrolment.objects.filter(current(TODAY), class_node=room)
    with django_assert_num_queries(4):
        counted = count_standings(rows, "class_node", Purpose.SCREENING, NOON)
    assert counted[room.pk].total() == n


def test_sharing_counts_only_for_the_receiver_it_names():
    room = a_class(a_school())
    adult = a_student(room, birth=date(2007, 1, 1))
    town_text = ConsentText.objects.create(
        purpose=Purpose.SHARING, version=9, title="告知书", body="正文", made_at=NOON
    )
    Consent.objects.create(
        person=adult, organisation=room.parent.parent, purpose=Purpose.SHARING, text=town_text, party=SELF,
        granted=True, form=ConsentForm.ONLINE, given_by=adult, given_at=NOON, scope="青禾区精神卫生中心",
    )  # fmt: skip
    rows = Enrolment.objects.filter(person=adult)
    for scope, ok in (("青禾区精神卫生中心", True), ("别的医院", False)):
        [standing] = count_standings(rows, "class_node", Purpose.SHARING, NOON, scope)[room.pk]
        assert standing.ok is ok
