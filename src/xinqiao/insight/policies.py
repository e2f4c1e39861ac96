"""Whose figures, boards and summaries somebody sees."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from xinqiao.access.actor import Actor, actor_for
from xinqiao.access.enums import Action
from xinqiao.access.models import Post
from xinqiao.access.policies import visible_organisations
from xinqiao.access.table import depth_of
from xinqiao.accounts.models import Account
from xinqiao.indicators.places import PEOPLE_INSIDE
from xinqiao.insight.models import Summary, SummarySending
from xinqiao.people.models import Organisation, Person, current
from xinqiao.plans.enums import PlanState
from xinqiao.plans.models import Plan, Task
from xinqiao.plans.policies import LEADERS, OFFICERS, own_posts, visible_tasks
from xinqiao.plans.rules import OPEN_STATES
from xinqiao.screening.models import Campaign


def visible_nodes(actor: Actor) -> QuerySet[Organisation]:
    """Organisations whose figures the actor sees. A class has none: it would be too small."""
    return visible_organisations(actor, Action.SEE_NUMBERS).exclude(kind="class")


def top_nodes(actor: Actor) -> list[Organisation]:
    """Where the actor's sight of figures begins."""
    return list(visible_nodes(actor).filter(path__in=actor.paths(Action.SEE_NUMBERS)).order_by("path"))


def reported_campaigns(actor: Actor) -> QuerySet[Campaign]:
    """Campaigns of schools where the actor holds a post that sees the school's figures. The bureau gets the report on
    paper from the school: exact numbers of one campaign beside the bureau's table would tell small ones."""
    paths = {post.path for post in actor.posts if depth_of(post.kind, Action.SEE_NUMBERS)}
    return Campaign.objects.filter(school__path__in=paths, opened_at__isnull=False)


def boards(actor: Actor) -> QuerySet[Organisation]:
    """Organisations whose wall board the actor sees: all whose plans they see."""
    return visible_organisations(actor, Action.SEE_PLANS).exclude(kind__in=PEOPLE_INSIDE).filter(closed_on=None)


def top_boards(actor: Actor) -> list[Organisation]:
    """Those of the actor's own posts, the widest first."""
    return list(boards(actor).filter(path__in=actor.paths(Action.SEE_PLANS)).order_by("path"))


def on_the_wall(account_id: int, node_id: int, at: datetime) -> tuple[Actor, Organisation] | None:
    """Who put a board up and which, while they may still see it; None once they may not."""
    account = Account.objects.filter(pk=account_id, is_active=True).first()
    if account is None:
        return None
    actor = actor_for(account, at)
    node = boards(actor).filter(pk=node_id).first()
    return (actor, node) if node is not None else None


# --- summaries --------------------------------------------------------------------------------------------------------


def _own_paths(actor: Actor) -> set[str]:
    """Organisations at which the actor holds a post that sees plans."""
    return {post.path for post in actor.posts if depth_of(post.kind, Action.SEE_PLANS)}


def writes_at(actor: Actor) -> QuerySet[Organisation]:
    """Organisations whose summaries the actor writes: those of their own posts."""
    own = actor.homes(Action.REPORT_FIGURES)
    return Organisation.objects.filter(pk__in=own, closed_on=None).exclude(kind__in=PEOPLE_INSIDE).order_by("path")


def may_write(actor: Actor, organisation: Organisation) -> bool:
    """Whoever states figures for an organisation, at the organisation itself, writes its summaries."""
    return actor.person is not None and organisation.pk in actor.homes(Action.REPORT_FIGURES)


def visible_summaries(actor: Actor) -> QuerySet[Summary]:
    """Those of one's own organisation, drafts too, and those that were sent to it."""
    own = _own_paths(actor)
    sent = SummarySending.objects.filter(to__path__in=own).values("summary")
    return Summary.objects.filter(Q(organisation__path__in=own) | Q(pk__in=sent))


def is_own(actor: Actor, summary: Summary) -> bool:
    return (summary.organisation.path or "-") in _own_paths(actor)


def received(actor: Actor) -> QuerySet[SummarySending]:
    """What came to the actor's organisations from others, newest first."""
    rows = SummarySending.objects.filter(to__path__in=_own_paths(actor))
    return rows.exclude(summary__organisation__path__in=_own_paths(actor)).order_by("-at", "-pk")


def unread(actor: Actor) -> QuerySet[SummarySending]:
    """Of these what the person has not opened."""
    if actor.person is None:
        return SummarySending.objects.none()
    return received(actor).exclude(readings__person=actor.person)


def unfinished(actor: Actor) -> QuerySet[Summary]:
    """Drafts of the actor's organisations that drafted themselves and that no person has saved yet."""
    rows = Summary.objects.filter(organisation__in=writes_at(actor), state="draft", made_by=None)
    return rows.exclude(versions__by__isnull=False)


def may_be_sent_to(organisation: Organisation) -> QuerySet[Organisation]:
    """Offices of this house that take an organisation's summaries: those above it, those whose plans it takes part in,
    and its own leaders. Nowhere else: text does not leave the house."""
    leads = Plan.objects.filter(units__organisation=organisation, units__left_on=None).values("organisation")
    rows = Organisation.objects.filter(Q(pk__in=organisation.ancestors_ids()) | Q(pk__in=leads))
    return rows.filter(closed_on=None).exclude(kind__in=PEOPLE_INSIDE).order_by("path")


def takers(office: Organisation, but: Person | None, at: datetime) -> list[int]:
    """Ids of the people at an office who are told that something came."""
    kinds = [kind for kind in {*LEADERS, *OFFICERS} if depth_of(kind, Action.SEE_PLANS)]
    posts = Post.objects.filter(current(localdate(at)), organisation=office, kind__in=kinds).exclude(person=but)
    return sorted(set(posts.values_list("person", flat=True)))


def asked_for(actor: Actor, organisation: Organisation) -> QuerySet[Task]:
    """Tasks of an organisation that may be met by handing a summary in: open ones the actor owns, or any for whoever
    leads it."""
    rows = visible_tasks(actor).filter(unit=organisation, state__in=OPEN_STATES)
    if not any(post.path == organisation.path and post.kind in LEADERS for post in actor.posts):
        rows = rows.filter(owner__in=own_posts(actor))
    return rows.order_by("due_on", "pk")


def draft_themselves() -> QuerySet[Organisation]:
    """Organisations that run a plan, and those that asked for it."""
    running = Plan.objects.filter(state=PlanState.RUNNING).values("organisation")
    rows = Organisation.objects.filter(Q(pk__in=running) | Q(options__has_key="summaries"), closed_on=None)
    return rows.order_by("path")
