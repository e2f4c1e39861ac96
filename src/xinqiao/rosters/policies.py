"""Who may bring a roster into which school."""

from __future__ import annotations

from django.db.models import QuerySet

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.people.models import Organisation
from xinqiao.people.selectors import under
from xinqiao.rosters.models import RosterImport


def schools_of(actor: Actor) -> QuerySet[Organisation]:
    """Schools whose roster the actor keeps."""
    return Organisation.objects.filter(under(actor.paths(Action.ROSTER_IMPORT)), kind="school", closed_on=None)


def may_import(actor: Actor, school: Organisation) -> bool:
    """The house itself (the command line on the server) may; a person needs a post at or above the school."""
    return actor.kind == "house" or actor.may(Action.ROSTER_IMPORT, school.path)


def visible_imports(actor: Actor) -> QuerySet[RosterImport]:
    inside = under(actor.paths(Action.ROSTER_IMPORT), "school__path")
    return RosterImport.objects.filter(inside).select_related("school", "made_by", "applied_by", "undone_by", "job")
