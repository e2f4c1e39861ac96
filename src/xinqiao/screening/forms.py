"""What people type into the room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinqiao.access.models import Post
from xinqiao.instruments.definition import Definition
from xinqiao.people.models import Organisation
from xinqiao.screening import questionnaires, rules, words
from xinqiao.screening.enums import ConsentMode
from xinqiao.screening.models import Campaign, Filing
from xinqiao.screening.rules import Cohort
from xinqiao.screening.selectors import filings as reads
from xinqiao.screening.services.filings import Wanted
from xinqiao.ui.forms import ChoiceCards, DateTimeInput, ShortText, TimeInput

_ISO = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


@dataclass(frozen=True)
class Cell:
    """One questionnaire for one grade: a tick, or why there is none."""

    value: str
    label: str
    ticked: bool
    note: str = ""
    closed: bool = False


@dataclass(frozen=True)
class Row:
    """One questionnaire in the table of a filing."""

    definition: Definition
    title: str
    minutes: int
    ages: str
    sensitive: bool
    own_words: bool
    why_not: str
    cells: list[Cell]


class FilingForm(forms.Form):
    """A filing. ``uses`` is a table of questionnaires by grades, drawn from ``matrix``."""

    title = forms.CharField(label=gettext_lazy("测评名称"), max_length=80)
    purpose = forms.CharField(
        label=gettext_lazy("目的"),
        widget=ShortText(3),
        max_length=1000,
        help_text=gettext_lazy("为什么做、结果怎样用。"),
    )
    uses = forms.MultipleChoiceField(label=gettext_lazy("问卷与年级"), widget=forms.CheckboxSelectMultiple)
    opens_at = forms.DateTimeField(label=gettext_lazy("开始作答"), widget=DateTimeInput, input_formats=_ISO)
    closes_at = forms.DateTimeField(label=gettext_lazy("结束作答"), widget=DateTimeInput, input_formats=_ISO)
    day_from = forms.TimeField(label=gettext_lazy("每天从"), widget=TimeInput, initial="08:00")
    day_until = forms.TimeField(
        label=gettext_lazy("每天到"),
        widget=TimeInput,
        initial="18:00",
        help_text=gettext_lazy("含敏感题目的问卷应在 7:00–20:00 之间。"),
    )
    consent_mode = forms.ChoiceField(
        label=gettext_lazy("知情同意方式"), choices=ConsentMode.choices, widget=ChoiceCards, initial=ConsentMode.BOTH
    )
    duty_post: forms.ModelChoiceField[Post] = forms.ModelChoiceField(
        label=gettext_lazy("测评期间值班人"),
        queryset=None,
        required=False,
        help_text=gettext_lazy("遇到需要马上关心的作答，几秒内通知值班人；学校另有排班时按排班。"),
    )
    interviewers = forms.IntegerField(label=gettext_lazy("可访谈的人数"), min_value=1, max_value=200, initial=1)
    capacity_plan = forms.CharField(
        label=gettext_lazy("访谈安排"),
        widget=ShortText(2),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("预计两周内访谈不完时，写明怎样解决：借调访谈人员，或分年级进行。"),
    )
    proctors = forms.CharField(
        label=gettext_lazy("主试安排"),
        widget=ShortText(2),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("谁在场、怎样做准备；座位要拉开，结束时发求助卡。提交前必须写明。"),
    )
    safety_plan = forms.CharField(
        label=gettext_lazy("安全预案"),
        widget=ShortText(3),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("发现需要马上关心的同学时，谁、在哪里、怎样做。提交前必须写明。"),
    )

    def __init__(self, *args: Any, school: Organisation, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cohorts = reads.cohorts_at(school, at)
        self.definitions = questionnaires.every()
        duty = self.fields["duty_post"]
        duty.queryset = reads.duty_posts(school, at)  # type: ignore[attr-defined]
        duty.label_from_instance = duty_label  # type: ignore[attr-defined]
        uses = self.fields["uses"]
        uses.choices = [(f"{d.id}|{c.key}", d.id) for d in self.definitions for c in self.cohorts]  # type: ignore[attr-defined]
        uses.error_messages["required"] = _("请至少为一个年级选择一份问卷。")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        opens, closes = given.get("opens_at"), given.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("结束时间要晚于开始时间。"))
        start, end = given.get("day_from"), given.get("day_until")
        if start and end and end <= start:
            self.add_error("day_until", _("每天的截止时刻要晚于开始时刻。"))
        return given

    def wanted(self) -> Wanted:
        """The valid form as the verb takes it."""
        given = dict(self.cleaned_data)
        uses: dict[str, list[str]] = {}
        for value in given.pop("uses"):
            instrument, _bar, cohort = value.partition("|")
            uses.setdefault(instrument, []).append(cohort)
        return Wanted(uses=uses, **given)

    def matrix(self) -> list[Row]:
        """The table of questionnaires by grades."""
        chosen = set(self["uses"].value() or ())
        return [_row(definition, self.cohorts, chosen) for definition in self.definitions]


def duty_label(post: Post) -> str:
    """林老师（心理教师）."""
    return f"{post.person.name}（{post.get_kind_display()}）"


def _row(definition: Definition, cohorts: list[Cohort], chosen: set[str]) -> Row:
    refused = rules.unusable(definition)
    low, high = definition.population["age"]
    return Row(
        definition=definition,
        title=words.pick(definition.title),
        minutes=definition.population["minutes"],
        ages=f"{low}–{high}",
        sensitive=rules.is_sensitive(definition),
        own_words=definition.wording in ("own", "adapted"),
        why_not=words.say(refused) if refused else "",
        cells=[_cell(definition, cohort, chosen) for cohort in cohorts],
    )


def _cell(definition: Definition, cohort: Cohort, chosen: set[str]) -> Cell:
    found = rules.fits(definition, cohort)
    value = f"{definition.id}|{cohort.key}"
    label = _("%(grade)s做“%(title)s”") % {"grade": cohort.name, "title": words.pick(definition.title)}
    note = words.say(found[0]) if found else ""
    return Cell(value, label, value in chosen, note, closed=any(f.stops for f in found))


def filled(filing: Filing) -> dict[str, Any]:
    """A filing as the form's initial values."""
    names = [name for name in FilingForm.base_fields if name != "uses"]
    given: dict[str, Any] = {name: getattr(filing, name) for name in names}
    keys = [f"{g['stage']}:{g['entry_year']}" for g in filing.grades]
    given["uses"] = [
        f"{row.instrument_id}|{key}"
        for row in filing.instruments.all()
        for key in ([f"{row.stage}:{row.entry_year}"] if row.stage else keys)
    ]
    return given


class WordsForm(forms.Form):
    """What the bureau says with its decision."""

    said = forms.CharField(label=gettext_lazy("意见"), widget=ShortText(3), max_length=1000, required=False)


class ReturnForm(forms.Form):
    """A return says what to change."""

    said = forms.CharField(
        label=gettext_lazy("需要修改的地方"),
        widget=ShortText(3),
        max_length=1000,
        error_messages={"required": gettext_lazy("请写明需要修改的地方，学校才知道怎样改。")},
    )


class StopForm(forms.Form):
    """Why a campaign is stopped."""

    why = forms.CharField(label=gettext_lazy("中止的原因"), widget=ShortText(2), max_length=200)


class ExtendForm(forms.Form):
    """Until when a campaign runs."""

    until = forms.DateTimeField(label=gettext_lazy("新的结束时间"), widget=DateTimeInput, input_formats=_ISO)


class DutyForm(forms.Form):
    """Who stands by."""

    post: forms.ModelChoiceField[Post] = forms.ModelChoiceField(label=gettext_lazy("值班人"), queryset=None)

    def __init__(self, *args: Any, campaign: Campaign, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["post"]
        field.queryset = reads.duty_posts(campaign.school, at)  # type: ignore[attr-defined]
        field.label_from_instance = duty_label  # type: ignore[attr-defined]


class ResultFilter(forms.Form):
    """Which results to list."""

    node = forms.ChoiceField(label=gettext_lazy("班级"), required=False)
    band = forms.ChoiceField(
        label=gettext_lazy("分数所在范围"),
        required=False,
        choices=[
            ("", gettext_lazy("全部")),
            ("2", gettext_lazy("建议聊一聊")),
            ("1", gettext_lazy("可以多留意")),
            ("0", gettext_lazy("平稳")),
        ],
    )
    care = forms.ChoiceField(
        label=gettext_lazy("作答情况"),
        required=False,
        choices=[
            ("", gettext_lazy("全部")),
            ("sign", gettext_lazy("有作答提示")),
            ("retest", gettext_lazy("建议重测")),
        ],
    )

    def __init__(self, *args: Any, nodes: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["node"].choices = [("", _("全部")), *nodes]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, str]:
        """Valid choices only; anything else means all."""
        return dict(self.cleaned_data) if self.is_valid() else {}
