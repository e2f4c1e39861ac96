from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinqiao.documents.uploads import Clean, clean
from xinqiao.honours.enums import HonourKind
from xinqiao.honours.models import Application, Round, Score
from xinqiao.honours.rules import Criterion, plain
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation, Person
from xinqiao.ui.forms import DateInput, ShortText

_LINE = re.compile(r"^\s*(\S.*?)[\s:：]+(\d{1,3}(?:\.\d{1,2})?)\s*分?\s*$")  # i18n: what people type


class RoundForm(forms.Form):
    organisation = forms.ModelChoiceField(label=_("以哪个单位的名义"), queryset=Organisation.objects.none())
    kind = forms.ChoiceField(label=_("种类"), choices=HonourKind)
    title = forms.CharField(label=_("名称"), max_length=120)
    for_persons = forms.BooleanField(label=_("由个人申报（单位推荐）"), required=False)
    words = forms.CharField(label=_("条件和要交的材料"), required=False, widget=ShortText(5))
    criteria = forms.CharField(
        label=_("评分标准"), widget=ShortText(6), help_text=_("一行一条，最后写分值，例如“组织领导 20”。")
    )
    places = forms.IntegerField(label=_("名额"), min_value=1, max_value=999)
    opens_on = forms.DateField(label=_("申报开始"), widget=DateInput())
    closes_on = forms.DateField(label=_("申报截止"), widget=DateInput())
    notice_days = forms.IntegerField(label=_("公示天数"), min_value=1, max_value=60, initial=7)
    valid_years = forms.IntegerField(
        label=_("有效年数"), min_value=0, max_value=20, initial=3, help_text=_("0 表示长期有效。")
    )
    jurors = forms.MultipleChoiceField(
        label=_("评委"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("不选就由本单位有评审岗位的人评。评委不评自己单位的申报。"),
    )  # fmt: skip

    def __init__(self, *args: Any, organisations: Any, people: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        self.fields["jurors"].choices = [(str(p.pk), f"{p.name}（{p.keeper.name}）") for p in people]  # type: ignore[attr-defined]

    def clean_criteria(self) -> list[dict[str, Any]]:
        found = []
        for number, line in enumerate(filter(str.strip, self.cleaned_data["criteria"].splitlines()), start=1):
            match = _LINE.match(line)
            if match is None:
                raise forms.ValidationError(gettext("“%s”看不懂，请写成“组织领导 20”。") % line.strip()[:40])
            found.append({"id": f"c{number}", "title": match[1][:80], "weight": float(match[2])})
        return found


def initial_of(round_: Round) -> dict[str, Any]:
    names = ("kind", "title", "for_persons", "words", "places", "opens_on", "closes_on", "notice_days", "valid_years")
    return {
        **{name: getattr(round_, name) for name in names},
        "organisation": round_.organisation_id,
        "criteria": "\n".join(f"{row.title} {plain(row.weight)}" for row in round_.read),
        "jurors": [str(pk) for pk in round_.jurors.values_list("pk", flat=True)],
    }


class Upload(forms.FileField):
    """A file that has been looked at: gives documents.uploads.Clean."""

    def clean(self, data: Any, initial: Any = None) -> Clean | None:
        upload = super().clean(data, initial)
        if not upload:
            return None
        try:
            return clean(upload)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from None


class ApplicationForm(forms.Form):
    organisation = forms.ModelChoiceField(label=_("申报单位"), queryset=Organisation.objects.none())
    person = forms.ModelChoiceField(label=_("申报人"), queryset=Person.objects.none(), required=False)
    statement = forms.CharField(label=_("申报材料"), widget=ShortText(10), required=False, max_length=20_000)
    file = Upload(label=_("佐证材料"), required=False, help_text=_("一次一个，可以分几次上传。不要出现学生姓名。"))

    def __init__(self, *args: Any, homes: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = homes  # type: ignore[attr-defined]
        if people is None:
            del self.fields["person"]
        else:
            self.fields["person"].queryset = people  # type: ignore[attr-defined]


class ScoreForm(forms.Form):
    """A field for each criterion."""

    def __init__(self, *args: Any, criteria: Sequence[Criterion], held: dict[str, Score], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for row in criteria:
            self.fields[f"score_{row.id}"] = forms.DecimalField(
                label=gettext("%(title)s（满分 %(top)s）") % {"title": row.title, "top": plain(row.weight)},
                min_value=0, max_value=row.weight, max_digits=6, decimal_places=2,
                initial=plain(held[row.id].value) if row.id in held else None,
            )  # fmt: skip
        said = next((score.words for score in held.values() if score.words), "")
        self.fields["words"] = forms.CharField(
            label=gettext("评语"), required=False, max_length=300, initial=said, widget=ShortText(3)
        )

    @property
    def scores(self) -> dict[str, Any]:
        return {row.id: self.cleaned_data.get(f"score_{row.id}") for row in self.criteria}


class ChooseForm(forms.Form):
    chosen = forms.MultipleChoiceField(label=_("拟入选"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, rows: Iterable[tuple[Application, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].choices = [(str(row.pk), f"{row.who} · {words}") for row, words in rows]  # type: ignore[attr-defined]


class ObjectionForm(forms.Form):
    words = forms.CharField(label=_("异议和依据"), widget=ShortText(5), max_length=3000)


class AnswerForm(forms.Form):
    uphold = forms.ChoiceField(
        label=_("核实结果"), widget=forms.RadioSelect,
        choices=[("yes", _("异议成立，不再入选")), ("no", _("异议不成立，维持公示结果"))],
    )  # fmt: skip
    answer = forms.CharField(label=_("核实的情况"), widget=ShortText(4), max_length=3000)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("原因"), max_length=200)
