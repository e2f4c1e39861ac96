"""Rounds, applications and honours as pages and workbooks show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action, PostKind
from xinqiao.access.models import Post
from xinqiao.access.table import TABLE, depth_of
from xinqiao.honours import policies, rules
from xinqiao.honours.enums import ApplicationState, RoundState
from xinqiao.honours.models import Application, Honour, Objection, Round, Score
from xinqiao.people.models import Organisation, Person, current


@dataclass(frozen=True)
class Judged:
    """An application with what the jury gave. ready: jurors who scored every criterion."""

    application: Application
    average: Decimal | None
    ready: int


def rounds_seen(actor: Actor) -> QuerySet[Round]:
    handed = ~Q(applications__state=ApplicationState.DRAFT)
    rows = policies.visible_rounds(actor).select_related("organisation")
    return rows.annotate(applied=Count("applications", filter=handed, distinct=True)).order_by("-opens_on", "-pk")


def judged(round_: Round, applications: Sequence[Application]) -> list[Judged]:
    """With the jury's averages, in the order given. One query."""
    given: dict[int, dict[int, dict[str, Decimal]]] = {row.pk: {} for row in applications}
    for row in Score.objects.filter(application__in=applications):
        given[row.application_id].setdefault(row.juror_id, {})[row.criterion] = row.value
    found = []
    for application in applications:
        sums = rules.totals(round_.read, given[application.pk])
        found.append(Judged(application, rules.average(list(sums.values())), len(sums)))
    return found


def applications_of(actor: Actor, round_: Round) -> list[Application]:
    rows = policies.visible_applications(actor).filter(round=round_)
    return list(
        rows.select_related("organisation", "person", "round__organisation").order_by("organisation__code", "pk")
    )


def homes(actor: Actor, round_: Round) -> QuerySet[Organisation]:
    """Organisations for which the actor may apply in this round."""
    own = {post.path for post in actor.posts if depth_of(post.kind, Action.APPLY_HONOURS)}
    below = Organisation.objects.filter(path__in=own, path__startswith=round_.organisation.path, closed_on=None)
    return below.exclude(pk=round_.organisation_id).order_by("path")


def workers(organisation: Organisation, on: date) -> QuerySet[Person]:
    posts = Post.objects.filter(current(on), organisation__path__startswith=organisation.path).exclude(kind="peer_rep")
    return Person.objects.filter(pk__in=posts.values("person")).order_by("name", "pk")


def jurors_at_hand(organisation: Organisation, on: date) -> QuerySet[Person]:
    """Who may be named: holders of JUDGE_HONOURS or RUN_HONOURS at the office, psychology teachers and unit leaders."""
    kinds = [kind for kind in TABLE if depth_of(kind, Action.JUDGE_HONOURS) or depth_of(kind, Action.RUN_HONOURS)]
    kinds += [PostKind.PSYCH_TEACHER, PostKind.MORAL_HEAD, PostKind.UNIT_LEADER, PostKind.UNIT_OFFICER]
    posts = Post.objects.filter(current(on), organisation__path__startswith=organisation.path, kind__in=kinds)
    return Person.objects.filter(pk__in=posts.values("person")).select_related("keeper").order_by("name", "pk")


def own_scores(application: Application, juror: Person | None) -> dict[str, Score]:
    rows = application.scores.filter(juror=juror) if juror is not None else Score.objects.none()
    return {row.criterion: row for row in rows}


def objections_of(actor: Actor, round_: Round) -> list[Objection]:
    rows = policies.visible_objections(actor).filter(application__round=round_)
    related = (
        "application__round__organisation",
        "application__organisation",
        "application__person",
        "by",
        "decided_by",
    )
    return list(rows.select_related(*related))


def honours_seen(actor: Actor, organisation: Organisation | None) -> QuerySet[Honour]:
    rows = policies.visible_honours(actor).select_related("organisation", "person", "giver")
    if organisation is not None:
        rows = rows.filter(organisation__path__startswith=organisation.path)
    return rows.order_by("-granted_on", "number")


def to_judge(actor: Actor) -> list[Application]:
    """Applications that the actor may score now."""
    rounds = policies.visible_rounds(actor).filter(state=RoundState.JUDGING)
    rows = Application.objects.filter(round__in=rounds, state=ApplicationState.SUBMITTED)
    rows = rows.select_related("round__organisation", "organisation", "person").order_by("organisation__code", "pk")
    return [row for row in rows if policies.may_judge(actor, row)]
