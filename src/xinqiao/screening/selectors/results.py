"""Results as pages, exports and sweeps need them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from xinqiao.instruments.definition import Alert, Definition
from xinqiao.people.models import Organisation
from xinqiao.screening import questionnaires, words
from xinqiao.screening.enums import CampaignState, SittingState
from xinqiao.screening.models import Campaign, Result, Sheet, Sitting
from xinqiao.screening.selectors import places

_AFTER_THE_END = timedelta(days=2)
_MOST_AT_ONCE = 2_000
_SCORABLE = [SittingState.STARTED, SittingState.SUBMITTED]


def unscored(at: datetime, since: datetime | None = None) -> list[int]:
    """Sittings with a submitted sheet and no result for it, oldest first, in campaigns that run or ended lately.

    since: look at sheets submitted from then on only.
    """
    lately = Q(state=CampaignState.OPEN) | Q(closed_at__gt=at - _AFTER_THE_END)
    campaigns = list(Campaign.objects.filter(lately).values_list("pk", flat=True))
    result = Result.objects.filter(sitting=OuterRef("sitting_id"), part=OuterRef("part"))
    sheets = Sheet.objects.filter(
        ~Exists(result), submitted_at__isnull=False, sitting__campaign__in=campaigns, sitting__state__in=_SCORABLE
    )
    if since is not None:
        sheets = sheets.filter(submitted_at__gte=since)
    ids = sheets.order_by("submitted_at").values_list("sitting_id", flat=True)[:_MOST_AT_ONCE]
    return list(dict.fromkeys(ids))


def uncounted() -> list[tuple[Campaign, Organisation]]:
    """Classes whose roll-up is behind their results."""
    pairs = Result.objects.filter(counted_at=None).values_list("sitting__campaign", "sitting__class_node").distinct()
    behind = list(pairs)
    campaigns = Campaign.objects.in_bulk({campaign for campaign, _node in behind})
    nodes = Organisation.objects.in_bulk({node for _campaign, node in behind})
    return [(campaigns[campaign], nodes[node]) for campaign, node in sorted(behind)]


def result_ids(campaign_id: int) -> list[int]:
    """Every result of a campaign, in the order they were made."""
    return list(Result.objects.filter(sitting__campaign=campaign_id).order_by("pk").values_list("pk", flat=True))


def for_scoring(ids: Iterable[int]) -> list[Result]:
    """Results with what reading their sheets again needs."""
    rows = Result.objects.filter(pk__in=list(ids)).select_related(
        "sitting__person", "sitting__class_node", "sitting__campaign__school", "sitting__campaign__approval__filing"
    )
    return list(rows.order_by("pk"))


def with_people(rows: QuerySet[Sitting]) -> QuerySet[Sitting]:
    """Sittings with what a list of results shows."""
    return rows.select_related("person", "class_node", "campaign").prefetch_related("results")


@dataclass(frozen=True)
class Line:
    """One result in words for the psychology teacher."""

    result: Result
    title: str
    bands: list[str]
    alerts: list[tuple[str, str]]
    signs: list[str]


def line(result: Result) -> Line:
    """What a list shows of a result: its gravest bands, alerts as (words, tone), signs of haste."""
    definition = questionnaires.find(result.instrument_hash)
    if definition is None:
        return Line(result, result.instrument_id, [], [], [])
    return Line(
        result,
        words.pick(definition.title_student),
        _gravest(definition, result),
        [(words.urgency(a), "bad" if a.urgency == "immediate" else "warn") for a in hit_alerts(definition, result)],
        [words.sign(row["code"]) for row in result.validity.get("signs", ())],
    )


def hit_alerts(definition: Definition, result: Result) -> list[Alert]:
    """The alerts of a result, most urgent first."""
    order = {"immediate": 0, "soon": 1, "routine": 2}
    return sorted((a for a in definition.alerts if a.id in result.alerts), key=lambda a: order[a.urgency])


def _gravest(definition: Definition, result: Result) -> list[str]:
    """“12 · 中度” for the scores whose band is the gravest, at most two; nothing when several are all calm."""
    content = [score for score in definition.scores if score.role == "content" and score.bands]
    found = []
    for score in content:
        band = next((b for b in score.bands if b.id == result.bands.get(score.id)), None)
        if band and band.severity == result.severity:
            name = f"{words.pick(score.title)} " if len(content) > 1 else ""
            found.append(f"{name}{result.scores[score.id]['value']:g} · {words.pick(band.label)}")
    return found[:2] if result.severity or len(content) == 1 else []


def alerts_together(lines: Iterable[Line]) -> list[tuple[str, str]]:
    """(words, tone) of several results, each once, the most urgent first."""
    every = {alert for line in lines for alert in line.alerts}
    return sorted(every, key=lambda alert: alert[1] != "bad")


@dataclass(frozen=True)
class Number:
    """One score of one result as the page and the export show it."""

    title: str
    value: float | None
    t: float | None
    band: str
    why_not: str


def numbers(result: Result) -> list[Number]:
    """Every score of a result, in the order of the definition."""
    definition = questionnaires.find(result.instrument_hash)
    if definition is None:
        return []
    found = []
    for score in definition.scores:
        row = result.scores.get(score.id, {})
        band = next((b for b in score.bands if b.id == result.bands.get(score.id)), None)
        why = words.reason(row["reason"]) if row.get("reason") else ""
        label = words.pick(band.label) if band else ""
        found.append(Number(words.pick(score.title), row.get("value"), row.get("t"), label, why))
    return found


@dataclass(frozen=True)
class Answered:
    """One item as it was answered; answer is empty where it was skipped."""

    number: int
    text: str
    answer: str
    sensitive: bool


def answers(sheet: Sheet) -> list[Answered]:
    """The items that were shown, with the chosen words. Depth: notes."""
    definition = questionnaires.find(sheet.instrument_hash)
    if definition is None:
        return []
    codes = definition.decode(bytes(sheet.answers))
    found = []
    for item in definition.items:
        if item.id in codes:
            chosen = next((o for o in item.options if o.code == codes[item.id]), None)
            said = words.pick(chosen.text) if chosen else ""
            found.append(Answered(item.position + 1, words.pick(item.text), said, item.sensitive or item.safety))
    return found


def listed(rows: QuerySet[Sitting], campaign: Campaign, chosen: Mapping[str, str]) -> QuerySet[Sitting]:
    """Sittings of a campaign that have a result, filtered as the form says, by class and student number."""
    found = rows.filter(campaign=campaign).filter(Exists(Result.objects.filter(sitting=OuterRef("pk"))))
    if chosen.get("node"):
        found = found.filter(class_node=int(chosen["node"]))
    own = Result.objects.filter(sitting=OuterRef("pk"))
    if chosen.get("band"):
        grave = {"2": own.filter(severity__gte=2), "1": own.filter(severity__gte=1), "0": own.filter(severity__gte=1)}
        found = found.filter(Exists(grave[chosen["band"]]) if chosen["band"] != "0" else ~Exists(grave["0"]))
        if chosen["band"] == "1":
            found = found.filter(~Exists(grave["2"]))
    if chosen.get("care") == "retest":
        found = found.filter(Exists(own.filter(needs_retest=True)))
    if chosen.get("care") == "sign":
        found = found.filter(Exists(own.exclude(validity__signs=[])))
    return with_people(found).order_by(
        "class_node__stage", "-class_node__entry_year", "class_node__number", "person__name", "pk"
    )


def classes_of(campaign: Campaign) -> list[tuple[int, str]]:
    """(id, title) of the classes that were invited."""
    nodes = Organisation.objects.filter(pk__in=campaign.sittings.values("class_node"))
    year = campaign.approval.filing.school_year
    return [(node.pk, node.title_in(year, campaign.school.system)) for node in sorted(nodes, key=places.class_order)]


def same_person(rows: QuerySet[Sitting], sitting: Sitting) -> list[Sitting]:
    """Earlier and later sittings of the same student that have results, newest first."""
    found = rows.filter(person=sitting.person_id, results__isnull=False).exclude(pk=sitting.pk).distinct()
    return list(with_people(found).order_by("-invited_at")[:12])


def sheet_of(result: Result) -> Sheet | None:
    """The stored answers behind a result."""
    return Sheet.objects.filter(sitting=result.sitting_id, part=result.part).first()


def explained(result: Result) -> list[str]:
    """What the definition tells the counsellor about this result, and what to bear in mind about its wording."""
    definition = questionnaires.find(result.instrument_hash)
    if definition is None:
        return []
    said = [
        words.pick(part.texts["counsellor"]) for part in definition.reports if part.low <= result.severity <= part.high
    ]
    said += [words.pick(alert.text) for alert in hit_alerts(definition, result)]
    if definition.wording in ("own", "adapted"):
        said.append(words.pick(definition.wording_note))
    if not definition.verified:
        said.append(words.pick(definition.verified_note))
    return [row for row in said if row]


def may_be_asked_again(sitting: Sitting) -> bool:
    """A first sitting with a careless sheet, in a campaign that still runs, that was not repeated yet."""
    if sitting.retest_of_id or sitting.campaign.state != CampaignState.OPEN:
        return False
    careless = Result.objects.filter(sitting=sitting, needs_retest=True).exists()
    return careless and not Sitting.objects.filter(retest_of=sitting).exists()
