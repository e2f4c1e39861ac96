"""Campaigns and how far they are: numbers only, by class."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from xinqiao.access.enums import Purpose
from xinqiao.access.selectors import count_standings
from xinqiao.accounts.models import Account
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.models import Job
from xinqiao.people.models import Organisation
from xinqiao.screening import questionnaires, rules, words
from xinqiao.screening.enums import CampaignState, FilingState, SittingState
from xinqiao.screening.models import Campaign, CampaignPart, Filing, Sitting
from xinqiao.screening.selectors.filings import duty_posts
from xinqiao.screening.selectors.places import class_order


@dataclass(frozen=True)
class Progress:
    """How far one class (or all of them) is. ``away`` lumps together who said no and who has no consent, without names.

    ready: consent is there and answering has not begun.
    """

    title: str
    invited: int
    consented: int
    started: int
    submitted: int
    away: int
    node: Organisation | None = None

    @property
    def ready(self) -> int:
        return max(0, self.invited - self.away - self.started - self.submitted)


def due_to_open(at: datetime) -> list[Campaign]:
    """Prepared campaigns whose time has come."""
    return list(Campaign.objects.filter(state=CampaignState.PREPARED, opens_at__lte=at, closes_at__gt=at))


def due_to_close(at: datetime) -> list[Campaign]:
    """Open campaigns whose time is over, after the grace for answers that are on their way."""
    return list(Campaign.objects.filter(state=CampaignState.OPEN, closes_at__lte=at - rules.SAVE_GRACE))


def progress(campaign: Campaign, classes: Iterable[Organisation], at: datetime) -> list[Progress]:
    """One row a class that was invited, as a school sorts its classes. Five queries."""
    nodes = sorted(classes, key=class_order)
    sittings = Sitting.objects.filter(campaign=campaign, retest_of=None, class_node__in=nodes)
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for node, state, n in sittings.values_list("class_node", "state").annotate(n=Count("pk")):
        counts[node][state] += n
    invited = sittings.filter(state=SittingState.INVITED)
    for node, standings in count_standings(invited, "class_node", Purpose.SCREENING, at).items():
        counts[node]["unagreed"] = sum(n for standing, n in standings.items() if not standing.ok)
    year = campaign.approval.filing.school_year
    return [
        _row(node.title_in(year, campaign.school.system), counts[node.pk], node) for node in nodes if counts[node.pk]
    ]


def _row(title: str, counts: Counter[str], node: Organisation | None) -> Progress:
    invited = sum(counts[state] for state in SittingState.values)
    away = counts["declined"] + counts["stopped"] + counts["unagreed"]
    return Progress(title, invited, invited - away, counts["started"], counts["submitted"], away, node)


def total(rows: Iterable[Progress], title: str) -> Progress:
    """All classes together."""
    every = list(rows)
    return Progress(
        title,
        invited=sum(row.invited for row in every),
        consented=sum(row.consented for row in every),
        started=sum(row.started for row in every),
        submitted=sum(row.submitted for row in every),
        away=sum(row.away for row in every),
    )


@dataclass(frozen=True)
class Whole:
    """What is counted of a whole campaign for readers above the school."""

    title: str
    invited: int
    submitted: int


def whole(campaign: Campaign, classes: QuerySet[Organisation], title: str) -> Whole:
    """Invited and submitted of all classes together; nobody outside is told of consent, so none is read. One query."""
    sittings = Sitting.objects.filter(campaign=campaign, retest_of=None, class_node__in=classes.order_by().values("pk"))
    found = sittings.aggregate(invited=Count("pk"), submitted=Count("pk", filter=Q(state=SittingState.SUBMITTED)))
    return Whole(title, found["invited"], found["submitted"])


@dataclass(frozen=True)
class Coverage:
    """What a bureau may count of one campaign."""

    campaign: Campaign
    invited: int
    submitted: int


def coverage(campaigns: Iterable[Campaign]) -> list[Coverage]:
    """Invited and submitted of each campaign. One query."""
    every = list(campaigns)
    counted = {
        row["campaign"]: row
        for row in Sitting.objects.filter(campaign__in=every, retest_of=None)
        .values("campaign")
        .annotate(invited=Count("pk"), submitted=Count("pk", filter=Q(state=SittingState.SUBMITTED)))
    }
    return [
        Coverage(c, counted[c.pk]["invited"], counted[c.pk]["submitted"]) if c.pk in counted else Coverage(c, 0, 0)
        for c in every
    ]


def running() -> list[Campaign]:
    """Campaigns that are open."""
    return list(Campaign.objects.filter(state=CampaignState.OPEN))


def by_id(campaign_id: int) -> Campaign:
    """A campaign with its school and filing."""
    return Campaign.objects.select_related("school", "approval__filing").get(pk=campaign_id)


def listed_filings(rows: QuerySet[Filing]) -> list[Filing]:
    """Filings for a list, newest first."""
    return list(rows.select_related("school")[:200])


def waiting_filings(rows: QuerySet[Filing]) -> list[Filing]:
    """Filings that wait for a decision, oldest first."""
    return list(rows.filter(state=FilingState.SUBMITTED).select_related("school").order_by("submitted_at"))


def filing_of_campaign(filing: Filing) -> Campaign | None:
    """The campaign made from a filing."""
    return Campaign.objects.filter(approval=filing.pk).first()


@dataclass(frozen=True)
class Listed:
    """A campaign in a list; numbers only for whoever may see the whole school's."""

    campaign: Campaign
    coverage: Coverage | None


def listed(rows: QuerySet[Campaign], totals: Callable[[Campaign], bool]) -> list[Listed]:
    """Campaigns newest first, with how many were invited and answered. Two queries."""
    campaigns = list(rows.select_related("school")[:200])
    counted = {row.campaign.pk: row for row in coverage(c for c in campaigns if totals(c))}
    return [Listed(c, counted.get(c.pk)) for c in campaigns]


def parts_with_titles(campaign: Campaign) -> list[tuple[CampaignPart, str, str]]:
    """(part, title, for which grade) in order."""
    filing = campaign.approval.filing
    found = []
    for part in campaign.parts.all():
        definition = questionnaires.find(part.instrument_hash)
        group = (
            rules.cohort(part.stage, part.entry_year, system=campaign.school.system, school_year=filing.school_year)
            if part.stage and part.entry_year
            else None
        )
        found.append(
            (part, words.pick(definition.title) if definition else part.instrument_id, group.name if group else "")
        )
    return found


LEAST_SHOWN = 10
"""Outside a school, counts of fewer students are not shown. Source: domain.md §1.3 (k ≥ 10)."""


@dataclass(frozen=True)
class Outside:
    """What somebody above the school sees: counts from ten on, None for fewer."""

    title: str
    invited: int | None
    submitted: int | None


def for_outside(every: Whole) -> Outside:
    """The total without what would tell of few students, also by subtraction."""
    shown = every.submitted == 0 or LEAST_SHOWN <= every.submitted <= every.invited - LEAST_SHOWN
    shown = shown or every.submitted == every.invited >= LEAST_SHOWN
    invited = every.invited if every.invited >= LEAST_SHOWN or every.invited == 0 else None
    return Outside(every.title, invited, every.submitted if shown and invited is not None else None)


def slips_job(account: Account | None, campaign: Campaign) -> Job | None:
    """The last drawing of slips somebody asked for, within a day of its end."""
    jobs = Job.objects.filter(kind="screening.slips", account=account, arguments__campaign_id=campaign.pk)
    return jobs.order_by("-pk").first()


def nobody_stands_by(campaign: Campaign, at: datetime) -> Refusal | None:
    """The refusal of an opening that lacks a questionnaire or the person on duty; None when all is there."""
    definitions = [questionnaires.find(part.instrument_hash) for part in campaign.parts.all()]
    if any(definition is None for definition in definitions):
        return Refusal(_("有一份问卷在系统里找不到了，请联系管理员。"), code="unknown")
    sensitive = any(rules.is_sensitive(definition) for definition in definitions if definition)
    stands_by = campaign.duty_post_id is not None and duty_posts(campaign.school, at).filter(pk=campaign.duty_post_id)
    if sensitive and not (stands_by and stands_by.exists()):
        return Refusal(_("指定的值班人已不在岗。请先更换值班人，再开放作答。"), code="duty")
    return None


def why_shut(campaign: Campaign, at: datetime) -> str:
    """What keeps a prepared campaign from opening although its time has come; empty when nothing does."""
    if campaign.state != CampaignState.PREPARED or campaign.opens_at > at:
        return ""
    if campaign.closes_at <= at:
        return _("作答时间已经过去，这次测评没有开放过。")
    return str(nobody_stands_by(campaign, at) or "")


def standing(at: datetime) -> list[dict[str, object]]:
    """Every campaign that runs or is to run, as plain values for a program."""
    live = Campaign.objects.filter(state__in=[CampaignState.PREPARED, CampaignState.OPEN]).select_related("school")
    return [
        {
            "id": row.campaign.pk,
            "school": row.campaign.school.name,
            "title": row.campaign.title,
            "state": row.campaign.state,
            "closes_at": row.campaign.closes_at.isoformat(),
            "invited": row.invited,
            "submitted": row.submitted,
            "shut": why_shut(row.campaign, at),
        }
        for row in coverage(live.order_by("school__path", "opens_at"))
    ]
