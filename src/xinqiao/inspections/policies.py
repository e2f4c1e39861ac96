"""Who sees which rounds and sheets, who scores, who decides. Nobody checks or judges where they work themselves."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.access.models import OutsideLink
from xinqiao.access.policies import visible_organisations
from xinqiao.inspections.enums import RoundState, SheetState
from xinqiao.inspections.models import Appeal, Mending, Proof, Round, Sheet
from xinqiao.people.models import Organisation
from xinqiao.people.selectors import under

INSIDE = ("grade", "class")
OUT = (RoundState.PUBLISHED, RoundState.CLOSED)
"""The unit sees what was found."""
AFOOT = (RoundState.OPEN, RoundState.CHECKING, *OUT)
"""The unit knows of the round."""
SHEET_LINK, ROUND_LINK = "inspections.sheet", "inspections.round"
"""Names under which ``access.outside`` knows the pages of outside evaluators."""


def inspecting(actor: Actor) -> QuerySet[Organisation]:
    """Organisations in whose name the actor may hold inspections: those at which a post with this right is held."""
    own = {post.path for post in actor.posts}
    rows = visible_organisations(actor, Action.INSPECT).exclude(kind__in=INSIDE)
    return rows.filter(path__in=own, closed_on=None)


def places(actor: Actor) -> QuerySet[Organisation]:
    """Organisations whose score cards the actor sees."""
    return visible_organisations(actor, Action.SEE_PLANS).exclude(kind__in=INSIDE)


def runs(actor: Actor, organisation: Organisation) -> bool:
    """Whether the actor may run an inspection of this organisation: open, draw, publish, re-check."""
    return actor.person is not None and actor.may(Action.INSPECT, organisation.path)


def visible_rounds(actor: Actor) -> QuerySet[Round]:
    """Those the actor runs, and those that a unit in reach takes part in, or in which the actor checks."""
    took_part = visible_sheets(actor).values("round")
    return Round.objects.filter(under(actor.paths(Action.INSPECT), "organisation__path") | Q(pk__in=took_part))


def visible_sheets(actor: Actor) -> QuerySet[Sheet]:
    """Sheets of rounds the actor runs; once a round is open those of units in reach; those to be checked by the actor.
    Of what the checkers wrote a unit sees nothing before it is published (``sees_check``)."""
    reach = under(actor.paths(Action.SEE_PLANS), "unit__path") & Q(round__state__in=AFOOT)
    mine = Q(pk__in=Sheet.objects.filter(checkers=actor.person).values("pk")) if actor.person else Q(pk__in=[])
    return Sheet.objects.filter(under(actor.paths(Action.INSPECT), "round__organisation__path") | reach | mine)


def visible_proofs(actor: Actor) -> QuerySet[Proof]:
    return Proof.objects.filter(sheet__in=visible_sheets(actor))


def visible_appeals(actor: Actor) -> QuerySet[Appeal]:
    return Appeal.objects.filter(sheet__in=visible_sheets(actor))


def visible_mendings(actor: Actor) -> QuerySet[Mending]:
    return Mending.objects.filter(sheet__in=visible_sheets(actor))


def visible_links(actor: Actor, round_: Round) -> QuerySet[OutsideLink]:
    """Links for outside evaluators of a round the actor runs, newest first."""
    if not runs(actor, round_.organisation):
        return OutsideLink.objects.none()
    sheets = list(round_.sheets.values_list("pk", flat=True))
    mine = Q(room=ROUND_LINK, target=round_.pk) | Q(room=SHEET_LINK, target__in=sheets)
    return OutsideLink.objects.filter(mine, school=round_.organisation).order_by("-made_at")


def belongs(actor: Actor, unit: Organisation) -> bool:
    """Whether the actor works at the unit or in a part of it."""
    return any(post.path.startswith(unit.path) for post in actor.posts)


def sees_check(actor: Actor, sheet: Sheet) -> bool:
    """What checkers scored and found: the round's people and the checkers at once, the unit when it is published."""
    if sheet.round.state in OUT:
        return True
    return (runs(actor, sheet.round.organisation) or _named(actor, sheet)) and not belongs(actor, sheet.unit)


def _named(actor: Actor, sheet: Sheet) -> bool:
    return actor.person is not None and sheet.checkers.filter(pk=actor.person.pk).exists()


def may_score_self(actor: Actor, sheet: Sheet) -> bool:
    """People of the unit who do plan tasks there, while the round is open."""
    return actor.person is not None and sheet.unit_id in actor.homes(Action.DO_TASKS)


def may_check(actor: Actor, sheet: Sheet) -> bool:
    """The round's inspectors and the checkers named for the sheet; never at a unit where they work."""
    if not sheet.drawn or actor.person is None or belongs(actor, sheet.unit):
        return False
    return runs(actor, sheet.round.organisation) or _named(actor, sheet)


def link_covers(link: OutsideLink, sheet: Sheet) -> bool:
    """Whether an outside evaluator's link is for this sheet."""
    return sheet.drawn and (
        (link.room == SHEET_LINK and link.target == sheet.pk)
        or (link.room == ROUND_LINK and link.target == sheet.round_id)
    )


def may_appeal(actor: Actor, sheet: Sheet) -> bool:
    """Whoever runs plans or does tasks at the unit, once its result is published."""
    return sheet.state == SheetState.CHECKED and sheet.round.state in OUT and may_score_self(actor, sheet)


def may_decide(actor: Actor, appeal: Appeal) -> bool:
    """Somebody of the inspecting office who did not check this sheet, did not appeal and does not work at the unit."""
    sheet = appeal.sheet
    if actor.person is None or actor.person.pk in (appeal.by_id, sheet.checked_by_id):
        return False
    if sheet.entries.filter(by=actor.person).exists():
        return False
    return runs(actor, sheet.round.organisation) and not belongs(actor, sheet.unit)


def may_recheck(actor: Actor, mending: Mending) -> bool:
    """Holders of INSPECT at the inspecting office; not where they work."""
    sheet = mending.sheet
    return runs(actor, sheet.round.organisation) and not belongs(actor, sheet.unit)


def may_report(actor: Actor, organisation: Organisation) -> bool:
    """Whoever runs plans or inspections of an organisation writes its annual evaluation."""
    return actor.person is not None and (
        actor.may(Action.RUN_PLANS, organisation.path) or actor.may(Action.INSPECT, organisation.path)
    )
