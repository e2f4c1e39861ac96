"""One row behind every address of the room, for tests that knock at all doors.

``a_sample()`` builds a school with a running campaign and results; ``ADDRESSES`` names each URL with the arguments it
takes, the method it answers and who gets in: ``owner`` (psychology teacher), ``officer``, ``teacher`` (class teacher),
``student``. Everybody else is refused or finds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.factories import NOON
from tests.screening.factories import World, a_campaign, a_filing, a_sheet, a_world, says_yes, sitting_of, student_actor
from xinqiao.access.actor import HOUSE
from xinqiao.screening.models import Campaign, Filing, Sitting
from xinqiao.screening.services.filings import submit_filing
from xinqiao.screening.services.results import score_sitting


@dataclass
class Sample:
    """Rows by the names the addresses use."""

    world: World
    draft: Filing
    waiting: Filing
    approved: Filing
    campaign: Campaign
    done: Sitting
    ready: Sitting

    def argument(self, name: str) -> object:
        found = {
            "node": self.world.node.pk,
            "part": 1,
            "hash": self.campaign.parts.get(number=1).instrument_hash,
            "zh": "zh",
            "age": "14",
            "file": f"{self.campaign.pk}-none.pdf",
        }
        row = getattr(self, name, None)
        return row.pk if row is not None else found[name]


def a_sample() -> Sample:
    world = a_world()
    campaign = a_campaign(world)
    done, ready, _third = world.students
    for person in world.students:
        student_actor(person)
    says_yes(done)
    says_yes(ready)
    a_sheet(sitting_of(campaign, done), "1")
    score_sitting(actor=HOUSE, sitting_id=sitting_of(campaign, done).pk, at=NOON)
    waiting = submit_filing(actor=world.lin, filing=a_filing(world, title="等待审批"), at=NOON)
    return Sample(
        world=world,
        draft=a_filing(world, title="草稿"),
        waiting=waiting,
        approved=campaign.approval.filing,
        campaign=campaign,
        done=sitting_of(campaign, done),
        ready=sitting_of(campaign, ready),
    )


# url name → (arguments, method, who gets in)
ADDRESSES: dict[str, tuple[tuple[str, ...], str, tuple[str, ...]]] = {
    "screening:index": ((), "get", ("owner", "officer", "teacher", "stranger")),
    "screening:filing_new": ((), "get", ("owner", "stranger")),
    "screening:filing": (("waiting",), "get", ("owner", "officer")),
    "screening:filing_edit": (("draft",), "get", ("owner",)),
    "screening:filing_submit": (("draft",), "post", ("owner",)),
    "screening:filing_take_back": (("waiting",), "post", ("owner",)),
    "screening:filing_withdraw": (("draft",), "post", ("owner",)),
    "screening:filing_prepare": (("approved",), "post", ("owner",)),
    "screening:filing_approve": (("waiting",), "post", ("officer",)),
    "screening:filing_return": (("waiting",), "post", ("officer",)),
    "screening:approvals": ((), "get", ("officer",)),
    "screening:campaign": (("campaign",), "get", ("owner", "officer", "teacher")),
    "screening:campaign_progress": (("campaign",), "get", ("owner", "officer", "teacher")),
    "screening:campaign_open": (("campaign",), "post", ("owner",)),
    "screening:campaign_close": (("campaign",), "post", ("owner",)),
    "screening:campaign_stop": (("campaign",), "post", ("owner",)),
    "screening:campaign_extend": (("campaign",), "post", ("owner",)),
    "screening:campaign_duty": (("campaign",), "post", ("owner",)),
    "screening:campaign_invite_again": (("campaign",), "post", ("owner",)),
    "screening:campaign_rescore": (("campaign",), "post", ("owner",)),
    "screening:slips": (("campaign",), "get", ("owner",)),
    "screening:slips_all": (("campaign",), "post", ("owner",)),
    "screening:slips_class": (("campaign", "node"), "post", ("owner",)),
    "screening:slips_file": (("campaign", "file"), "get", ("owner",)),
    "screening:results": (("campaign",), "get", ("owner",)),
    "screening:results_export": (("campaign",), "get", ("owner",)),
    "screening:result": (("done",), "get", ("owner",)),
    "screening:answers": (("done",), "get", ("owner",)),
    "screening:retest": (("done",), "post", ("owner",)),
    "screening:mine": ((), "get", ("student", "other_student")),
    "screening:sitting": (("ready",), "get", ("student",)),
    "screening:sitting_agree": (("ready",), "post", ("student",)),
    "screening:sitting_decline": (("ready",), "post", ("student",)),
    "screening:sitting_stop": (("ready",), "post", ("student",)),
    "screening:start": (("ready", "part"), "post", ("student",)),
    "screening:answer": (("ready", "part"), "get", ("student",)),
    "screening:definition": (("hash", "zh", "age"), "get", ("student", "other_student")),
    "screening:thanks": (("ready",), "get", ("student",)),
}
