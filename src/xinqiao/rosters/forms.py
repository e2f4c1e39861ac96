"""Forms of the import: the file, what its columns mean, one decision."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinqiao.people.models import Organisation
from xinqiao.rosters import faults
from xinqiao.rosters.enums import Scope
from xinqiao.rosters.models import RosterImport
from xinqiao.rosters.reading.heads import Head
from xinqiao.rosters.reading.words import FIELDS, SKIP
from xinqiao.ui.forms import DateInput

_ACCEPT = ".xlsx,.xls,.csv,.txt"


class UploadForm(forms.Form):
    """The school and its workbook."""

    school = forms.ModelChoiceField(Organisation.objects.none(), label=_("导入到哪所学校"), empty_label=None)
    file = forms.FileField(
        label=_("名册文件"),
        help_text=_("Excel（.xlsx、.xls）或 CSV，最大 30 MB。不要改成别的格式，也不用删掉标题行。"),
        widget=forms.FileInput(attrs={"accept": _ACCEPT}),
    )

    def __init__(self, *args: Any, schools: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser = cast("forms.ModelChoiceField[Organisation]", self.fields["school"])
        chooser.queryset = schools
        only = list(schools[:2])
        if len(only) == 1:
            chooser.initial, chooser.widget = only[0], forms.HiddenInput()

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > settings.UPLOAD_LIMIT_BYTES:
            raise forms.ValidationError(faults.say("too_big", {"most": settings.UPLOAD_LIMIT_BYTES // 1024 // 1024}))
        return upload


class MappingForm(forms.Form):
    """What each column holds, and for whom the list is complete. Fields ``column_0`` … follow the sheet."""

    scope = forms.ChoiceField(label=_("这份名册包括哪些学生"), choices=Scope.choices, widget=forms.RadioSelect)
    school_year = forms.TypedChoiceField(
        label=_("名册是哪个学年的"), coerce=int, help_text=_("年级按这个学年算：2026–2027 学年的七年级就是 2026 级。")
    )
    effective_on = forms.DateField(
        label=_("从哪天起算"), widget=DateInput, help_text=_("新来、调班和离校都从这一天起算，一般就是今天。")
    )

    def __init__(self, data: Any = None, *, roster: RosterImport, head: Head) -> None:
        self.head = head
        chosen = {int(index): field for index, field in roster.mapping.items()}
        initial = {
            "scope": roster.scope,
            "school_year": roster.school_year,
            "effective_on": roster.effective_on,
            **{f"column_{c.index}": chosen.get(c.index, SKIP) if chosen else c.field for c in head.columns},
        }
        super().__init__(data, initial=initial)
        year = cast("forms.TypedChoiceField", self.fields["school_year"])
        around = range(roster.made_at.year - 2, roster.made_at.year + 2)
        year.choices = [(y, gettext("%(first)d–%(last)d 学年") % {"first": y, "last": y + 1}) for y in around]
        choices = [(SKIP, gettext("不导入")), *((name, str(faults.FIELD_LABELS[name])) for name in FIELDS)]
        for column in head.columns:
            label = gettext("%(letter)s 列") % {"letter": column.letter}
            self.fields[f"column_{column.index}"] = forms.ChoiceField(label=label, choices=choices, required=False)

    def mapping(self) -> dict[int, str]:
        """Column index → field, SKIP included, as the person left it."""
        return {column.index: self.cleaned_data[f"column_{column.index}"] for column in self.head.columns}


class DecisionForm(forms.Form):
    """Whose row it is: a person, or nobody we know yet (empty)."""

    row = forms.IntegerField()
    person = forms.IntegerField(required=False)
