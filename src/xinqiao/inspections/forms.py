from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinqiao.documents.uploads import Clean, clean
from xinqiao.indicators import registry
from xinqiao.inspections.enums import Sampling
from xinqiao.inspections.rules import Form, Item, plain
from xinqiao.inspections.selectors import Line
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation, Person
from xinqiao.ui.forms import DateInput, ShortText

_GRADE = re.compile(r"^\s*(\d{1,3}(?:\.\d)?)\s*[分%以上]*\s*[:：、 \t]?\s*(\S.*?)\s*$")  # i18n: what people type


class FactsForm(forms.Form):
    title = forms.CharField(label=_("名称"), max_length=120)
    self_until = forms.DateField(label=_("自评截止"), widget=DateInput())
    check_from = forms.DateField(label=_("检查开始"), widget=DateInput())
    check_until = forms.DateField(label=_("检查结束"), widget=DateInput())
    appeal_days = forms.IntegerField(label=_("申诉期（天）"), initial=7, min_value=1, max_value=60)
    mend_days = forms.IntegerField(label=_("整改期（天）"), initial=30, min_value=1, max_value=365)


class StartForm(FactsForm):
    organisation = forms.ModelChoiceField(label=_("以哪个单位的名义"), queryset=Organisation.objects.none())
    source = forms.ChoiceField(label=_("评价表"), help_text=_("下一步可以修改项目、分值和等次。"))
    field_order = ("organisation", "title", "source")

    def __init__(self, *args: Any, organisations: Any, sources: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        self.fields["source"].choices = [*sources, ("blank", _("自己编写（先给一份通用的项目）"))]  # type: ignore[attr-defined]


class ItemForm(forms.Form):
    id = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput())
    title = forms.CharField(label=_("项目"), max_length=120, required=False)
    weight = forms.DecimalField(label=_("分值"), max_digits=6, decimal_places=2, min_value=0, required=False)
    evidence = forms.CharField(label=_("看什么材料"), max_length=200, required=False)
    indicator = forms.ChoiceField(label=_("系统数据"), required=False)
    red_line = forms.BooleanField(label=_("红线"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(row.code, str(row.title)) for row in registry.known().values()]
        self.fields["indicator"].choices = [("", _("不对应")), *known]  # type: ignore[attr-defined]


ItemFormSet = forms.formset_factory(ItemForm, extra=3, can_delete=True)


class GradesForm(forms.Form):
    grades = forms.CharField(
        label=_("等次"), widget=ShortText(4),
        help_text=_("一行一个：得分率达到多少（0–100）和名称，例如“90 优秀”。触及红线的按最后一个等次评定。"),
    )  # fmt: skip

    def clean_grades(self) -> list[dict[str, Any]]:
        found = []
        for line in self.cleaned_data["grades"].splitlines():
            if not line.strip():
                continue
            match = _GRADE.match(line)
            if match is None:
                raise forms.ValidationError(gettext("“%s”看不懂，请写成“90 优秀”。") % line.strip()[:40])
            found.append({"from": float(match[1]), "title": match[2][:40]})
        return found


def items_of(formset: Any) -> list[dict[str, Any]]:
    """The items as ``rules.Form`` reads them; rows without a title or marked to be removed are left out."""
    found, taken = [], set()
    for number, row in enumerate(formset.cleaned_data, start=1):
        if not row or row.get("DELETE") or not row.get("title", "").strip():
            continue
        own = row.get("id") or f"item{number}"
        while own in taken:
            own = f"{own}x"[-40:]
        taken.add(own)
        found.append(
            {
                "id": own, "title": row["title"].strip(), "weight": float(row.get("weight") or 0),
                "evidence": row.get("evidence", ""), "red_line": bool(row.get("red_line")),
                "indicator": row.get("indicator", ""),
            }
        )  # fmt: skip
    return found


def initial_items(form: Form) -> list[dict[str, Any]]:
    return [
        {
            "id": item.id, "title": item.title, "weight": plain(item.weight), "evidence": item.evidence,
            "red_line": item.red_line, "indicator": item.indicator if item.indicator in registry.known() else "",
        }
        for item in form.items
    ]  # fmt: skip


def written_grades(form: Form) -> str:
    return "\n".join(f"{plain(grade.at_least)} {grade.title}" for grade in form.grades)


class UnitsForm(forms.Form):
    units = forms.MultipleChoiceField(label=_("参加单位"), widget=forms.CheckboxSelectMultiple)
    sampling = forms.ChoiceField(label=_("怎样确定检查的单位"), choices=Sampling)
    number = forms.IntegerField(
        label=_("几个"), required=False, min_value=1, help_text=_("随机抽取：抽几个；每隔几个查一个：每几个抽一个。")
    )
    seed = forms.IntegerField(
        label=_("抽签号"), min_value=0, max_value=999_999, help_text=_("同样的单位和抽签号，谁来抽结果都一样。")
    )
    chosen = forms.MultipleChoiceField(
        label=_("指定检查的单位"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("只在“指定单位”时使用。"),
    )  # fmt: skip

    def __init__(self, *args: Any, units: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(unit.pk), unit.name) for unit in units]
        self.fields["units"].choices = choices  # type: ignore[attr-defined]
        self.fields["chosen"].choices = choices  # type: ignore[attr-defined]


class CheckersForm(forms.Form):
    checkers = forms.MultipleChoiceField(
        label=_("检查人"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("不能检查自己任职的单位，所以这里没有该单位的人。"),
    )  # fmt: skip

    def __init__(self, *args: Any, people: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["checkers"].choices = [(str(p.pk), f"{p.name}（{p.keeper.name}）") for p in people]  # type: ignore[attr-defined]


class CancelForm(forms.Form):
    reason = forms.CharField(label=_("取消原因"), max_length=200)


class Upload(forms.FileField):
    """A file that has been looked at: gives documents.uploads.Clean."""

    def __init__(self, *, picture: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.picture = picture

    def clean(self, data: Any, initial: Any = None) -> Clean | None:
        upload = super().clean(data, initial)
        if not upload:
            return None
        try:
            return clean(upload, picture=self.picture)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from None


class OwnForm(forms.Form):
    """Self-scoring: a score, words and a file for each item."""

    summary = forms.CharField(
        label=_("自评小结"), required=False, widget=ShortText(4), help_text=_("主要做法、成效和打算，几句话就够。")
    )

    def __init__(self, *args: Any, lines: Sequence[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            item, mark = line.item, line.mark
            top = plain(item.weight)
            self.fields[f"score_{item.id}"] = forms.DecimalField(
                label=gettext("得分（满分 %s）") % top, required=False, min_value=0, max_value=item.weight,
                max_digits=6, decimal_places=2, initial=mark.self_score,
                widget=forms.NumberInput(attrs={"step": "0.5", "inputmode": "decimal"}),
            )  # fmt: skip
            self.fields[f"words_{item.id}"] = forms.CharField(
                label=gettext("依据"), required=False, initial=mark.self_words, widget=ShortText(2)
            )
            self.fields[f"file_{item.id}"] = Upload(label=gettext("材料"), required=False)

    @property
    def rows(self) -> list[tuple[Line, Any, Any, Any]]:
        return [
            (line, self[f"score_{line.item.id}"], self[f"words_{line.item.id}"], self[f"file_{line.item.id}"])
            for line in self.lines
        ]

    def of(self, kind: str) -> dict[str, Any]:
        """item → what was given: kind score, words or file."""
        return {line.item.id: self.cleaned_data.get(f"{kind}_{line.item.id}") for line in self.lines}


class AppealForm(forms.Form):
    items = forms.MultipleChoiceField(label=_("对哪几项有不同意见"), widget=forms.CheckboxSelectMultiple)
    words = forms.CharField(label=_("理由和依据"), widget=ShortText(5), max_length=3000)

    def __init__(self, *args: Any, items: Iterable[Item], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = [(item.id, item.title) for item in items]  # type: ignore[attr-defined]


class DecideForm(forms.Form):
    """uphold: yes or no. A field of its own for each item the appeal names."""

    uphold = forms.ChoiceField(
        label=_("答复"),
        choices=[("yes", _("成立，修改得分")), ("no", _("不成立，维持原结果"))],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, lines: Sequence[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            item = line.item
            self.fields[f"score_{item.id}"] = forms.DecimalField(
                label=gettext("“%(item)s”新的得分（满分 %(top)s，原来 %(now)s）")
                % {"item": item.title, "top": plain(item.weight), "now": plain(line.mark.score or Decimal(0))},
                required=False, min_value=0, max_value=item.weight, max_digits=6, decimal_places=2,
            )  # fmt: skip
            if line.mark.red:
                self.fields[f"clear_{item.id}"] = forms.BooleanField(
                    label=gettext("“%s”没有触及红线") % item.title, required=False
                )
        self.fields["answer"] = forms.CharField(label=gettext("理由"), widget=ShortText(4), max_length=3000)

    @property
    def scores(self) -> dict[str, Any]:
        return {line.item.id: self.cleaned_data.get(f"score_{line.item.id}") for line in self.lines}

    @property
    def cleared(self) -> list[str]:
        return [line.item.id for line in self.lines if self.cleaned_data.get(f"clear_{line.item.id}")]


class RecheckForm(forms.Form):
    passed = forms.ChoiceField(
        label=_("复查结果"), choices=[("yes", _("已整改到位")), ("no", _("还没有到位，退回继续整改"))],
        widget=forms.RadioSelect,
    )  # fmt: skip
    words = forms.CharField(label=_("看到了什么"), widget=ShortText(3), max_length=1000)


class InviteForm(forms.Form):
    sheet = forms.ChoiceField(label=_("评估哪些单位"))
    for_whom = forms.CharField(label=_("给谁（单位和姓名）"), max_length=80)
    days = forms.IntegerField(label=_("有效天数"), min_value=1, max_value=90, initial=14)

    def __init__(self, *args: Any, sheets: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [(str(sheet.pk), sheet.unit.name) for sheet in sheets]
        self.fields["sheet"].choices = [("", _("本轮抽到的全部单位")), *own]  # type: ignore[attr-defined]
        self.fields["sheet"].required = False


class ReportForm(forms.Form):
    opening = forms.CharField(label=_("概况"), required=False, widget=ShortText(5))
    strengths = forms.CharField(label=_("主要成效"), required=False, widget=ShortText(5))
    gaps = forms.CharField(label=_("存在的不足"), required=False, widget=ShortText(5))
    steps = forms.CharField(label=_("下一步打算"), required=False, widget=ShortText(5))
