"""What a student does: agree or not, begin, stop, come back. Saving and submitting answers is the intake's."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import ConsentParty, Purpose
from xinqiao.access.selectors import consent_standing
from xinqiao.access.services import Signature, decline, give_consent
from xinqiao.kernel.refusal import Refusal
from xinqiao.screening import policies, questionnaires, rules, tokens, words
from xinqiao.screening.enums import CampaignState, ConsentMode
from xinqiao.screening.models import CampaignPart, Sheet, Sitting
from xinqiao.screening.selectors import places
from xinqiao.screening.services.notes import note

_BY_SELF = Signature(party=ConsentParty.SELF)


@transaction.atomic
def agree(*, actor: Actor, sitting: Sitting, at: datetime) -> Sitting:
    """The student's own yes, after the text was shown; also the way back after a no or a stop."""
    sitting = _own(actor, sitting)
    _refuse_unless_open(sitting)
    if sitting.campaign.consent_mode == ConsentMode.PAPER:
        raise Refusal(words.gate("self_paper"), code="self_paper")
    if "rejoin" in rules.SITTING.offers(sitting.state):
        sitting.state = rules.SITTING.after(sitting.state, "rejoin")
        sitting.declined_by, sitting.ended_at = "", None
        sitting.save(update_fields=["state", "declined_by", "ended_at"])
        note(actor, "sitting.rejoined", sitting, sitting.campaign.school_id, at, person=sitting.person_id)
    give_consent(actor=actor, person=sitting.person, purpose=Purpose.SCREENING, signature=_BY_SELF, at=at)
    return sitting


@transaction.atomic
def decline_sitting(*, actor: Actor, sitting: Sitting, at: datetime) -> Sitting:
    """One tap, no reason asked, nobody told. What was begun elsewhere stays untouched."""
    sitting = _own(actor, sitting)
    _refuse_unless_open(sitting)
    sitting.state = rules.SITTING.after(sitting.state, "decline")
    sitting.declined_by, sitting.ended_at = ConsentParty.SELF, at
    sitting.save(update_fields=["state", "declined_by", "ended_at"])
    decline(actor=actor, person=sitting.person, purpose=Purpose.SCREENING, signature=_BY_SELF, at=at)
    note(actor, "sitting.declined", sitting, sitting.campaign.school_id, at, person=sitting.person_id)
    return sitting


@transaction.atomic
def stop_sitting(*, actor: Actor, sitting: Sitting, at: datetime) -> Sitting:
    """Stop in the middle: answers that were not handed in are deleted; what was handed in before stays."""
    sitting = _own(actor, sitting)
    sitting.state = rules.SITTING.after(sitting.state, "stop")
    sitting.ended_at = at
    sitting.save(update_fields=["state", "ended_at"])
    gone, _by_model = Sheet.objects.filter(sitting=sitting, submitted_at=None).delete()
    note(actor, "sitting.stopped", sitting, sitting.campaign.school_id, at, person=sitting.person_id, deleted=gone)
    return sitting


@transaction.atomic
def start_part(*, actor: Actor, sitting: Sitting, number: int, at: datetime) -> str:
    """Begin or go on with one questionnaire; returns the token its page saves with.

    Raises PermissionDenied for somebody else's sitting; Refusal when it is not the time for answering, when consent is
    missing (codes of ``words.GATE``), when the part is not for this student or was handed in before.
    """
    sitting = _own(actor, sitting)
    campaign = sitting.campaign
    _refuse_unless_open(sitting)
    if not places.is_answering_time(campaign, at):
        said = _("现在不是作答时间。每天 %(from)s–%(until)s 可以作答。")
        hours = {"from": f"{campaign.day_from:%H:%M}", "until": f"{campaign.day_until:%H:%M}"}
        raise Refusal(said % hours, code="hours")
    standing = consent_standing(sitting.person, Purpose.SCREENING, at)
    closed = rules.gate(
        ok=standing.ok, declined=standing.declined, missing=standing.missing, consent_mode=campaign.consent_mode
    )
    if closed:
        raise Refusal(words.gate(closed), code=closed)
    part = _part(sitting, number)
    if Sheet.objects.filter(sitting=sitting, part=part.number, submitted_at__isnull=False).exists():
        raise Refusal(_("这份问卷已经交过了，谢谢你。"), code="submitted")
    first = sitting.started_at is None
    sitting.state = rules.SITTING.after(sitting.state, "start")
    sitting.started_at = sitting.started_at or at
    sitting.save(update_fields=["state", "started_at"])
    if first:
        note(actor, "sitting.started", sitting, campaign.school_id, at, person=sitting.person_id)
    return tokens.issue(
        sitting_id=sitting.pk,
        part=part.number,
        instrument_hash=part.instrument_hash,
        expires=places.answering_until(campaign, at) + rules.SAVE_GRACE,
        age=sitting.person.age_on(localdate(at)),
    )


def _part(sitting: Sitting, number: int) -> CampaignPart:
    for part in places.parts_of(sitting, sitting.campaign.parts.all()):
        if part.number == number:
            if questionnaires.find(part.instrument_hash) is None:
                raise Refusal(_("有一份问卷在系统里找不到了，请联系管理员。"), code="unknown")
            return part
    raise Refusal(_("这份问卷不是给你的，请回到“我的测评”。"), code="part")


def _own(actor: Actor, sitting: Sitting) -> Sitting:
    rows = Sitting.objects.select_for_update(of=("self",)).select_related("campaign", "class_node", "person")
    sitting = rows.get(pk=sitting.pk)
    if not policies.is_own(actor, sitting):
        raise PermissionDenied
    return sitting


def _refuse_unless_open(sitting: Sitting) -> None:
    if sitting.campaign.state != CampaignState.OPEN:
        raise Refusal(_("这次测评现在没有开放。"), code="closed")
