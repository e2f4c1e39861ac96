"""A campaign from its approval to its end."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Purpose
from xinqiao.access.selectors import consent_standings
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.people.models import Enrolment, Organisation, Person
from xinqiao.screening import policies, rules
from xinqiao.screening.enums import CampaignState, FilingState, SittingState
from xinqiao.screening.models import Approval, Campaign, CampaignPart, Filing, Sitting
from xinqiao.screening.selectors import campaigns as reads_campaigns
from xinqiao.screening.selectors import filings as reads
from xinqiao.screening.services.notes import note

_A_BATCH = 2_000


@transaction.atomic
def prepare_campaign(*, actor: Actor, filing: Filing, at: datetime) -> Campaign:
    """Make the campaign of an approved filing and invite the students of its grades.

    Raises PermissionDenied; Refusal(code="approval") for a filing without the bureau's yes, "twice" for a second one.
    """
    filing = Filing.objects.select_for_update(of=("self",)).select_related("school").get(pk=filing.pk)
    if not policies.may_run(actor, filing.school):
        raise PermissionDenied
    approval = Approval.objects.filter(filing=filing).first()
    if approval is None or filing.state != FilingState.APPROVED:
        raise Refusal(_("这份申报还没有得到教育局批准，不能开始测评。"), code="approval")
    if Campaign.objects.filter(approval=approval).exists():
        raise Refusal(_("这份申报已经建立过测评了。"), code="twice")
    if filing.closes_at <= at:
        raise Refusal(_("申报的作答时间已经过去，请重新申报。"), code="past")
    campaign = Campaign.objects.create(
        approval=approval,
        school=filing.school,
        title=filing.title,
        consent_mode=filing.consent_mode,
        opens_at=filing.opens_at,
        closes_at=filing.closes_at,
        day_from=filing.day_from,
        day_until=filing.day_until,
        duty_post=filing.duty_post,
        made_at=at,
    )
    CampaignPart.objects.bulk_create(
        CampaignPart(
            campaign=campaign,
            number=row.number,
            instrument_id=row.instrument_id,
            instrument_hash=row.instrument_hash,
            stage=row.stage,
            entry_year=row.entry_year,
        )
        for row in filing.instruments.all()
    )
    invited = _invite(campaign, filing, at)
    note(actor, "campaign.prepared", campaign, campaign.school_id, at, invited=invited)
    return campaign


@transaction.atomic
def invite_students(*, actor: Actor, campaign: Campaign, at: datetime) -> int:
    """Invite students who came into the grades since; returns how many."""
    campaign = _locked(campaign)
    if not policies.may_run(actor, campaign.school):
        raise PermissionDenied
    if campaign.state not in (CampaignState.PREPARED, CampaignState.OPEN):
        raise Refusal(rules.CAMPAIGN.refusal, code="move")
    invited = _invite(campaign, campaign.approval.filing, at)
    if invited:
        note(actor, "campaign.invited", campaign, campaign.school_id, at, invited=invited)
    return invited


def _invite(campaign: Campaign, filing: Filing, at: datetime) -> int:
    """One sitting for each student of the grades who has none yet. Rows go in by thousands."""
    there = set(Sitting.objects.filter(campaign=campaign, retest_of=None).values_list("person_id", flat=True))
    rows = Enrolment.objects.filter(reads.enrolled(campaign.school, filing.grades, at))
    missing = [
        Sitting(campaign=campaign, person_id=person, class_node_id=node, invited_at=at)
        for person, node in rows.values_list("person_id", "class_node_id").order_by(
            "class_node__path", "student_number"
        )
        if person not in there
    ]
    Sitting.objects.bulk_create(missing, batch_size=_A_BATCH)
    return len(missing)


@transaction.atomic
def open_campaign(*, actor: Actor, campaign: Campaign, at: datetime) -> Campaign:
    """Let students answer. Raises Refusal when it is too early or late, or when nobody would stand by."""
    campaign = _locked(campaign)
    if not policies.may_run(actor, campaign.school):
        raise PermissionDenied
    state = rules.CAMPAIGN.after(campaign.state, "open")
    if not campaign.opens_at <= at < campaign.closes_at:
        raise Refusal(_("现在不在申报的作答时间内，到时间会自动开放。"), code="window")
    missing = reads_campaigns.nobody_stands_by(campaign, at)
    if missing is not None:
        raise missing
    campaign.state, campaign.opened_at = state, at
    campaign.save(update_fields=["state", "opened_at"])
    _invite(campaign, campaign.approval.filing, at)
    note(actor, "campaign.opened", campaign, campaign.school_id, at)
    announce("campaign.opened", at=at, campaign_id=campaign.pk)
    return campaign


@transaction.atomic
def change_duty(*, actor: Actor, campaign: Campaign, post_id: int, at: datetime) -> Campaign:
    """Another person stands by. Raises Refusal for a post that is not held at the school today."""
    campaign = _locked(campaign)
    if not policies.may_run(actor, campaign.school):
        raise PermissionDenied
    post = reads.duty_posts(campaign.school, at).filter(pk=post_id).first()
    if post is None:
        raise Refusal(_("请选择本校现在在岗的人值班。"), code="duty", field="post")
    campaign.duty_post = post
    campaign.save(update_fields=["duty_post"])
    note(actor, "campaign.duty", campaign, campaign.school_id, at, post=post.pk)
    return campaign


@transaction.atomic
def extend_campaign(*, actor: Actor, campaign: Campaign, until: datetime, at: datetime) -> Campaign:
    """Let it run longer, at most to the longest window there is."""
    campaign = _locked(campaign)
    if not policies.may_run(actor, campaign.school):
        raise PermissionDenied
    campaign.state = rules.CAMPAIGN.after(campaign.state, "extend")
    latest = campaign.opens_at + rules.LONGEST_WINDOW
    if not max(at, campaign.closes_at) < until <= latest:
        said = _("新的结束时间要晚于原来的，并且作答时间合计不超过 %(days)s 天。") % {"days": rules.LONGEST_WINDOW.days}
        raise Refusal(said, code="window", field="until")
    campaign.closes_at = until
    campaign.save(update_fields=["closes_at", "state"])
    note(actor, "campaign.extended", campaign, campaign.school_id, at, until=until.isoformat())
    return campaign


@transaction.atomic
def close_campaign(*, actor: Actor, campaign: Campaign, at: datetime) -> Campaign:
    """The end: what was handed in counts, what was begun and not handed in does not."""
    campaign = _locked(campaign)
    if not policies.may_run(actor, campaign.school):
        raise PermissionDenied
    campaign.state, campaign.closed_at = rules.CAMPAIGN.after(campaign.state, "close"), at
    campaign.save(update_fields=["state", "closed_at"])
    note(actor, "campaign.closed", campaign, campaign.school_id, at)
    announce("campaign.closed", at=at, campaign_id=campaign.pk)
    return campaign


@transaction.atomic
def stop_campaign(*, actor: Actor, campaign: Campaign, why: str, at: datetime) -> Campaign:
    """Stop before the end, for a reason that stays on record."""
    campaign = _locked(campaign)
    if not policies.may_run(actor, campaign.school):
        raise PermissionDenied
    state = rules.CAMPAIGN.after(campaign.state, "stop")
    if not why.strip():
        raise Refusal(_("请写明中止的原因。"), code="words", field="why")
    campaign.state, campaign.closed_at, campaign.stop_words = state, at, why.strip()[:200]
    campaign.save(update_fields=["state", "closed_at", "stop_words"])
    note(actor, "campaign.stopped", campaign, campaign.school_id, at)
    announce("campaign.closed", at=at, campaign_id=campaign.pk)
    return campaign


@transaction.atomic
def invite_again(*, actor: Actor, campaign: Campaign, class_node: Organisation | None = None, at: datetime) -> int:
    """A friendly second or third invitation to whoever may take part and has not begun; returns how many.

    Nobody is named, nobody who said no is asked, and after the third invitation the house asks no more.
    """
    campaign = _locked(campaign)
    if not policies.may_run(actor, campaign.school):
        raise PermissionDenied
    if campaign.state != CampaignState.OPEN:
        raise Refusal(rules.CAMPAIGN.refusal, code="move")
    rows = Sitting.objects.filter(
        campaign=campaign,
        state=SittingState.INVITED,
        reinvited__lt=rules.MOST_REINVITES,
        invited_at__lt=at - rules.BETWEEN_INVITATIONS,
    )
    if class_node is not None:
        rows = rows.filter(class_node=class_node)
    person_of = dict(rows.values_list("pk", "person_id"))
    people = list(Person.objects.filter(pk__in=rows.values("person")))
    standings = consent_standings(people, Purpose.SCREENING, at)
    asked = [pk for pk, person in person_of.items() if not standings[person].declined]
    for start in range(0, len(asked), _A_BATCH):
        batch = asked[start : start + _A_BATCH]
        Sitting.objects.filter(pk__in=batch).update(reinvited=F("reinvited") + 1, invited_at=at)
    note(actor, "campaign.invited_again", campaign, campaign.school_id, at, invited=len(asked))
    return len(asked)


def _locked(campaign: Campaign) -> Campaign:
    rows = Campaign.objects.select_for_update(of=("self",)).select_related("school", "approval__filing")
    return rows.get(pk=campaign.pk)
