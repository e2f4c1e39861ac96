"""Records written straight into the tables, so that a figure is seen to follow from the record alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count

from tests.factories import NOON, TODAY, a_person, a_post
from xinqiao.access.actor import Actor
from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.cases.models import Case, FollowUp, Plan
from xinqiao.indicators import registry
from xinqiao.indicators.reckoning import Ground, reckon
from xinqiao.people.models import Enrolment, Organisation, Person
from xinqiao.screening.models import Approval, Campaign, CampaignPart, Filing, FilingInstrument, Sitting
from xinqiao.signals.models import Interview, LevelChange, Signal

_hashes = count(1)


def figure(node: Organisation, code: str, on: date = TODAY, **given: object) -> tuple[float, float | None] | None:
    """(part, whole) of an organisation, exact, worked out from the records now; None without a figure."""
    rolled = reckon(Ground(node, on), registry.get(code), given).get(node.pk)
    return None if rolled is None else (rolled.part, rolled.whole)


def place(person: Person) -> Enrolment:
    return Enrolment.objects.get(person=person, ends_on=None)


def a_signal(child: Person, owner: Actor, *, at: datetime = NOON, **fields: object) -> Signal:
    where = place(child)
    post = Post.objects.get(pk=owner.posts[0].id)
    given = {"source": "quick", "urgency": 3, "state": "raised", "respond_by": at + timedelta(days=3), **fields}
    return Signal.objects.create(
        subject=child, school=where.school, class_node=where.class_node, owner=owner.person, owner_post=post,
        raised_at=at, **given,
    )  # fmt: skip


def a_level(child: Person, by: Actor, level: int, *, at: datetime = NOON, interview: str = "done") -> LevelChange:
    where = place(child)
    signal = a_signal(child, by, at=at)
    done = {"held_at": at, "done_at": at} if interview == "done" else {}
    talk = Interview.objects.create(
        signal=signal, subject=child, school=where.school, interviewer=by.person, state=interview, started_at=at,
        saved_at=at, content="", **done,
    )  # fmt: skip
    return LevelChange.objects.create(
        person=child, school=where.school, interview=talk, level=level, previous=0, set_by=by.person, set_at=at,
        reason="所见", state="standing", stands_from=at,
    )  # fmt: skip


def a_case(child: Person, by: Actor, *, at: datetime = NOON, **fields: object) -> Case:
    return Case.objects.create(
        person=child, school=place(child).school, owner=by.person, owner_post_id=by.posts[0].id, opened_by=by.person,
        opened_at=at, next_at=at + timedelta(days=7), reason="想有人听", **fields,
    )  # fmt: skip


def closed(case: Case, first: Actor, second: Actor, *, at: datetime = NOON) -> Case:
    case.state, case.outcome, case.next_at = "closed", "stable", None
    case.closing_asked_by, case.closing_asked_at = first.person, at
    case.closed_by, case.closed_at = second.person, at
    case.save()
    return case


def a_plan(case: Case, by: Actor) -> Plan:
    return Plan.objects.create(
        case=case, version=1, school=case.school, content="{}", contact=by.person, starts_on=TODAY,
        review_on=TODAY + timedelta(days=30), made_by=by.person, made_at=NOON,
    )  # fmt: skip


def a_follow_up(case: Case, due: datetime, *, done: datetime | None = None, by: Actor | None = None) -> FollowUp:
    fields = {} if done is None else {"state": "done", "done_by": by.person, "done_at": done, "steady": True}  # type: ignore[union-attr]
    return FollowUp.objects.create(case=case, school=case.school, due_at=due, **fields)


def a_campaign(
    school: Organisation, by: Actor, *, opened: datetime = NOON, decided: datetime | None = None
) -> Campaign:
    """An open campaign with one questionnaire, filed and approved an hour before it opened."""
    decided = decided or opened - timedelta(hours=1)
    digest = f"{next(_hashes):064}"
    closes = opened + timedelta(days=5)
    filing = Filing.objects.create(
        school=school, school_year=2026, title="秋季测评", purpose="了解近况", opens_at=opened, closes_at=closes,
        state="approved", made_by=by.account, made_at=decided, submitted_at=decided, decided_by=by.person,
        decided_at=decided,
    )  # fmt: skip
    FilingInstrument.objects.create(filing=filing, number=1, instrument_id="own-wellbeing", instrument_hash=digest)
    campaign = Campaign.objects.create(
        approval=Approval.objects.create(filing=filing, decided_by=by.person, decided_at=decided), school=school,
        title="秋季测评", consent_mode="both", opens_at=opened, closes_at=closes, day_from=filing.day_from,
        day_until=filing.day_until, state="open", made_at=decided, opened_at=opened,
    )  # fmt: skip
    CampaignPart.objects.create(campaign=campaign, number=1, instrument_id="own-wellbeing", instrument_hash=digest)
    return campaign


def a_sitting(campaign: Campaign, child: Person, *, submitted: bool = True) -> Sitting:
    at = campaign.opens_at
    done = {"state": "submitted", "started_at": at, "submitted_at": at} if submitted else {}
    return Sitting.objects.create(
        campaign=campaign, person=child, class_node=place(child).class_node, invited_at=at, **done
    )


def a_holder(kind: PostKind, organisation: Organisation, *, ends_on: date | None = None) -> Post:
    return a_post(a_person(organisation), kind, organisation, ends_on=ends_on)
