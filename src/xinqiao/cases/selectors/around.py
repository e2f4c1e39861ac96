"""What is open around one post, and around one student."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xinqiao.access.actor import Actor
from xinqiao.access.models import Post
from xinqiao.cases import policies
from xinqiao.cases.enums import DutyState
from xinqiao.cases.models import CareDuty, Case
from xinqiao.cases.selectors.passing import open_cases, open_duties, open_tasks
from xinqiao.signals.models import OPEN, Signal


@dataclass(frozen=True)
class HeldBy:
    """Counts of what one post still answers for."""

    signals: int
    cases: int
    duties: int
    tasks: int

    @property
    def anything(self) -> bool:
        return bool(self.signals or self.cases or self.duties or self.tasks)


def held_by(post: Post) -> HeldBy:
    """Four counts, of what is open and would be handed on when the post ends."""
    return HeldBy(
        signals=Signal.objects.filter(OPEN, owner_post=post).count(),
        cases=open_cases().filter(owner_post=post).count(),
        duties=open_duties().filter(holder_post=post).count(),
        tasks=open_tasks().filter(holder_post=post).count(),
    )


@dataclass(frozen=True)
class CareOf:
    """case: the open one the reader may open. duties: open ones in sight, the earliest date first."""

    case: Case | None
    duties: list[CareDuty]


def care_of(actor: Actor, person_id: int, school_id: int, at: datetime) -> CareOf:
    """What is under way for one student at one school, as far as the reader sees it. Two queries."""
    cases = policies.named_cases(actor, at).filter(person=person_id, school=school_id).exclude(state="closed")
    duties = policies.visible_duties(actor, at).filter(person=person_id, school=school_id, state=DutyState.OPEN)
    return CareOf(
        case=cases.select_related("owner").first(),
        duties=list(duties.select_related("holder").order_by("due_at", "pk")),
    )
