"""Saying yes, saying no, taking it back, and the texts that are agreed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access import rules
from xinqiao.access.actor import HOUSE, Actor
from xinqiao.access.enums import Action, ConsentForm, ConsentParty, Purpose, WithdrawChannel
from xinqiao.access.models import Consent, ConsentText
from xinqiao.access.selectors.consents import current_text, places_of
from xinqiao.access.texts import DEFAULTS
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Guardianship, Organisation, Person, current
from xinqiao.people.selectors import current_enrolment


@dataclass(frozen=True)
class Signature:
    """Who answered and how.

    party: for whom they speak. form: paper and verbal answers are recorded by staff, online ones by the giver.
    given_by: the guardian (or the person), when the house knows them; otherwise signed_name as on the paper.
    witness: name, for verbal answers. scope: sharing only, with whom and what.
    """

    party: ConsentParty
    form: ConsentForm = ConsentForm.ONLINE
    given_by: Person | None = None
    signed_name: str = ""
    relation: str = ""
    witness: str = ""
    scope: str = ""


def give_consent(
    *, actor: Actor, person: Person, purpose: str, signature: Signature, at: datetime, until: date | None = None
) -> Consent:
    """Record a yes. ``until``: last day, default by purpose (``rules.valid_until``).

    Raises PermissionDenied when the actor may not answer or record for ``person``, Refusal for an answer that cannot
    stand (verbal without witness, signer who is no guardian today, sharing without scope).
    """
    until = until or rules.valid_until(purpose, localdate(at))
    return _answer(actor=actor, person=person, purpose=purpose, signature=signature, at=at, granted=True, until=until)


def decline(*, actor: Actor, person: Person, purpose: str, signature: Signature, at: datetime) -> Consent:
    """Record a no. It needs no reason, asks nothing else, and tells nobody."""
    return _answer(actor=actor, person=person, purpose=purpose, signature=signature, at=at, granted=False, until=None)


@transaction.atomic
def _answer(
    *,
    actor: Actor,
    person: Person,
    purpose: str,
    signature: Signature,
    at: datetime,
    granted: bool,
    until: date | None,
) -> Consent:
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    signature = _checked(actor, person, signature, purpose, at)
    organisation = Organisation.objects.get(pk=places_of([person], localdate(at))[person.pk].id)
    giver = signature.given_by
    standing = Consent.objects.filter(
        person=person,
        organisation=organisation,
        purpose=purpose,
        party=signature.party,
        given_by=giver,
        scope=signature.scope,
        withdrawn_at=None,
    )
    standing.update(withdrawn_at=at, withdraw_channel=WithdrawChannel.CHANGED)
    row = Consent.objects.create(
        person=person,
        organisation=organisation,
        purpose=purpose,
        text=text_for(purpose, organisation, at),
        party=signature.party,
        granted=granted,
        form=signature.form,
        given_by=giver,
        signed_name=signature.signed_name,
        relation=signature.relation,
        witness=signature.witness,
        recorded_by=actor.account,
        given_at=at,
        valid_until=until,
        scope=signature.scope,
    )
    _note(actor, "consent.given" if granted else "consent.declined", row, at)
    return row


def _note(actor: Actor, action: str, row: Consent, at: datetime) -> None:
    record(
        account=actor.account,
        who=actor.who,
        action=action,
        at=at,
        owner=row.organisation_id,
        subject=row,
        person=row.person_id,
        purpose=row.purpose,
        party=row.party,
        form=row.form,
        text=row.text_id,
    )


def _checked(actor: Actor, person: Person, signature: Signature, purpose: str, at: datetime) -> Signature:
    """The signature with what the house knows filled in, after asking whether it may be given like this."""
    if signature.form == ConsentForm.ONLINE:
        giver = actor.person
        _must(giver is not None and (giver == person) == (signature.party == ConsentParty.SELF))
    else:
        _must(may_record(actor, person, at))
        giver = person if signature.party == ConsentParty.SELF else signature.given_by
    if signature.form == ConsentForm.VERBAL and not signature.witness.strip():
        raise Refusal(_("口头同意要写明见证人姓名。"), code="witness", field="witness")
    if purpose == Purpose.SHARING and not signature.scope.strip():
        raise Refusal(_("请写明向哪家机构提供哪些内容，每家机构单独同意。"), code="scope", field="scope")
    relation = signature.relation
    if signature.party == ConsentParty.GUARDIAN and giver is not None:
        relation = _relation(person, giver, at, online=signature.form == ConsentForm.ONLINE)
    if giver is None and not signature.signed_name.strip():
        raise Refusal(_("请选择签字的监护人，或填写签字人姓名。"), code="signer", field="signed_name")
    return Signature(
        party=signature.party,
        form=signature.form,
        given_by=giver,
        signed_name="" if giver else signature.signed_name.strip(),
        relation=relation,
        witness=signature.witness.strip(),
        scope=signature.scope.strip() if purpose == Purpose.SHARING else "",
    )


def _must(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied


def _relation(child: Person, guardian: Person, at: datetime, *, online: bool) -> str:
    """How the signer is related today. A stranger online is turned away; on paper the recorder is told."""
    found = Guardianship.objects.filter(current(localdate(at)), child=child, guardian=guardian).first()
    if found is not None:
        return found.relation
    if online:
        raise PermissionDenied
    raise Refusal(
        _("%(name)s 现在不是这名学生的监护人，请先更新监护关系，或填写签字人姓名。") % {"name": guardian.name},
        code="not_guardian",
        field="given_by",
    )


def may_record(actor: Actor, person: Person, at: datetime) -> bool:
    """Staff who keep the consent register where the person is today."""
    enrolment = current_enrolment(person, localdate(at))
    path = enrolment.class_node.path if enrolment else person.keeper.path
    return actor.may(Action.MANAGE_CONSENT, path or "-")


@transaction.atomic
def withdraw(*, actor: Actor, consent: Consent, channel: str, at: datetime) -> Consent:
    """Take an answer back: the giver online, or staff for somebody who called, wrote or came. The past stays lawful."""
    consent = Consent.objects.select_for_update(of=("self",)).select_related("person__keeper").get(pk=consent.pk)
    if channel == WithdrawChannel.ONLINE:
        _must(actor.person is not None and actor.person.pk == consent.given_by_id)
        if consent.party == ConsentParty.GUARDIAN and actor.person is not None:
            _relation(consent.person, actor.person, at, online=True)
    else:
        _must(may_record(actor, consent.person, at))
    if consent.withdrawn_at is not None:
        raise Refusal(_("这份答复已经撤回，不用再操作。"), code="withdrawn")
    if channel not in WithdrawChannel.values or channel == WithdrawChannel.CHANGED:
        raise Refusal(_("请选择撤回方式：在线、书面、电话或当面。"), code="channel", field="channel")
    consent.withdrawn_at, consent.withdraw_channel = at, channel
    consent.save(update_fields=["withdrawn_at", "withdraw_channel"])
    _note(actor, "consent.withdrawn", consent, at)
    return consent


@transaction.atomic
def ensure_texts(at: datetime) -> None:
    """The house's own first version of each text, made when missing."""
    for purpose, text in DEFAULTS.items():
        ConsentText.objects.get_or_create(
            purpose=purpose,
            version=1,
            organisation=None,
            defaults={"title": text.title, "body": text.body, "made_at": at},
        )


def text_for(purpose: str, organisation: Organisation, at: datetime) -> ConsentText:
    """The text in force at ``organisation``; the house's own is made when nothing is there yet."""
    text = current_text(purpose, organisation, at)
    if text is None:
        ensure_texts(at)
        text = current_text(purpose, organisation, at) or ConsentText.objects.filter(purpose=purpose).earliest(
            "made_at"
        )
    return text


@transaction.atomic
def publish_text(
    *,
    actor: Actor,
    organisation: Organisation,
    purpose: str,
    title: str,
    body: str,
    asks_again: bool,
    at: datetime,
) -> ConsentText:
    """A new version for ``organisation`` and everything below it. ``asks_again``: what is agreed to has changed, so
    that older consents no longer count. Raises PermissionDenied, Refusal for an empty text."""
    if actor != HOUSE:
        _must(actor.may(Action.MANAGE_CONSENT, organisation.path or "-") and organisation.kind != "class")
    if not title.strip() or not body.strip():
        raise Refusal(_("告知书要有标题和正文。"), code="empty", field="body" if title.strip() else "title")
    Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    newest = ConsentText.objects.filter(purpose=purpose, organisation=organisation).aggregate(n=Max("version"))["n"]
    row = ConsentText.objects.create(
        purpose=purpose,
        version=(newest or 0) + 1,
        organisation=organisation,
        title=title.strip(),
        body=body.strip(),
        asks_again=asks_again,
        made_by=actor.account,
        made_at=at,
    )
    record(
        account=actor.account,
        who=actor.who,
        action="consent.text_published",
        at=at,
        owner=organisation.pk,
        subject=row,
        purpose=purpose,
        version=row.version,
        asks_again=asks_again,
    )
    return row


@dataclass(frozen=True)
class PaperAnswer:
    """One slip of a pile: yes or no, and who signed it."""

    person: Person
    yes: bool
    signature: Signature


@transaction.atomic
def record_papers(*, actor: Actor, purpose: str, answers: list[PaperAnswer], at: datetime) -> int:
    """A pile of paper slips, all or none; returns how many. Raises like ``give_consent``, naming the student."""
    for answer in answers:
        verb = give_consent if answer.yes else decline
        try:
            verb(actor=actor, person=answer.person, purpose=purpose, signature=answer.signature, at=at)
        except Refusal as refusal:
            raise Refusal(f"{answer.person.name}：{refusal}", code=refusal.code, field=refusal.field) from refusal
    return len(answers)
