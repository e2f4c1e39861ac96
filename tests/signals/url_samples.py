"""Objects of one school behind the addresses of this room."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.utils import timezone

from tests.factories import an_actor
from xinqiao.access.actor import HOUSE, Actor
from xinqiao.access.enums import PostKind
from xinqiao.people.models import Enrolment
from xinqiao.signals.enums import Source, Urgency
from xinqiao.signals.models import Interview, Signal
from xinqiao.signals.services import interviews, levels, raising

_keys = count(1)


def samples(world: Any) -> dict[str, dict[str, Any]]:
    at = timezone.now()
    teacher = an_actor(PostKind.PSYCH_TEACHER, world.school, at=at)
    row = Enrolment.objects.select_related("person", "school", "class_node").get(person=world.student, ends_on=None)

    def signal(source: Source) -> Signal:
        ground = raising.Ground("result", f"url:{next(_keys)}", Urgency.ROUTINE)  # type: ignore[arg-type]
        return raising.raise_signal(actor=HOUSE, about=raising.About.of(row), source=source, ground=ground, at=at)

    def talk(source: Source, actor: Actor) -> Interview:
        draft = interviews.start_interview(actor=actor, signal=signal(source), at=at)
        held = interviews.Held(held_at=at)
        return interviews.complete_interview(actor=actor, interview=draft, content={}, held=held, edits=0, at=at)

    high = talk(Source.SCORE, teacher)
    levels.set_level(actor=teacher, interview=high, level=3, reason="访谈所见", at=at)
    lowering = levels.set_level(actor=teacher, interview=talk(Source.RETEST, teacher), level=1, reason="好转", at=at)
    draft = interviews.start_interview(actor=teacher, signal=signal(Source.PEER), at=at)
    raised, done = signal(Source.QUICK), talk(Source.OBSERVATION, teacher)
    moves = ("show", "grounds", "take_up", "hand_over", "merge", "defer", "close", "start_interview")
    writing = ("interview", "interview_save", "interview_complete")
    return {
        **{f"signals:{name}": {"pk": raised.pk} for name in moves},
        **{f"signals:{name}": {"pk": draft.pk} for name in writing},
        "signals:decide": {"pk": done.pk},
        "signals:second": {"pk": lowering.pk},
        "signals:observe_about": {"pk": row.pk},
        "signals:quick_about": {"pk": row.pk},
    }
