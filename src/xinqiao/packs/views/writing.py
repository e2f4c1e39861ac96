"""Copy, write with checks while typing, take over the parent's new version."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.kernel.refusal import Refusal
from xinqiao.packs import policies, reading, selectors, services, starting, wording
from xinqiao.packs.core import compare as comparing
from xinqiao.packs.core import read
from xinqiao.packs.core.checks import FAULT, HINT
from xinqiao.packs.enums import EditionState
from xinqiao.packs.forms import CopyForm, ImportForm, OwnerForm
from xinqiao.packs.models import Edition
from xinqiao.packs.services.writing import fingerprint
from xinqiao.packs.views.shared import edition_of
from xinqiao.ui.verbs import went, words_of

TOO_LONG = 2 * read.MAX_BYTES


@door(Action.WRITE_PACKS)
def new(request: HttpRequest) -> HttpResponse:
    """A first text to change; it becomes a draft when it is saved."""
    places = policies.writing_places(request.actor)
    owner = places.first()
    text = request.POST.get("text", "") or starting.text_for(owner.kind if owner else "school")
    form = OwnerForm(request.POST or None, places=places)
    if request.method == "POST" and form.is_valid():
        made = _drafted(request, form.cleaned_data["owner"], text)
        if made is not None:
            return redirect("packs:edit", made.pk)
    return _editor(request, None, text, {"form": form})


def _drafted(request: HttpRequest, owner: Any, text: str) -> Edition | None:
    try:
        made = services.draft_edition(actor=request.actor, owner=owner, text=text, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
        return None
    messages.success(request, _("草稿已保存，只有能编写或审核的同事看得到。"))
    return made


def _editor(request: HttpRequest, edition: Edition | None, text: str, more: dict[str, Any]) -> HttpResponse:
    context = {"edition": edition, "text": text, **_checked(text, edition), **more}
    return render(request, "packs/editor.html", context)


def _checked(text: str, edition: Edition | None) -> dict[str, Any]:
    found = selectors.problems_of(text, edition)
    counts: list[tuple[str, int]] = []
    if not any(each.severity == FAULT for each in found):
        data = services.compiled(text, edition)[0]
        counts = [(wording.section_name(name), len(data[name])) for name in reading.COUNTED if data.get(name)]
    faults = [each for each in found if each.severity == FAULT]
    hints = [each for each in found if each.severity == HINT]
    return {"faults": faults, "hints": hints[:30], "more_hints": max(0, len(hints) - 30), "counts": counts}


@require_POST
@door(Action.WRITE_PACKS)
def check_new(request: HttpRequest) -> HttpResponse:
    return _check(request, None)


@require_POST
@door(Action.WRITE_PACKS)
def check(request: HttpRequest, edition_id: int) -> HttpResponse:
    return _check(request, edition_of(request, edition_id))


def _check(request: HttpRequest, edition: Edition | None) -> HttpResponse:
    """What is wrong with the text as it stands; nothing is saved."""
    text = request.POST.get("text", "")[:TOO_LONG]
    return render(request, "packs/parts/problems.html", _checked(text, edition))


@door(Action.WRITE_PACKS)
def edit(request: HttpRequest, edition_id: int) -> HttpResponse:
    row = edition_of(request, edition_id)
    if not policies.may_write(request.actor, row) or row.state != EditionState.DRAFT:
        return redirect("packs:edition", row.pk)
    if request.method != "POST":
        return _editor(request, row, row.source, {"seen": fingerprint(row.source)})
    text, seen = request.POST.get("text", "")[:TOO_LONG], request.POST.get("seen", "")
    try:
        row = services.save_draft(actor=request.actor, edition=row, text=text, seen=seen, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
        return _editor(request, row, text, {"seen": fingerprint(row.source), "moved": refusal.code == "moved"})
    if row.data:
        messages.success(request, _("已保存，没有要改的地方。"))
    else:
        messages.warning(request, _("已保存。还有要改的地方，见检查结果。"))
    return redirect("packs:edit" if "stay" in request.POST else "packs:edition", row.pk)


@door(Action.WRITE_PACKS)
def copy(request: HttpRequest, edition_id: int) -> HttpResponse:
    row = edition_of(request, edition_id)
    places = policies.writing_places(request.actor)
    owner = places.first()
    suggested = {
        "title": (f"{owner.name}{row.title}" if owner else row.title)[:120],
        "name": starting.free_name(row.pack, owner),
    }
    form = CopyForm(request.POST or None, places=places, initial=suggested)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            made = services.copy_edition(
                actor=request.actor, edition=row, owner=wanted["owner"], name=wanted["name"], title=wanted["title"],
                whole=wanted["way"] == "whole", at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error("name" if refusal.field == "pack" else None, words_of(refusal))
        else:
            messages.success(request, _("草稿已建立。改好后提交审核，由没有参与编写的同事发布。"))
            return redirect("packs:edit", made.pk)
    return render(request, "packs/copy.html", {"edition": row, "form": form})


@door(Action.WRITE_PACKS)
def bring_in(request: HttpRequest) -> HttpResponse:
    """A file becomes a draft. One that cannot be kept opens in the editor, with what to mend."""
    places = policies.writing_places(request.actor)
    form = ImportForm(request.POST or None, request.FILES or None, places=places)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["file"]
        made = _drafted(request, form.cleaned_data["owner"], text)
        if made is not None:
            return redirect("packs:edit", made.pk)
        owner_form = OwnerForm(initial={"owner": form.cleaned_data["owner"]}, places=places)
        return _editor(request, None, text, {"form": owner_form})
    return render(request, "packs/import.html", {"form": form})


@require_POST
@door(Action.WRITE_PACKS)
def next_edition(request: HttpRequest, edition_id: int) -> HttpResponse:
    row = edition_of(request, edition_id)
    try:
        made = services.new_version(actor=request.actor, edition=row, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
        return redirect("packs:edition", row.pk)
    return redirect("packs:edit", made.pk)


@door(Action.WRITE_PACKS)
def parent(request: HttpRequest, edition_id: int) -> HttpResponse:
    """What the parent's new version changes in ours, and where both changed the same."""
    row = edition_of(request, edition_id)
    take = request.POST.getlist("take")
    try:
        if request.method == "POST":
            made = services.move_to_parent(actor=request.actor, edition=row, take=take, at=timezone.now())
            messages.success(request, _("已接上母方案的新版本。请看过再提交审核。"))
            return redirect("packs:edit", made.pk)
        newer, moved = services.rebased(row)
        data = read.compile_pack(moved.raw, newer.data)
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
        return redirect("packs:edition", row.pk)
    found = comparing.differences(row.data, data)
    context = {
        "edition": row, "newer": newer, "conflicts": moved.conflicts, "groups": reading.grouped(found),
        "may": policies.may_write(request.actor, row),
    }  # fmt: skip
    return render(request, "packs/parent.html", context)


@require_POST
@door(Action.WRITE_PACKS)
def discard(request: HttpRequest, edition_id: int) -> HttpResponse:
    row = edition_of(request, edition_id)
    drop = lambda: services.discard(actor=request.actor, edition=row, at=timezone.now())  # noqa: E731
    if went(request, drop, _("草稿已删除。")):
        return redirect("packs:index")
    return redirect("packs:edition", row.pk)
