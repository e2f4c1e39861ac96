"""Which duties, cases and files somebody sees."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action, Depth
from xinqiao.cases.models import CareDuty, Case, CaseTask, DutyClimb, FollowUp
from xinqiao.people.models import Organisation
from xinqiao.people.selectors import under
from xinqiao.signals.models import LevelChange

NAMED_TO_LEADERS_FROM = 3
"""School leaders see names from this level on (who may see what); below it they see counts."""


def _schools(actor: Actor, action: str, at_least: Depth) -> QuerySet[Organisation]:
    return Organisation.objects.filter(under(actor.paths(action, at_least)), kind="school")


def visible_duties(actor: Actor, at: datetime) -> QuerySet[CareDuty]:
    """Duties somebody holds, those that climbed away from them, and all of a school for who sees its notes."""
    if actor.person is None:
        return CareDuty.objects.none()
    climbed = DutyClimb.objects.filter(duty=OuterRef("pk"), from_person=actor.person)
    mine = Q(holder=actor.person) | Exists(climbed)
    whole = Q(school__in=_schools(actor, Action.DO_DUTIES, Depth.NOTES))
    held_now = Q(school__path__isnull=False) if actor.posts else Q(pk__in=[])
    return CareDuty.objects.filter(held_now & (mine | whole))


def may_finish_duty(actor: Actor, duty: CareDuty) -> bool:
    """Its holder, or the school's psychology teacher, who may do what is left undone."""
    if actor.person is None or not actor.posts:
        return False
    if duty.holder_id == actor.person.pk:
        return any(post.id == duty.holder_post_id for post in actor.posts)
    return actor.depth(Action.DO_DUTIES, duty.class_node.path or "") >= Depth.NOTES


def visible_cases(actor: Actor, at: datetime) -> QuerySet[Case]:
    """All of a school for who runs its cases; for its leaders level 3–4 and closings to confirm."""
    run = Q(school__in=_schools(actor, Action.RUN_CASE, Depth.PLAN))
    grave = LevelChange.objects.filter(person=OuterRef("person"), state="standing", level__gte=NAMED_TO_LEADERS_FROM)
    second = Q(school__in=_schools(actor, Action.SECOND_CLOSING, Depth.PLAN)) & (Exists(grave) | Q(state="closing"))
    owned = Q(owner=actor.person) if actor.person is not None and actor.posts else Q(pk__in=[])
    return Case.objects.filter(run | second | owned)


def may_run(actor: Actor, case: Case) -> bool:
    if actor.person is None:
        return False
    owns = case.owner_id == actor.person.pk and any(post.id == case.owner_post_id for post in actor.posts)
    return owns or actor.may(Action.RUN_CASE, case.school.path, Depth.NOTES)


def may_second_closing(actor: Actor, case: Case) -> bool:
    """Another person than the one who asked, with the right at this school."""
    if actor.person is None or actor.person.pk == case.closing_asked_by_id:
        return False
    return actor.may(Action.SECOND_CLOSING, case.school.path, Depth.PLAN)


def case_depth(actor: Actor, case: Case) -> Depth:
    """PLAN shows level, plan and dates; NOTES also reasons, contacts and follow-ups in words."""
    if may_run(actor, case):
        return Depth.NOTES
    return actor.depth(Action.SEE_FILE, case.school.path or "", case.person_id)


def visible_tasks(actor: Actor, at: datetime) -> QuerySet[CaseTask]:
    if actor.person is None or not actor.posts:
        return CaseTask.objects.none()
    return CaseTask.objects.filter(Q(holder=actor.person) | Q(case__in=visible_cases(actor, at)))


def visible_follow_ups(actor: Actor, at: datetime) -> QuerySet[FollowUp]:
    return FollowUp.objects.filter(case__in=visible_cases(actor, at))
