"""Who sees rounds and applications, who applies, judges and decides. Nobody judges where they work themselves."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.access.policies import visible_organisations
from xinqiao.honours.enums import ApplicationState, RoundState
from xinqiao.honours.models import Application, Evidence, Honour, Objection, Round
from xinqiao.people.models import Organisation
from xinqiao.people.selectors import under

INSIDE = ("grade", "class")
SHOWN = (RoundState.NOTICE, RoundState.PUBLISHED)
CHOSEN = (ApplicationState.PROPOSED, ApplicationState.GRANTED)


def giving(actor: Actor) -> QuerySet[Organisation]:
    """Organisations in whose name the actor may hold a selection."""
    own = {post.path for post in actor.posts}
    rows = visible_organisations(actor, Action.RUN_HONOURS).exclude(kind__in=INSIDE)
    return rows.filter(path__in=own, closed_on=None)


def runs(actor: Actor, organisation: Organisation) -> bool:
    """Whether the actor may run the selections of this organisation."""
    return actor.person is not None and actor.may(Action.RUN_HONOURS, organisation.path)


def _above(actor: Actor) -> list[int]:
    """Ids of the organisations where the actor works, and of everything above them."""
    return sorted({int(part) for post in actor.posts for part in post.path.split("/") if part})


def visible_rounds(actor: Actor) -> QuerySet[Round]:
    """Those the actor runs or judges; once open, those of an office above a place where the actor works."""
    runs_ = under(actor.paths(Action.RUN_HONOURS), "organisation__path")
    judges = under(actor.paths(Action.JUDGE_HONOURS), "organisation__path") & ~Q(state=RoundState.DRAFT)
    named = Q(pk__in=Round.objects.filter(jurors=actor.person).values("pk")) if actor.person else Q(pk__in=[])
    near = Q(organisation__in=_above(actor)) & ~Q(state__in=[RoundState.DRAFT, RoundState.CANCELLED])
    seen = runs_ | judges | named
    return Round.objects.filter(seen | near if actor.may(Action.SEE_PLANS) else seen)


def visible_applications(actor: Actor) -> QuerySet[Application]:
    """One's own and those of the own organisation; all that were handed in for who runs or judges; during and after the
    public notice everybody near sees who was chosen (``sees_whole`` says whether also the papers)."""
    handed_in = ~Q(state=ApplicationState.DRAFT)
    runs_ = under(actor.paths(Action.RUN_HONOURS), "round__organisation__path")
    named = Q(round__in=Round.objects.filter(jurors=actor.person)) if actor.person else Q(pk__in=[])
    judges = (under(actor.paths(Action.JUDGE_HONOURS), "round__organisation__path") | named) & ~Q(
        round__state__in=[RoundState.DRAFT, RoundState.OPEN]
    )
    home = under(actor.paths(Action.APPLY_HONOURS), "organisation__path")
    own = Q(person=actor.person) if actor.person else Q(pk__in=[])
    shown = Q(round__in=visible_rounds(actor), round__state__in=SHOWN, state__in=CHOSEN)
    return Application.objects.filter((runs_ | judges) & handed_in | home | own | shown)


def sees_whole(actor: Actor, application: Application) -> bool:
    """The statement and the files: the applicant's side, the office, and the jury."""
    if may_apply_for(actor, application.organisation) or _is(actor, application):
        return True
    return runs(actor, application.round.organisation) or may_judge(actor, application)


def _is(actor: Actor, application: Application) -> bool:
    return actor.person is not None and application.person_id == actor.person.pk


def visible_files(actor: Actor) -> QuerySet[Evidence]:
    return Evidence.objects.filter(application__in=visible_applications(actor))


def visible_objections(actor: Actor) -> QuerySet[Objection]:
    """For who answers them, and who wrote them."""
    answers = under(actor.paths(Action.RUN_HONOURS), "application__round__organisation__path")
    return Objection.objects.filter(answers | Q(by=actor.person) if actor.person else answers)


def visible_honours(actor: Actor) -> QuerySet[Honour]:
    """Held in reach, or given by an organisation in reach."""
    paths = actor.paths(Action.SEE_PLANS)
    return Honour.objects.filter(under(paths, "organisation__path") | under(paths, "giver__path"))


def may_apply_for(actor: Actor, organisation: Organisation) -> bool:
    """Only people of the organisation itself."""
    return actor.person is not None and organisation.pk in actor.homes(Action.APPLY_HONOURS)


def may_judge(actor: Actor, application: Application) -> bool:
    """Named jurors; without any, holders of JUDGE_HONOURS at the office. Never one's own organisation or oneself."""
    round_ = application.round
    if actor.person is None or round_.state != RoundState.JUDGING or application.state == ApplicationState.DRAFT:
        return False
    own = any(post.path.startswith(application.organisation.path) for post in actor.posts)
    if own or application.person_id == actor.person.pk or application.by_id == actor.person.pk:
        return False
    jury = set(round_.jurors.values_list("pk", flat=True))
    if jury:
        return actor.person.pk in jury
    return actor.may(Action.JUDGE_HONOURS, round_.organisation.path)


def may_object(actor: Actor, application: Application) -> bool:
    """Everybody who sees the notice, but not about one's own application."""
    return (
        actor.person is not None
        and application.round.state == RoundState.NOTICE
        and application.state == ApplicationState.PROPOSED
        and not _is(actor, application)
    )


def may_answer(actor: Actor, objection: Objection) -> bool:
    """The office; not who objected, and nobody of the organisation that applied."""
    application = objection.application
    if actor.person is None or objection.by_id == actor.person.pk or _is(actor, application):
        return False
    home = any(post.path.startswith(application.organisation.path) for post in actor.posts)
    return runs(actor, application.round.organisation) and not home
