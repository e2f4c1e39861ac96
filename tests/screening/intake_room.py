"""A class in the middle of answering, with the intake that takes what it sends."""

from __future__ import annotations

from tests.factories import NOON
from tests.screening.factories import a_campaign, a_world, says_yes, sitting_of, student_actor
from tests.screening.intake_client import House, Page
from xinqiao.screening import questionnaires
from xinqiao.screening.models import Sheet, Sitting
from xinqiao.screening.services.sittings import start_part

SAFETY = "q9"
CALM = dict.fromkeys([f"q{n}" for n in range(1, 9)], "1") | {SAFETY: "0"}


class Room:
    """Three students of one class who have begun; PHQ-9 alone unless a test wants more."""

    def __init__(self, uses=None, students: int = 3) -> None:
        self.world = a_world(students)
        self.campaign = a_campaign(self.world, uses=uses or {"phq-9": ["junior:2025"]})
        self.house = House()
        self.pages = [self.page(person) for person in self.world.students]

    def page(self, person, number: int = 1) -> Page:
        says_yes(person)
        token = start_part(
            actor=student_actor(person), sitting=sitting_of(self.campaign, person), number=number, at=NOON
        )
        return Page(token)

    def sitting(self, place: int = 0) -> Sitting:
        return sitting_of(self.campaign, self.world.students[place])

    def sheet(self, place: int = 0, part: int = 1) -> Sheet:
        return Sheet.objects.get(sitting=self.sitting(place), part=part)

    def answers(self, place: int = 0) -> dict[str, str | None]:
        sheet = self.sheet(place)
        return questionnaires.find(sheet.instrument_hash).decode(bytes(sheet.answers))
