"""Who may see and do what in a screening."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q, QuerySet

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action, Depth
from xinqiao.access.policies import visible_enrolments
from xinqiao.people.models import Organisation
from xinqiao.people.selectors import under
from xinqiao.screening.enums import CampaignState, FilingState
from xinqiao.screening.models import Campaign, Filing, Result, Sitting

UNSEEN_BY_THE_BUREAU = [FilingState.DRAFT, FilingState.WITHDRAWN]


def is_house(actor: Actor) -> bool:
    """Sweeps and receivers act for the house itself."""
    return actor.kind == "house"


def visible_filings(actor: Actor) -> QuerySet[Filing]:
    """A school's own filings, and for the bureau those that were handed in."""
    own = under(actor.paths(Action.FILE_SCREENING), "school__path")
    handed_in = under(actor.paths(Action.APPROVE_SCREENING), "school__path")
    return Filing.objects.filter(own | (handed_in & ~Q(state__in=UNSEEN_BY_THE_BUREAU)))


def filing_schools(actor: Actor) -> QuerySet[Organisation]:
    """Schools for which the actor may file."""
    return Organisation.objects.filter(under(actor.paths(Action.FILE_SCREENING)), kind="school", closed_on=None)


def may_file(actor: Actor, school: Organisation) -> bool:
    return actor.may(Action.FILE_SCREENING, school.path or "")


def may_decide(actor: Actor, filing: Filing) -> bool:
    """The bureau above the school; never whoever wrote the filing."""
    wrote_it = actor.account is not None and filing.made_by_id == actor.account.pk
    return actor.may(Action.APPROVE_SCREENING, filing.school.path or "") and not wrote_it


def may_run(actor: Actor, school: Organisation) -> bool:
    return is_house(actor) or actor.may(Action.RUN_SCREENING, school.path or "")


def visible_campaigns(actor: Actor) -> QuerySet[Campaign]:
    """Campaigns whose counts the actor may see: of schools below a post, and those a class in reach was invited to."""
    paths = actor.paths(Action.SEE_PROGRESS)
    classes = Organisation.objects.filter(under(paths), kind="class").order_by().values("pk")
    invited = Sitting.objects.filter(class_node__in=classes).values("campaign")
    return Campaign.objects.filter(under(paths, "school__path") | Q(pk__in=invited))


def classes_in_sight(actor: Actor, campaign: Campaign) -> QuerySet[Organisation]:
    """Classes of a campaign's school whose counts the actor may see."""
    reach = under(actor.paths(Action.SEE_PROGRESS))
    return Organisation.objects.filter(reach, kind="class", path__startswith=campaign.school.path)


def sees_classes(actor: Actor, campaign: Campaign) -> bool:
    """Whoever holds a post in the school sees it by class; from above only the total is shown."""
    return any(path.startswith(campaign.school.path or "-") for path in actor.paths(Action.SEE_PROGRESS))


def sees_totals(actor: Actor) -> Callable[[Campaign], bool]:
    """Whether somebody may see the numbers of a whole school in a list."""
    paths = actor.paths(Action.RUN_SCREENING)
    return lambda campaign: any((campaign.school.path or "").startswith(path) for path in paths)


def classes_of_school(campaign: Campaign) -> QuerySet[Organisation]:
    """Every class of a campaign's school; for totals."""
    return Organisation.objects.filter(kind="class", path__startswith=campaign.school.path)


def runnable_campaigns(actor: Actor) -> QuerySet[Campaign]:
    """Campaigns the actor organises."""
    return Campaign.objects.filter(under(actor.paths(Action.RUN_SCREENING), "school__path"))


def campaigns_with_results(actor: Actor) -> QuerySet[Campaign]:
    """Campaigns whose results the actor may read."""
    return Campaign.objects.filter(under(actor.paths(Action.SEE_RESULTS, Depth.RESULTS), "school__path"))


def visible_sittings(actor: Actor, at: datetime) -> QuerySet[Sitting]:
    """Sittings of students whose results the actor may read today: a student who left school is out of sight."""
    people = visible_enrolments(actor, at, Action.SEE_RESULTS, Depth.RESULTS).values("person")
    return Sitting.objects.filter(Q(person__in=people) | Q(person__in=actor.glass))


def visible_results(actor: Actor, at: datetime) -> QuerySet[Result]:
    """Results of the same students."""
    people = visible_enrolments(actor, at, Action.SEE_RESULTS, Depth.RESULTS).values("person")
    return Result.objects.filter(Q(sitting__person__in=people) | Q(sitting__person__in=actor.glass))


def own_sittings(actor: Actor) -> QuerySet[Sitting]:
    """A student's own sittings in campaigns that have opened."""
    if actor.person is None:
        return Sitting.objects.none()
    return Sitting.objects.filter(person=actor.person).exclude(campaign__state=CampaignState.PREPARED)


def is_own(actor: Actor, sitting: Sitting) -> bool:
    return actor.person is not None and sitting.person_id == actor.person.pk
