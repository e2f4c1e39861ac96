"""Consent texts and who may read which version."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.access.models import ConsentText
from xinqiao.access.policies import visible_organisations
from xinqiao.people.models import Guardianship, Organisation, Person, current


def versions_of(purpose: str, organisation: Organisation) -> QuerySet[ConsentText]:
    """Every version that was ever in force at ``organisation``, newest first."""
    rows = ConsentText.objects.filter(
        Q(organisation=None) | Q(organisation__in=organisation.ancestors_ids()), purpose=purpose
    )
    return rows.select_related("organisation").order_by("-made_at", "-version")


def text_in_reach(actor: Actor) -> QuerySet[ConsentText]:
    """The house's own texts, and those of organisations at or above the ones whose register the actor keeps."""
    paths = visible_organisations(actor, Action.MANAGE_CONSENT).values_list("path", flat=True)
    above = {int(part) for path in paths for part in (path or "").split("/") if part}
    return ConsentText.objects.filter(Q(organisation=None) | Q(organisation__in=above))


def guardianships_of(person: Person, at: datetime) -> QuerySet[Guardianship]:
    rows = Guardianship.objects.filter(current(localdate(at)), child=person).select_related("guardian")
    return rows.order_by("-first_contact", "pk")
