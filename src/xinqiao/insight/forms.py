"""What people type about summaries and ledgers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinqiao.insight.enums import SummaryKind
from xinqiao.insight.models import Summary, SummaryVersion
from xinqiao.insight.rules import SECTIONS
from xinqiao.insight.summaries.drafting import TITLES
from xinqiao.people.models import Organisation
from xinqiao.plans.selectors.rows import TaskRow
from xinqiao.ui.forms import DateInput


class SummaryForm(forms.Form):
    """Title and one text a section."""

    title = forms.CharField(label=_("标题"), max_length=160)

    def __init__(self, *args: Any, summary: Summary, version: SummaryVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"title": summary.title, **version.texts}
        self.names = SECTIONS[SummaryKind(summary.kind)]
        for name in self.names:
            rows = max(4, min(16, len(str(version.texts.get(name, ""))) // 40 + 3))
            self.fields[name] = forms.CharField(
                label=TITLES[name], required=False, widget=forms.Textarea(attrs={"rows": rows})
            )

    def texts(self) -> dict[str, str]:
        """Section → text, after validation."""
        return {name: self.cleaned_data[name] for name in self.names}


class SendForm(forms.Form):
    """To whom, and whether it is what a task asked for."""

    to = forms.ChoiceField(label=_("报送给"), help_text=_("只在本系统里送达：对方会在首页看到有新的小结。"))
    task = forms.ChoiceField(
        label=_("同时作为任务材料上交"), required=False, help_text=_("选了任务，Word 会作为这项任务的材料一起交上去。")
    )

    def __init__(self, *args: Any, offices: Sequence[Organisation], tasks: Sequence[TaskRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [(str(office.pk), office.name) for office in offices]  # type: ignore[attr-defined]
        titles = [
            (
                str(row.task.pk),
                gettext("%(title)s（%(day)s 前）") % {"title": row.title, "day": row.task.due_on.isoformat()},
            )
            for row in tasks
        ]
        self.fields["task"].choices = [("", gettext("不作为任务材料")), *titles]  # type: ignore[attr-defined]
        if not tasks:
            del self.fields["task"]


class RhythmForm(forms.Form):
    """Which summaries draft themselves."""

    kinds = forms.MultipleChoiceField(
        label=_("到期自动起草"), choices=SummaryKind.choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("每期结束后的第一天起草，负责的人会收到提醒；文字由人改好以后才能报送。"),
    )  # fmt: skip


class LedgerForm(forms.Form):
    """Which rows of a ledger: organisation, days, state, words."""

    book = forms.CharField(widget=forms.HiddenInput)
    organisation = forms.ChoiceField(label=_("单位"), required=False)
    since = forms.DateField(label=_("从"), required=False, widget=DateInput)
    until = forms.DateField(label=_("到"), required=False, widget=DateInput)
    state = forms.ChoiceField(label=_("状态"), required=False)
    words = forms.CharField(label=_("关键词"), max_length=40, required=False)

    def __init__(
        self, *args: Any, places: Sequence[Organisation], states: Sequence[tuple[str, Any]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [("", gettext("全部"))] + [  # type: ignore[attr-defined]
            (str(place.pk), place.name) for place in places
        ]
        self.fields["state"].choices = [("", gettext("全部")), *states]  # type: ignore[attr-defined]
        if not states:
            del self.fields["state"]
        if len(places) < 2:
            del self.fields["organisation"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("since") and cleaned.get("until") and cleaned["since"] > cleaned["until"]:
            self.add_error("until", gettext("结束日期不能早于开始日期。"))
        return cleaned
