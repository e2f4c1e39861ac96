"""The jury's scores, and objections during the public notice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.honours import policies, rules
from xinqiao.honours.enums import ApplicationState, ObjectionState
from xinqiao.honours.handling import locked_application, note, tell
from xinqiao.honours.models import Application, Objection, Score
from xinqiao.kernel.refusal import Refusal


def average_of(application: Application) -> Decimal | None:
    """Mean of the sums of those jurors who scored every criterion; None when there is none yet."""
    given: dict[int, dict[str, Decimal]] = {}
    for juror, criterion, value in application.scores.values_list("juror", "criterion", "value"):
        given.setdefault(juror, {})[criterion] = value
    return rules.average(list(rules.totals(application.round.read, given).values()))


@transaction.atomic
def give_scores(
    *, actor: Actor, application: Application, scores: Mapping[str, Decimal | None], words: str, at: datetime
) -> int:
    """One juror's scores; they may be changed while the jury sits. Returns how many are kept.

    Raises PermissionDenied (also for one's own organisation), Refusal(score) naming the criterion.
    """
    row = locked_application(application.pk)
    if actor.person is None or not policies.may_judge(actor, row):
        raise PermissionDenied
    kept = 0
    for criterion in row.round.read:
        value = scores.get(criterion.id)
        if value is None:
            continue
        if not value.is_finite() or not 0 <= value <= criterion.weight:
            raise Refusal(
                _("“%(title)s”的得分要在 0 到 %(weight)s 之间。")
                % {"title": criterion.title, "weight": rules.plain(criterion.weight)},
                code="score",
                field=f"score_{criterion.id}",
            )
        Score.objects.update_or_create(
            application=row, juror=actor.person, criterion=criterion.id,
            defaults={"value": value.quantize(rules.CENT), "words": words.strip()[:300], "at": at},
        )  # fmt: skip
        kept += 1
    note(actor, "honours.scored", at, row, row.round.organisation_id, criteria=kept)
    return kept


@transaction.atomic
def object_to(*, actor: Actor, application: Application, words: str, at: datetime) -> Objection:
    """Say why it should not be chosen, under one's name, while the public notice lasts. Raises Refusal(words, late)."""
    row = locked_application(application.pk)
    if actor.person is None or not policies.may_object(actor, row):
        raise PermissionDenied
    if not policies.visible_applications(actor).filter(pk=row.pk).exists():
        raise PermissionDenied
    if row.round.notice_until is not None and localdate(at) > row.round.notice_until:
        raise Refusal(_("公示期已经结束。"), code="late")
    if not words.strip():
        raise Refusal(_("请写明异议和依据。"), code="words", field="words")
    made = Objection.objects.create(application=row, words=words.strip(), by=actor.person, at=at)
    note(actor, "honours.objected", at, made, row.round.organisation_id)
    return made


@transaction.atomic
def answer_objection(*, actor: Actor, objection: Objection, uphold: bool, answer: str, at: datetime) -> Objection:
    """Answer it. Upheld, the application is no longer chosen. Raises PermissionDenied, Refusal(answer, move)."""
    row = locked_application(objection.application_id)
    made = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    made.application = row
    if actor.person is None or not policies.may_answer(actor, made):
        raise PermissionDenied
    made.state = rules.OBJECTION.after(made.state, "uphold" if uphold else "dismiss")
    if not answer.strip():
        raise Refusal(_("请写明核实的情况。"), code="answer", field="answer")
    made.answer, made.decided_by, made.decided_at = answer.strip(), actor.person, at
    made.save()
    if made.state == ObjectionState.UPHELD and row.state == ApplicationState.PROPOSED:
        row.state = rules.APPLICATION.after(row.state, "decline")
        row.words, row.decided_by, row.decided_at = made.answer, actor.person, at
        row.save(update_fields=["state", "words", "decided_by", "decided_at"])
    note(actor, "honours.objection_answered", at, made, row.round.organisation_id, upheld=uphold)
    tell([made.by_id, row.by_id], at)
    return made
