"""What a student sees of their own screenings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from xinqiao.access.enums import ConsentParty, Purpose
from xinqiao.access.rules import Standing
from xinqiao.access.selectors import consent_standing, current_text
from xinqiao.access.texts import DEFAULTS
from xinqiao.instruments.definition import Definition
from xinqiao.screening import questionnaires, rules, words
from xinqiao.screening.enums import CampaignState, SittingState
from xinqiao.screening.models import Result, Sitting
from xinqiao.screening.selectors import places


@dataclass(frozen=True)
class Mine:
    """One screening as its student sees it. stage: what the page offers.

    ask: read and decide · wait: somebody else's consent is missing · ready: answer now · later: not the hours ·
    done · no: said no or stopped · over: it ended.
    """

    sitting: Sitting
    stage: str
    why: str = ""
    steps: tuple[places.Step, ...] = ()

    @property
    def minutes(self) -> int:
        return sum(s.definition.population["minutes"] for s in self.steps if s.definition and not s.submitted)

    @property
    def next_step(self) -> places.Step | None:
        return next((step for step in self.steps if not step.submitted), None)

    @property
    def begun(self) -> bool:
        return any(step.saved for step in self.steps)


def mine(rows: QuerySet[Sitting], at: datetime) -> list[Mine]:
    """A student's sittings, what can be done now first. Few rows: one student has a handful in a school life."""
    full = rows.select_related("campaign__school", "class_node", "person").order_by("-invited_at", "-pk")
    found = [look(sitting, at) for sitting in full[:20]]
    order = ["ready", "ask", "wait", "later", "no", "done", "over"]
    return sorted(found, key=lambda m: order.index(m.stage))


def look(sitting: Sitting, at: datetime) -> Mine:
    """One sitting for its student."""
    steps = tuple(places.steps_of(sitting))
    if sitting.state == SittingState.SUBMITTED:
        return Mine(sitting, "done", steps=steps)
    if sitting.campaign.state != CampaignState.OPEN or sitting.campaign.closes_at <= at:
        return Mine(sitting, "over", steps=steps)
    if sitting.state in (SittingState.DECLINED, SittingState.STOPPED):
        return Mine(sitting, "no", steps=steps)
    standing = consent_standing(sitting.person, Purpose.SCREENING, at)
    why = _why(standing, sitting)
    if why == "self" or (why == "guardian" and _may_speak(standing, sitting)):
        return Mine(sitting, "ask", why, steps)
    if why:
        return Mine(sitting, "wait", why, steps)
    return Mine(sitting, "ready" if places.is_answering_time(sitting.campaign, at) else "later", steps=steps)


def _why(standing: Standing, sitting: Sitting) -> str:
    return rules.gate(
        ok=standing.ok,
        declined=standing.declined,
        missing=standing.missing,
        consent_mode=sitting.campaign.consent_mode,
    )


def _may_speak(standing: Standing, sitting: Sitting) -> bool:
    """The student can already give their own answer while the family's is still to come."""
    return ConsentParty.SELF in standing.missing and sitting.campaign.consent_mode != "paper"


@dataclass(frozen=True)
class Paragraph:
    text: str
    is_heading: bool


def consent_text(sitting: Sitting, at: datetime) -> tuple[str, list[Paragraph]]:
    """(title, paragraphs) of the text a student agrees to."""
    text = current_text(Purpose.SCREENING, sitting.campaign.school, at) or DEFAULTS[Purpose.SCREENING]
    lines = [row.strip() for row in text.body.splitlines() if row.strip()]
    return text.title, [Paragraph(row.removeprefix("##").strip(), row.startswith("##")) for row in lines]


def own_report(sitting: Sitting) -> list[tuple[str, str]]:
    """(questionnaires, words) for the student: only the fragments their definitions write for students, each once.

    No score, no band, no name of a scale; a sheet that was filled in too fast gets thanks and nothing else.
    """
    together: dict[str, list[str]] = {}
    for result in Result.objects.filter(sitting=sitting).order_by("part"):
        definition = questionnaires.find(result.instrument_hash)
        if definition is not None:
            together.setdefault(_fragment(definition, result), []).append(words.pick(definition.title_student))
    return [(" · ".join(titles), said) for said, titles in together.items()]


def _fragment(definition: Definition, result: Result) -> str:
    if result.needs_retest:
        return ""
    fitting = (part for part in definition.reports if part.low <= result.severity <= part.high)
    return " ".join(words.pick(part.texts["student"]) for part in fitting)
