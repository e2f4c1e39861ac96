"""The list of plans and the pages of one: what stands how, and what comes next."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from xinqiao.access.actor import Actor
from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.packs.core.shapes import Pack
from xinqiao.plans import policies, standing
from xinqiao.plans.counting import Counts
from xinqiao.plans.enums import PlanState
from xinqiao.plans.forms.filters import PlanFilter
from xinqiao.plans.models import Plan
from xinqiao.plans.selectors import plans as reads
from xinqiao.plans.selectors.boards import calls
from xinqiao.plans.views.shared import page, plan_of
from xinqiao.plans.workplan import units_of

PAGE = 30


@door(Action.SEE_PLANS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Plans of my organisation, of those below, and those it takes part in."""
    actor, on = request.actor, timezone.localdate()
    form = PlanFilter(request.GET)
    form.is_valid()
    text, state = form.cleaned_data.get("q", ""), form.cleaned_data.get("state", "")
    sheet = Paginator(reads.listed_plans(actor, text.strip(), state), PAGE).get_page(request.GET.get("page"))
    counts = reads.counts_of(actor, sheet.object_list, on)
    context = {
        "page": sheet,
        "rows": [(plan, counts.get(plan.pk, Counts())) for plan in sheet.object_list],
        "filter_form": form,
        "filtered": bool(text or state),
        "may_apply": actor.may(Action.RUN_PLANS),
    }
    return page(request, "plans/index.html", context)


def frame(request: HttpRequest, plan: Plan, here: str) -> dict[str, Any]:
    """What every page of a plan shows around its middle."""
    whole, runs = reads.sees_whole(request.actor, plan), policies.may_run(request.actor, plan.organisation)
    names = {
        "plan": {"label": _("概况"), "icon": "layout-dashboard"},
        "board": {"label": _("看板"), "icon": "layout-kanban"},
        "calendar": {"label": _("日历"), "icon": "calendar"},
        "timeline": {"label": _("时间轴"), "icon": "timeline"},
        "units": {"label": _("各单位") if whole else _("本单位"), "icon": "building-community"},
        "figures": {"label": _("指标与经费"), "icon": "chart-bar"},
        "calls": {"label": _("征集"), "icon": "package"},
        "changes": {"label": _("变更"), "icon": "history"},
    }
    hidden = set() if whole else {"figures", "calls"}
    tabs = [
        {**tab, "url": reverse(f"plans:{name}", args=[plan.pk]), "current": name == here}
        for name, tab in names.items()
        if name not in hidden
    ]
    live = plan.state in (PlanState.RUNNING, PlanState.PAUSED)
    return {"plan": plan, "tabs": tabs, "whole": whole, "runs": runs, "live": live, "at": timezone.now()}


@door(Action.SEE_PLANS)
@require_safe
def overview(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Goals, clause by clause with the evidence, people, calendar, figures, money, next steps."""
    plan, actor, on = plan_of(request, plan_id), request.actor, timezone.localdate()
    pack, shell = Pack(plan.data), frame(request, plan, "plan")
    units = reads.units_of(actor, plan, on)
    total = sum((unit.counts for unit in units), Counts())
    context = {
        **shell,
        "pack": pack,
        "data": pack.data,
        "total": total,
        "unit_count": len(units),
        "behind": sorted((u for u in units if u.counts.late), key=lambda u: -u.counts.late)[:5],
        "marks": reads.marks_of(plan, pack, on, plan.ends_on)[:4],
    }
    if shell["whole"]:
        groups = units_of(plan)
        rows = standing.clauses(plan, on, groups)
        teams = reads.teams_of(pack, groups, on)
        found = reads.figures_of(plan, pack, groups, on)
        context |= {
            "clauses": [(row, [(link.label, evidence_url(plan, link)) for link in row.links]) for row in rows],
            "summary": [(word, n) for word, n in standing.summary(rows).items() if n],
            "teams": teams,
            "figures": _lights(found),
            "money": reads.spent_share(reads.money_of(plan, pack, groups)),
            "next_steps": next_steps(actor, plan, total, teams, shell["runs"]),
        }
    return page(request, "plans/plan.html", context)


def _lights(found: list[reads.FigureRow]) -> list[tuple[str, int]]:
    """How many figures stand how, in the order far, near, met, unknown; those without any are left out."""
    counts = [(light, sum(row.shown.light == light for row in found)) for light in ("far", "near", "met", "unknown")]
    return [(light, count) for light, count in counts if count]


def evidence_url(plan: Plan, link: standing.Link) -> str:
    """Where a piece of evidence is seen; each page asks its own policy."""
    tasks = f"{reverse('plans:tasks', args=[plan.pk])}?measure={link.key}"
    places = {
        "tasks": tasks,
        "figure": reverse("indicators:figure", args=[plan.organisation_id, link.key]) if link.kind == "figure" else "",
        "rows": link.key,
        "team": _index_of("teams"),
        "service": _index_of("directory"),
        "budget": f"{_index_of('budgets')}?organisation={plan.organisation_id}&year={plan.starts_on.year}",
        "calendar": reverse("plans:calendar", args=[plan.pk]),
        "evaluation": link.key,
    }
    return places.get(link.kind, "")


def _index_of(room: str) -> str:
    """The first page of another room; "" while it has none."""
    try:
        return reverse(f"{room}:index")
    except NoReverseMatch:
        return ""


def next_steps(
    actor: Actor, plan: Plan, total: Counts, teams: list[reads.TeamLine], runs: bool
) -> list[tuple[str, str, str]]:
    """(words, where, icon) of what somebody who runs the plan should do now."""
    if not runs or plan.state not in (PlanState.RUNNING, PlanState.PAUSED):
        return []
    steps = []
    if plan.state == PlanState.PAUSED:
        words = _("方案暂停中：期限不走，也不催办。恢复后没到期的会顺延。")
        steps.append((words, reverse("plans:changes", args=[plan.pk]), "player-pause"))
    if total.waiting:
        words = ngettext("审核交上来的 %d 份材料", "审核交上来的 %d 份材料", total.waiting) % total.waiting
        steps.append((words, f"{reverse('plans:review')}?plan={plan.pk}", "clipboard-check"))
    if total.late:
        words = ngettext("催办逾期的 %d 项任务", "催办逾期的 %d 项任务", total.late) % total.late
        steps.append((words, f"{reverse('plans:remind')}?plan={plan.pk}&when=late", "bell"))
    short = sum(team.short for team in teams)
    if short:
        words = ngettext("队伍里还有 %d 个岗位空着", "队伍里还有 %d 个岗位空着", short) % short
        steps.append((words, _index_of("teams"), "users"))
    newer = reads.newer_editions(actor, plan).filter(pack=plan.edition.pack, pk__gt=plan.edition_id).first()
    if newer is not None:
        words = _("方案库里有新版本 %(version)s，看看有什么不同") % {"version": newer.version}
        steps.append((words, reverse("plans:move", args=[plan.pk, newer.pk]), "versions"))
    return steps


@door(Action.SEE_PLANS)
@require_safe
def show_figures(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Indicators against their targets, teams, money. For whoever sees the whole plan."""
    plan, on = plan_of(request, plan_id), timezone.localdate()
    shell = frame(request, plan, "figures")
    if not shell["whole"]:
        return page(request, "plans/partly.html", {**shell})
    pack, units = Pack(plan.data), units_of(plan)
    money = reads.money_of(plan, pack, units)
    context = {
        **shell,
        "figures": [
            (row, evidence_url(plan, standing.Link("", "figure", row.code)))
            for row in reads.figures_of(plan, pack, units, on)
        ],
        "teams": reads.teams_of(pack, units, on),
        "money": money,
        "sums": reads.spent_share(money),
        "budget_url": evidence_url(plan, standing.Link("", "budget")),
        "teams_url": _index_of("teams"),
    }
    return page(request, "plans/figures.html", context)


@door(Action.SEE_PLANS)
@require_safe
def show_calls(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Calls for contributions of the plan, with how many have handed in."""
    plan = plan_of(request, plan_id)
    shell = frame(request, plan, "calls")
    if not shell["whole"]:
        return page(request, "plans/partly.html", {**shell})
    return page(
        request,
        "plans/calls.html",
        {
            **shell,
            "calls": calls(plan.tasks.all(), Pack(plan.data), timezone.localdate()),
            "ask_url": f"{reverse('plans:ask')}?plan={plan.pk}",
        },
    )
