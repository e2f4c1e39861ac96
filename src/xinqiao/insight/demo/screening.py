"""Chapter one: every school filed, was approved and screened three weeks ago; the first one screens again now."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.utils.timezone import make_aware

from xinqiao.access.actor import Actor, actor_of
from xinqiao.access.enums import ConsentForm, ConsentParty, Purpose
from xinqiao.access.models import Consent
from xinqiao.access.services.consents import text_for
from xinqiao.insight.demo.people import School, World
from xinqiao.instruments.definition import Definition
from xinqiao.instruments.registry import load as load_definition
from xinqiao.outbox.services import announce
from xinqiao.people.models import Guardianship, Person
from xinqiao.screening.models import Campaign, Filing, Sheet, Sitting, Tally
from xinqiao.screening.services.campaigns import close_campaign, open_campaign, prepare_campaign
from xinqiao.screening.services.filings import Wanted, approve_filing, draft_filing, submit_filing

TOLD_SCHOOLS, TOLD_CLASSES = 3, 8
"""Schools and classes whose answers, signals and cases are told in full; of the others only the counts."""
USES = {"primary": ("xq-wellbeing",), "junior": ("phq-9", "gad-7"), "senior": ("phq-9", "gad-7")}
OPENED_AGO, CLOSED_AGO = 24, 11
GRANTED, DECLINED = 0.9, 0.04
ANSWERS = 0.93
CARELESS = 0.03
HEAVY = 0.65
LOADS = ((0.78, 0.12), (0.17, 0.4), (0.05, 0.75))
"""Shares of students and how burdened they feel, 0–1; invented, so that each page has something to show."""


@dataclass
class Story:
    """One campaign and when its students hand in: (moment, sitting ids)."""

    school: School
    campaign: Campaign
    visits: list[tuple[datetime, list[int]]] = field(default_factory=list)


def tell(world: World) -> None:
    world.stories = [_past(world, school) for school in world.schools]
    if world.schools[0].stage != "primary":
        _running(world, world.schools[0])
    _waiting(world, world.schools[-1])


def staff(person: Person | None, at: datetime) -> Actor:
    """Somebody of the demo as they stood at a moment."""
    if person is None:
        raise LookupError("the demo has nobody in this post")
    return actor_of(person, at)


def at_hour(world: World, days_ago: int, hour: int, minute: int = 0) -> datetime:
    """A moment of a day before today, school time."""
    return make_aware(datetime.combine(world.today - timedelta(days=days_ago), time(hour, minute)))


def _cohorts(school: School, last_years: int | None = None) -> list[str]:
    years = sorted({node.entry_year for node in school.classes if node.entry_year}, reverse=True)
    if school.stage == "primary":
        years = [year for year in years if year <= years[0] - 3] or years[-1:]
    return [f"{school.stage}:{year}" for year in years[-(last_years or len(years)) :]]


def _handed_in(world: World, school: School, wanted: Wanted, ago: int) -> Filing:
    drafted, at = at_hour(world, ago, 9), at_hour(world, ago, 10)
    filing = draft_filing(actor=staff(school.psych, drafted), school=school.node, wanted=wanted, at=drafted)
    return submit_filing(actor=staff(school.psych, at), filing=filing, at=at)


def _filed(world: World, school: School, wanted: Wanted, ago: int) -> Campaign:
    psych, officer = school.psych, world.officer
    filing = _handed_in(world, school, wanted, ago)
    approve_filing(
        actor=staff(officer, at_hour(world, ago - 1, 15)), filing=filing, said="", at=at_hour(world, ago - 1, 15)
    )
    moment = at_hour(world, ago - 1, 16)
    return prepare_campaign(actor=staff(psych, moment), filing=filing, at=moment)


def _wanted(
    world: World, school: School, title: str, uses: dict[str, list[str]], opens: datetime, closes: datetime
) -> Wanted:
    return Wanted(
        title=title,
        purpose="了解同学们最近的心情和需要，把关心送到需要的地方。",
        opens_at=opens,
        closes_at=closes,
        uses=dict(uses),
        consent_mode="both",
        interviewers=4,
        duty_post=school.psych.posts.first() if school.psych else None,
        capacity_plan="邀请片区心理教师协助，分年级安排访谈。",
        proctors="由受过培训的心理教师在机房主持，座位错开。",
        safety_plan="值班老师当场见面陪伴，同日通知监护人，按学校应急流程处理。",
    )


def _past(world: World, school: School) -> Story:
    opens, closes = at_hour(world, OPENED_AGO, 8), at_hour(world, CLOSED_AGO, 18)
    uses = {instrument: _cohorts(school) for instrument in USES[school.stage]}
    campaign = _filed(world, school, _wanted(world, school, "秋季心理健康测评", uses, opens, closes), OPENED_AGO + 8)
    _consent(world, school, campaign, at_hour(world, OPENED_AGO + 3, 17))
    moment = opens + timedelta(minutes=5)
    campaign = open_campaign(actor=staff(school.psych, moment), campaign=campaign, at=moment)
    story = Story(school, campaign)
    _visits(world, story)
    told = TOLD_CLASSES if world.schools.index(school) < TOLD_SCHOOLS else 0
    counted, story.visits = story.visits[told:], story.visits[:told]
    for at, sittings in counted:
        _hand_in(sittings, at)
    _tallies(campaign, [pk for _at, sittings in counted for pk in sittings], school.stage)
    if not story.visits:
        close_campaign(actor=staff(school.psych, closes), campaign=campaign, at=closes)
    return story


def _hand_in(sittings: list[int], at: datetime) -> None:
    start = at - timedelta(minutes=12)
    Sitting.objects.filter(pk__in=sittings).update(state="submitted", started_at=start, submitted_at=at)


def _tallies(campaign: Campaign, sittings: list[int], stage: str) -> None:
    """The roll-up of sittings whose single answers the demo does not tell: counts of sheets by class and sex."""
    counts: Counter[tuple[int, int, str]] = Counter()
    rows = Sitting.objects.filter(campaign=campaign, state="submitted", pk__in=set(sittings))
    for node, year, sex in rows.values_list("class_node", "class_node__entry_year", "person__sex"):
        counts[node, year or 0, sex] += 1
    Tally.objects.bulk_create(
        [
            Tally(
                campaign=campaign,
                class_node_id=node,
                stage=stage,
                entry_year=year,
                sex=sex,
                instrument_id=instrument,
                band=band,
                count=number,
            )
            for (node, year, sex), n in counts.items()
            for instrument in USES[stage]
            for band, number in (("careless", n // 30), ("valid", n - n // 30))
            if number
        ],
        batch_size=2000,
    )


def _running(world: World, school: School) -> None:
    """A second, small campaign that is open today, so that a student can sign in and answer."""
    opens, closes = at_hour(world, 1, 8), at_hour(world, -6, 18)
    uses = {"gad-7": _cohorts(school, last_years=2)}
    wanted = _wanted(world, school, "期中心情小调查", uses, opens, closes)
    campaign = _filed(world, school, wanted, 9)
    campaign = open_campaign(actor=staff(school.psych, world.at), campaign=campaign, at=world.at)
    world.running = campaign


def _waiting(world: World, school: School) -> None:
    """One filing that the bureau has not answered yet."""
    opens, closes = at_hour(world, -10, 8), at_hour(world, -17, 18)
    uses = {instrument: _cohorts(school, last_years=1) for instrument in USES[school.stage]}
    _handed_in(world, school, _wanted(world, school, "期末前心情小调查", uses, opens, closes), 1)


def _consent(world: World, school: School, campaign: Campaign, at: datetime) -> None:
    """Paper answers of families and students, as the class teachers collected them."""
    rng, text = world.rng, text_for(Purpose.SCREENING, school.node, at)
    people = list(Sitting.objects.filter(campaign=campaign).values_list("person_id", flat=True))
    guards = dict(
        Guardianship.objects.filter(child__in=people, first_contact=True).values_list("child_id", "guardian_id")
    )
    clerk = school.psych.account if school.psych else None
    rows = []
    for person in people:
        roll = rng.random()
        if roll > GRANTED + DECLINED:
            continue
        for party, giver in ((ConsentParty.GUARDIAN, guards.get(person)), (ConsentParty.SELF, person)):
            rows.append(
                Consent(
                    person_id=person, purpose=Purpose.SCREENING, text=text, organisation=school.node,
                    party=party, granted=roll <= GRANTED, form=ConsentForm.PAPER, given_by_id=giver,
                    relation="mother" if party == ConsentParty.GUARDIAN else "", recorded_by=clerk, given_at=at,
                )
            )  # fmt: skip
    Consent.objects.bulk_create(rows, batch_size=2000)


def _visits(world: World, story: Story) -> None:
    """Classes come to the computer room one after the other, on working days of the first week."""
    rng = world.rng
    granted = set(
        Consent.objects.filter(
            person__sittings__campaign=story.campaign,
            purpose=Purpose.SCREENING,
            party=ConsentParty.GUARDIAN,
            granted=True,
        ).values_list("person_id", flat=True)
    )
    by_class: dict[int, list[int]] = {}
    for pk, person, node in Sitting.objects.filter(campaign=story.campaign).values_list(
        "pk", "person_id", "class_node_id"
    ):
        if person in granted and rng.random() < ANSWERS:
            by_class.setdefault(node, []).append(pk)
    slots = [(day, hour) for day in range(OPENED_AGO - 1, OPENED_AGO - 11, -1) for hour in (9, 10, 14, 15)]
    for (day, hour), sittings in zip(_spread(slots, len(by_class)), by_class.values(), strict=False):
        story.visits.append((at_hour(world, day, hour, rng.randrange(5, 50)), sittings))
    story.visits.sort(key=lambda visit: visit[0])


def _spread(slots: list[tuple[int, int]], count: int) -> Iterable[tuple[int, int]]:
    return (slots[index % len(slots)] for index in range(count))


def write_sheets(rng: random.Random, campaign: Campaign, sittings: list[int], at: datetime) -> None:
    """Hand in every part of these sittings at one moment, as the intake would."""
    rows = []
    for sitting in sittings:
        load = _load(rng)
        for part in campaign.parts.all():
            definition = load_definition(part.instrument_id)
            given = _answers(rng, definition, load)
            rows.append(
                Sheet(
                    sitting_id=sitting, part=part.number, instrument_hash=part.instrument_hash, sequence=20,
                    client_key=f"demo-{sitting}-{part.number}", answers=definition.encode(given), saved_at=at,
                    submitted_at=at,
                )
            )  # fmt: skip
    Sheet.objects.bulk_create(rows, batch_size=2000)
    _hand_in(sittings, at)
    for row in rows:
        definition = load_definition(campaign.parts.get(number=row.part).instrument_id)
        hits = definition.safety_hits(bytes(row.answers))
        if hits:
            announce("answer.urgent", at=at, sitting_id=row.sitting_id, part=row.part, items=list(hits))
    for sitting in sittings:
        announce("sitting.submitted", at=at, sitting_id=sitting)


def _load(rng: random.Random) -> float:
    roll, below = rng.random(), 0.0
    for share, burden in LOADS:
        below += share
        if roll < below:
            return min(1.0, max(0.0, rng.gauss(burden, 0.08)))
    return 0.1


def _answers(rng: random.Random, definition: Definition, load: float) -> dict[str, str]:
    """One sheet of somebody burdened so much; safety items go up rarely, and a few click straight through."""
    straight = rng.random() < CARELESS
    given: dict[str, str] = {}
    for item in definition.items:
        codes = [option.code for option in item.options]
        top = len(codes) - 1
        place = 0 if straight else round(min(1.0, max(0.0, rng.gauss(load, 0.18))) * top)
        if definition.id == "xq-wellbeing":
            place = top - place if top > 1 else int(load > HEAVY and rng.random() < 0.5)
        if item.safety and not (load > HEAVY and rng.random() < 0.3):
            place = 0
        if not straight and rng.random() < 0.004:
            continue
        given[item.id] = codes[place]
    return given
