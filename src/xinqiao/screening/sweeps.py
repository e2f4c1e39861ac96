"""What the house looks after by itself: windows, newcomers, lost announcements, the roll-up."""

from __future__ import annotations

from datetime import datetime, timedelta

from xinqiao.access.actor import HOUSE
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.registry import every
from xinqiao.screening.selectors import campaigns as reads
from xinqiao.screening.selectors import results as result_reads
from xinqiao.screening.services import campaigns, files, results


@every("screening.windows", timedelta(minutes=1))
def keep_windows(at: datetime) -> None:
    """Open and close at the hours that were filed. A campaign nobody stands by for stays shut; its page says why."""
    for campaign in reads.due_to_open(at):
        try:
            campaigns.open_campaign(actor=HOUSE, campaign=campaign, at=at)
        except Refusal:
            continue
    for campaign in reads.due_to_close(at):
        campaigns.close_campaign(actor=HOUSE, campaign=campaign, at=at)


@every("screening.newcomers", timedelta(hours=1))
def invite_newcomers(at: datetime) -> None:
    """Students who came into a grade while its campaign runs are invited too."""
    for campaign in reads.running():
        campaigns.invite_students(actor=HOUSE, campaign=campaign, at=at)


@every("screening.reconcile", timedelta(minutes=1))
def reconcile(at: datetime) -> None:
    """Score what was submitted and has no result, whatever became of its announcement; then count."""
    _score(result_reads.unscored(at, since=at - timedelta(hours=1)), at)
    for campaign, class_node in result_reads.uncounted():
        results.count_class(actor=HOUSE, campaign=campaign, class_node=class_node, at=at)


@every("screening.reconcile_all", timedelta(hours=1))
def reconcile_all(at: datetime) -> None:
    """The same for every sheet of the campaigns that run or ended lately."""
    _score(result_reads.unscored(at), at)


def _score(sittings: list[int], at: datetime) -> None:
    for sitting_id in sittings:
        results.score_sitting(actor=HOUSE, sitting_id=sitting_id, at=at)


@every("screening.forget_slips", timedelta(hours=1))
def forget_slips(at: datetime) -> None:
    """Codes are printed, not stored."""
    files.forget_slips(actor=HOUSE, at=at)
