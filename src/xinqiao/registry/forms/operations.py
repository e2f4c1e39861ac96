"""Operations on many students: what to choose first, and the form that asks for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinqiao.people.enums import LeavingReason, Stage
from xinqiao.people.models import Organisation
from xinqiao.registry.enums import OperationKind
from xinqiao.registry.operations.classes import LEAVING
from xinqiao.registry.operations.year import MOST_CLASSES, cohorts
from xinqiao.registry.rules import promotable_years
from xinqiao.registry.selectors.classes import class_choices, neighbours, students
from xinqiao.ui.forms import ChoiceCards

CHOOSES_CLASS = {OperationKind.SPLIT, OperationKind.MOVE, OperationKind.TRANSFER, OperationKind.LEAVE}
"""Operations that first ask whose students; the page then lists them."""


class ChooserForm(forms.Form):
    """First step, by GET: from which class, and for a transfer to which school."""

    source = forms.TypedChoiceField(label=_("从哪个班"), coerce=int, required=False, empty_value=None)
    other = forms.TypedChoiceField(label=_("转到哪所学校"), coerce=int, required=False, empty_value=None)

    def __init__(self, kind: str, school: Organisation, on: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nothing = ("", _("请选择"))
        self.fields["source"].choices = [nothing, *class_choices(school, on)]  # type: ignore[attr-defined]
        if kind == OperationKind.TRANSFER:
            schools = [(row.pk, row.name) for row in neighbours(school)]
            self.fields["other"].choices = [nothing, *schools]  # type: ignore[attr-defined]
        else:
            del self.fields["other"]

    def chosen(self, name: str) -> int | None:
        """What was chosen, or None."""
        return self.cleaned_data.get(name) if self.is_valid() and name in self.fields else None


class OperationForm(forms.Form):
    """The second step. Its fields follow from the kind; ``parameters()`` is what ``preview`` takes."""

    def __init__(
        self,
        kind: str,
        school: Organisation,
        *args: Any,
        at: Any,
        on: date,
        source: Organisation | None = None,
        other: Organisation | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.school, self.source, self.other, self.on = OperationKind(kind), school, source, other, on
        if self.kind == OperationKind.NEW_YEAR:
            self._ask_for_the_year()
        elif self.kind == OperationKind.MERGE:
            self._ask_for_classes()
        else:
            self._ask_for_people(at)

    def _ask_for_the_year(self) -> None:
        years = promotable_years(self.on)
        self.fields["school_year"] = forms.TypedChoiceField(
            label=_("升入哪个学年"),
            coerce=int,
            choices=[(year, f"{year}–{year + 1}") for year in years],
            initial=years[-1],
            widget=ChoiceCards,
        )
        newest: dict[str, int] = {}
        for grade in cohorts(self.school):
            newest[grade.stage] = grade.children.filter(kind="class").count()
        for stage, classes in newest.items():
            self.fields[f"classes_{stage}"] = forms.IntegerField(
                label=_("%(stage)s新生开几个班") % {"stage": Stage(stage).label},
                min_value=0,
                max_value=MOST_CLASSES,
                initial=classes,
                help_text=_("不招新生填 0。学生名单之后用花名册导入。"),
            )

    def _ask_for_classes(self) -> None:
        choices = [("", _("请选择")), *class_choices(self.school, self.on)]
        self.fields["source"] = forms.TypedChoiceField(label=_("哪个班并出去"), coerce=int, choices=choices)
        self.fields["target"] = forms.TypedChoiceField(
            label=_("并入哪个班"), coerce=int, choices=choices, help_text=_("必须是同一年级。")
        )

    def _ask_for_people(self, at: Any) -> None:
        rows = students(self.source, "", at) if self.source else []
        self.fields["people"] = forms.TypedMultipleChoiceField(
            label=_("哪些学生"),
            coerce=int,
            choices=[(row.person_id, f"{row.student_number} {row.person.name}") for row in rows],
            widget=forms.CheckboxSelectMultiple,
        )
        if self.kind == OperationKind.SPLIT:
            self.fields["number"] = forms.IntegerField(
                label=_("新班的班号"), min_value=1, max_value=99, required=False, help_text=_("不填就接着往下排。")
            )
        elif self.kind == OperationKind.LEAVE:
            self.fields["reason"] = forms.ChoiceField(
                label=_("原因"),
                choices=[(reason.value, LeavingReason(reason).label) for reason in LEAVING],
                widget=ChoiceCards,
            )
        else:
            where = self.other if self.kind == OperationKind.TRANSFER else self.school
            classes = class_choices(where, self.on) if where else []
            if self.kind == OperationKind.MOVE and self.source:
                classes = [choice for choice in classes if choice[0] != self.source.pk]
            self.fields["target"] = forms.TypedChoiceField(
                label=_("到哪个班"), coerce=int, choices=[("", _("请选择")), *classes]
            )

    def parameters(self) -> Mapping[str, Any]:
        """What was typed, after validation."""
        data = dict(self.cleaned_data)
        if self.kind == OperationKind.NEW_YEAR:
            classes = {name.removeprefix("classes_"): n for name, n in data.items() if name.startswith("classes_")}
            return {"school_year": data["school_year"], "classes": classes}
        if self.kind == OperationKind.SPLIT and self.source:
            data["source"] = self.source.pk
        return data
