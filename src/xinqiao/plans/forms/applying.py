"""Forms of the way to a running plan, and of what may be changed about one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinqiao.access.enums import PostKind
from xinqiao.packs.core.shapes import Measure, Pack, Target
from xinqiao.packs.wording import EVERY, said
from xinqiao.people.models import Organisation
from xinqiao.plans.policies import WORKERS
from xinqiao.ui.forms import DateInput, ShortText

POSTS = [(kind.value, PostKind(kind).label) for kind in WORKERS]


class StartForm(forms.Form):
    """When a plan runs and who takes part. ``choices``: organisations that may be chosen, by the id of a named unit."""

    title = forms.CharField(label=_("方案名称"), max_length=120)
    starts_on = forms.DateField(label=_("开始日期"), widget=DateInput())
    ends_on = forms.DateField(label=_("结束日期"), widget=DateInput(), required=False)

    def __init__(self, *args: Any, pack: Pack, choices: Mapping[str, Sequence[Organisation]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.pack = pack
        if pack.period == "open":
            del self.fields["ends_on"]
        else:
            self.fields["ends_on"].required = True
        self.named = [unit for unit in pack.units.values() if unit.where == "named"]
        for unit in self.named:
            rows = [(str(node.pk), node.name) for node in choices.get(unit.id, ())]
            kind = forms.MultipleChoiceField if unit.many else forms.ChoiceField
            widget = forms.CheckboxSelectMultiple if unit.many else forms.Select
            self.fields[f"unit-{unit.id}"] = kind(
                label=said(unit.title), required=False, widget=widget,
                choices=rows if unit.many else [("", _("（暂不选）")), *rows],
                help_text="" if rows else _("还没有可以选的单位。先在“组织与人员”里建立，或启用后再加。"),
            )  # fmt: skip

    def chosen(self) -> dict[str, list[int]]:
        """Organisation ids by unit id, as the services take them."""
        found = {}
        for unit in self.named:
            value = self.cleaned_data.get(f"unit-{unit.id}") or []
            found[unit.id] = [int(pk) for pk in ([value] if isinstance(value, str) else value)]
        return found

    def dates(self) -> tuple[date, date | None]:
        return self.cleaned_data["starts_on"], self.cleaned_data.get("ends_on")


class UnitsForm(forms.Form):
    """Who takes part as the named units of a running plan."""

    def __init__(
        self,
        *args: Any,
        pack: Pack,
        choices: Mapping[str, Sequence[Organisation]],
        held: Mapping[str, Any],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.named = [unit for unit in pack.units.values() if unit.where == "named"]
        for unit in self.named:
            rows = [(str(node.pk), node.name) for node in choices.get(unit.id, ())]
            self.fields[f"unit-{unit.id}"] = forms.MultipleChoiceField(
                label=said(unit.title), required=False, widget=forms.CheckboxSelectMultiple, choices=rows,
                initial=[str(node.pk) for node in held.get(unit.id, ())],
            )  # fmt: skip
        self.fields["reason"] = forms.CharField(label=_("原因"), max_length=300, widget=ShortText(2))

    def chosen(self) -> dict[str, list[int]]:
        return {unit.id: [int(pk) for pk in self.cleaned_data[f"unit-{unit.id}"]] for unit in self.named}


# --- amendments ---------------------------------------------------------------------------------------------------

RHYTHMS = [
    *EVERY.items(),
    ("on", _("固定日期")),
    ("window", _("一段日期，开始那天出现，最后一天截止")),
    ("keep", _("保持原来的节奏")),
]


class MeasureForm(forms.Form):
    """Wording, owners and rhythm of one measure. ``changes`` gives only what differs, as paths of the pack."""

    title = forms.CharField(label=_("名称"), max_length=160)
    text = forms.CharField(label=_("具体要求"), required=False, widget=ShortText(4))
    owners = forms.MultipleChoiceField(label=_("负责岗位"), choices=POSTS, widget=forms.CheckboxSelectMultiple)
    accept = forms.ChoiceField(
        label=_("谁审核"),
        choices=[("lead", _("牵头方审核")), ("unit", _("本单位负责人审核")), ("none", _("上交即完成"))],
    )
    rhythm = forms.ChoiceField(label=_("节奏"), choices=RHYTHMS)
    days = forms.CharField(
        label=_("日期"),
        required=False,
        help_text=_("固定日期写成 03-15、10-10，用逗号隔开；一段日期写开始和最后一天。"),
    )
    by = forms.CharField(
        label=_("每期截止日"), required=False, help_text=_("例如 10 表示每月 10 日；不填则为每期最后一天。")
    )
    pictures = forms.IntegerField(label=_("至少几张照片"), min_value=0, max_value=20)
    files = forms.IntegerField(  # type: ignore[assignment]  # the field, not what a form was sent
        label=_("至少几个文件"), min_value=0, max_value=20
    )
    reason = forms.CharField(label=_("修改原因"), max_length=300, widget=ShortText(2))

    def __init__(self, *args: Any, measure: Measure, entry: Mapping[str, Any], **options: Any) -> None:
        self.measure, self.entry = measure, entry
        when = entry["when"]
        plain = "every" in when and not set(when) - {"every", "by"}
        rhythm = when["every"] if plain else "on" if "on" in when else "window" if "window" in when else "keep"
        initial = {
            "title": measure.title.zh,
            "text": measure.text.zh,
            "owners": list(measure.owners),
            "accept": measure.accept,
            "rhythm": rhythm,
            "days": ", ".join(when.get("on") or when.get("window") or ()),
            "by": when.get("by", "") if plain else "",
            "pictures": measure.evidence.pictures,
            "files": measure.evidence.files,
        }
        super().__init__(*args, **{**options, "initial": initial})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        days = [
            part.strip()
            for part in str(data.get("days", "")).replace("，", ",").replace("、", ",").split(",")
            if part.strip()
        ]
        if data.get("rhythm") in ("on", "window"):
            if any(not _is_day(day) for day in days) or not days:
                self.add_error("days", _("请写月和日，例如 03-15、10-10。"))
            if data["rhythm"] == "window" and len(days) != 2:
                self.add_error("days", _("请写开始和最后一天，例如 04-02, 04-29。"))
        data["day_list"] = days
        return data

    def changes(self) -> dict[str, Any]:
        """``set`` of an amendment, only what differs from what holds now."""
        data, base = self.cleaned_data, f"measures.{self.measure.id}"
        wanted = {
            "title": data["title"],
            "text": data["text"],
            "owners": [kind for kind, _label in POSTS if kind in data["owners"]],
            "accept": data["accept"],
            "when": self._when(),
            "evidence": {**self.entry.get("evidence", {}), "pictures": data["pictures"], "files": data["files"]},
        }
        if set(wanted["owners"]) == set(self.entry["owners"]):
            wanted["owners"] = self.entry["owners"]
        defaults: dict[str, Any] = {"text": "", "accept": "lead", "evidence": {}}
        changed = {name: value for name, value in wanted.items() if value != self.entry.get(name, defaults.get(name))}
        evidence = self.entry.get("evidence", {})
        if (data["pictures"], data["files"]) == (evidence.get("pictures", 0), evidence.get("files", 0)):
            changed.pop("evidence", None)
        return {"set": {f"{base}.{name}": value for name, value in changed.items()}}

    def _when(self) -> Mapping[str, Any]:
        data, held = self.cleaned_data, self.entry["when"]
        lead = {"lead_days": held["lead_days"]} if "lead_days" in held else {}
        if data["rhythm"] == "keep":
            return held  # type: ignore[no-any-return]
        if data["rhythm"] in ("on", "window"):
            return {data["rhythm"]: data["day_list"], **lead}
        return {"every": data["rhythm"], **({"by": data["by"]} if data["by"] else {}), **lead}


def _is_day(text: str) -> bool:
    try:
        month, day = (int(part) for part in text.split("-"))
        date(2024, month, day)
    except ValueError:
        return False
    return len(text) == 5


class TargetForm(forms.Form):
    """What an indicator shall reach, year by year."""

    path = forms.CharField(
        label=_("目标值"), widget=ShortText(3),
        help_text=_("每行一个年份和数值，例如“2026: 80”；只写一个数表示每年都是它。"),
    )  # fmt: skip
    title = forms.CharField(label=_("名称"), max_length=160)
    reason = forms.CharField(label=_("修改原因"), max_length=300, widget=ShortText(2))

    field_order = ("title", "path", "reason")

    def __init__(self, *args: Any, target: Target, entry: Mapping[str, Any], **options: Any) -> None:
        self.target, self.entry = target, entry
        lines = [f"{year}: {value:g}" if year else f"{value:g}" for year, value in target.path.items()]
        super().__init__(*args, **{**options, "initial": {"title": target.title.zh, "path": "\n".join(lines)}})

    def clean_path(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for number, line in enumerate(self.cleaned_data["path"].splitlines(), start=1):
            if not line.strip():
                continue
            year, _colon, value = line.replace("：", ":").rpartition(":")
            try:
                found[year.strip()] = float(value)
            except ValueError:
                raise forms.ValidationError(
                    _("第 %(n)d 行“%(line)s”看不懂，请写成“2026: 80”。"), params={"n": number, "line": line.strip()}
                ) from None
        return found

    def changes(self) -> dict[str, Any]:
        base, made = f"indicators.{self.target.id}", {}
        if self.cleaned_data["path"] != dict(self.target.path):
            made[f"{base}.target"] = self.cleaned_data["path"]
        if self.cleaned_data["title"] != self.target.title.zh:
            made[f"{base}.title"] = self.cleaned_data["title"]
        return {"set": made}
