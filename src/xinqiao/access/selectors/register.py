"""The consent register: a class as a list, one person with every answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.timezone import localdate

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action, ConsentParty
from xinqiao.access.models import Consent
from xinqiao.access.policies import visible_organisations
from xinqiao.access.rules import Asked, Standing, asked
from xinqiao.access.selectors.consents import consent_standings, latest_answers, meaning, places_of
from xinqiao.access.selectors.counts import count_standings
from xinqiao.people.models import Enrolment, Guardianship, Organisation, Person, current
from xinqiao.people.rules import school_year_of


@dataclass
class Line:
    """One student in the register. heard: each party's answer today (True, False, or missing when there is none)."""

    person: Person
    number: str
    standing: Standing
    guardians: list[Guardianship] = field(default_factory=list)
    heard: dict[str, bool] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """ok, no, wait_self, wait_guardian, wait_both: what the page says; a no is never asked again."""
        if self.standing.ok:
            return "ok"
        if self.standing.declined:
            return "no"
        return "wait_both" if len(self.standing.missing) > 1 else f"wait_{self.standing.missing[0]}"

    @property
    def settled(self) -> bool:
        return self.state in {"ok", "no"}

    def says(self, party: str) -> bool | None:
        return self.heard.get(party)


def class_register(node: Organisation, purpose: str, at: datetime) -> list[Line]:
    """Today's students of a class by student number. Nine queries, whatever the size of the class."""
    today = localdate(at)
    enrolments = list(
        Enrolment.objects.filter(current(today), class_node=node)
        .select_related("person")
        .order_by("student_number", "pk")
    )
    people = [row.person for row in enrolments]
    standings = consent_standings(people, purpose, at)
    guardians: dict[int, list[Guardianship]] = defaultdict(list)
    for guardianship in (
        Guardianship.objects.filter(current(today), child__in=people)
        .select_related("guardian")
        .order_by("-first_contact", "pk")
    ):
        guardians[guardianship.child_id].append(guardianship)
    heard = _heard(people, purpose, at)
    return [
        Line(row.person, row.student_number, standings[row.person_id], guardians[row.person_id], heard[row.person_id])
        for row in enrolments
    ]


def _heard(people: list[Person], purpose: str, at: datetime) -> dict[int, dict[str, bool]]:
    """A no of one guardian stands beside a yes of another; the register shows the no."""
    said: dict[int, dict[str, bool]] = defaultdict(dict)
    for row in latest_answers(people, purpose, at):
        answer = meaning(row, at)
        if answer is not None:
            said[row.person_id][row.party] = said[row.person_id].get(row.party, True) and answer
    return said


@dataclass(frozen=True)
class ClassCount:
    node: Organisation
    title: str
    school: str
    students: int
    agreed: int
    waiting: int


def classes_in_reach(actor: Actor, action: str = Action.MANAGE_CONSENT) -> QuerySet[Organisation]:
    return visible_organisations(actor, action).filter(kind="class", closed_on=None).order_by("path")


def class_counts(nodes: Iterable[Organisation], purpose: str, at: datetime) -> list[ClassCount]:
    """How far each class is. Those who said no are neither agreed nor waiting, and are not counted out loud.

    Five queries, however many classes.
    """
    today = localdate(at)
    wanted = list(nodes)
    titles = class_titles(wanted, today)
    enrolments = Enrolment.objects.filter(current(today), class_node__in=wanted)
    inside = count_standings(enrolments, "class_node", purpose, at)
    return [
        ClassCount(
            node=node,
            title=titles[node.pk][0],
            school=titles[node.pk][1],
            students=inside[node.pk].total(),
            agreed=sum(n for standing, n in inside[node.pk].items() if standing.ok),
            waiting=sum(n for standing, n in inside[node.pk].items() if standing.missing),
        )
        for node in wanted
        if node.pk in inside
    ]


def class_titles(nodes: Iterable[Organisation], on: date) -> dict[int, tuple[str, str]]:
    """(title this school year, school name) of classes by id. One query."""
    wanted = list(nodes)
    above = {pk for node in wanted for pk in node.ancestors_ids()}
    schools = {school.pk: school for school in Organisation.objects.filter(pk__in=above, kind="school")}
    year = school_year_of(on)
    found = {}
    for node in wanted:
        school = next((schools[pk] for pk in reversed(node.ancestors_ids()) if pk in schools), None)
        found[node.pk] = (node.title_in(year, school.system if school else "63"), school.name if school else "")
    return found


def answers_of(person: Person) -> QuerySet[Consent]:
    """Every answer about one person, newest first."""
    rows = Consent.objects.filter(person=person).select_related("text", "given_by", "organisation", "recorded_by")
    return rows.order_by("-given_at", "-pk")


def asked_of(person: Person, purpose: str, at: datetime) -> Asked:
    """Who is asked about this person today."""
    today = localdate(at)
    place = places_of([person], today)[person.pk]
    return asked(purpose, person.age_on(today), guardian_signs=place.guardian_signs)


def place_of(person: Person, at: datetime) -> Organisation:
    """The organisation that asks this person today."""
    return Organisation.objects.get(pk=places_of([person], localdate(at))[person.pk].id)


def own_answer(person: Person, purpose: str, party: str, giver: Person, at: datetime) -> Consent | None:
    """What this giver answered last and has not replaced: the row a person may take back."""
    rows = [
        row
        for row in latest_answers([person], purpose, at)
        if row.party == party and row.given_by_id == giver.pk and row.organisation_id == place_of(person, at).pk
    ]
    return rows[0] if rows and rows[0].withdrawn_at is None else None


def took_back(person: Person, purpose: str, party: str, giver: Person) -> bool:
    """Whether this giver agreed once and withdrew: they know where to find it, and are not asked again."""
    newest = Consent.objects.filter(person=person, purpose=purpose, party=party, given_by=giver).order_by("-given_at")
    row = newest.first()
    return row is not None and row.withdrawn_at is not None


def sharings_of(person: Person, party: str, giver: Person) -> QuerySet[Consent]:
    """Standing agreements to tell somebody outside, given by this giver."""
    return Consent.objects.filter(
        person=person, purpose="sharing", party=party, given_by=giver, granted=True, withdrawn_at=None
    ).select_related("text")


def party_of(person: Person, giver: Person) -> ConsentParty:
    return ConsentParty.SELF if person == giver else ConsentParty.GUARDIAN
