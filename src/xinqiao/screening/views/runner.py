"""The page that asks a questionnaire, and the questionnaire it asks. Saving is the intake's (``screening.intake``)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from xinqiao.access.doors import STUDENT, door
from xinqiao.kernel.refusal import Refusal
from xinqiao.screening import policies, questionnaires, tokens
from xinqiao.screening.enums import SittingState
from xinqiao.screening.selectors import runner as reads
from xinqiao.screening.services.sittings import start_part
from xinqiao.ui.verbs import words_of

A_YEAR = 365 * 24 * 3600
SCRIPTS = [f"screening/runner{name}.js" for name in ("_state", "_draft", "_send", "_view", "")]


@never_cache
@door(STUDENT)
def answer(request: HttpRequest, sitting_id: int, part: int) -> HttpResponse:
    rows = policies.own_sittings(request.actor).select_related("campaign__school", "class_node", "person")
    sitting, at = get_object_or_404(rows, pk=sitting_id), timezone.now()
    if sitting.state == SittingState.SUBMITTED:
        return redirect("screening:thanks", sitting_id)
    if sitting.state != SittingState.STARTED:
        return redirect("screening:sitting", sitting_id)
    found = reads.step_of(sitting, part)
    if found is None:
        raise Http404
    place, of, step = found
    if step.submitted:
        return redirect("screening:sitting", sitting_id)
    try:
        token = start_part(actor=request.actor, sitting=sitting, number=part, at=at)
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
        return redirect("screening:sitting", sitting_id)
    if step.definition is None:
        raise Http404
    definition, age, lang = step.definition, sitting.person.age_on(timezone.localdate(at)), _language()
    setup = {
        "token": token,
        "draft": {"name": f"xq-sheet:{sitting_id}:{part}", "key": tokens.draft_key(sitting_id, part)},
        "definition": reverse("screening:definition", args=[definition.hash, lang, _age_mark(age)]),
        "saved": reads.saved_state(sitting, part, definition),
        "thanks": reverse("screening:thanks", args=[sitting_id]),
        "home": reverse("screening:mine"),
        "words": reads.words(),
    }
    request.help_lines = reads.help_lines(sitting, at)  # type: ignore[attr-defined]
    context = {
        "sitting": sitting,
        "title": definition.words(definition.title_student, lang),
        "setup": setup,
        "scripts": SCRIPTS,
        "place": place,
        "of": of,
    }
    return render(request, "screening/answer.html", context)


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def _age_mark(age: int | None) -> str:
    return "x" if age is None else str(age)


@door(STUDENT)
def definition(request: HttpRequest, content_hash: str, lang: str, age: str) -> HttpResponse:
    """The questionnaire for one language and the age of whoever asks: never changes under its address."""
    found = questionnaires.find(content_hash)
    person = request.actor.person
    years = person.age_on(timezone.localdate(timezone.now())) if person else None
    if found is None or not found.has_text or lang not in ("zh", "en") or age != _age_mark(years):
        raise Http404
    answer = HttpResponse(found.runner_json(lang, years), content_type="application/json; charset=utf-8")
    answer["Cache-Control"] = f"private, max-age={A_YEAR}, immutable"
    return answer
