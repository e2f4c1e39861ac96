"""How a plan's evaluation clause stands: units checked in its rounds."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from xinqiao.inspections.enums import RoundState, SheetState
from xinqiao.inspections.models import Round, Sheet
from xinqiao.plans.models import Plan
from xinqiao.plans.standing import Seen


def told(plan: Plan, on: date) -> Seen:
    """Sheets checked and drawn in the rounds of this plan, and of its organisation while it runs. Two queries."""
    rounds = list(
        Round.objects.filter(
            Q(plan=plan)
            | Q(plan=None, organisation=plan.organisation, check_from__gte=plan.starts_on, check_from__lte=plan.ends_on)
        )
        .exclude(state__in=[RoundState.DRAFT, RoundState.CANCELLED])
        .values_list("pk", flat=True)
    )
    states = list(Sheet.objects.filter(round__in=rounds, drawn=True).values_list("state", "checked_at__date"))
    done = sum(state == SheetState.CHECKED and day is not None and day <= on for state, day in states)
    if not rounds:
        return Seen(0, 0, _("还没有按评价表开展督导。"), reverse("inspections:index"))
    words = _("%(rounds)d 轮督导，抽到 %(whole)d 个单位，已检查 %(done)d 个。") % {
        "rounds": len(rounds), "whole": len(states), "done": done,
    }  # fmt: skip
    url = reverse("inspections:round", args=[rounds[0]]) if len(rounds) == 1 else reverse("inspections:index")
    return Seen(done, len(states), words, url)
