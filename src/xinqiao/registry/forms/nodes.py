"""Organisations, and what a school says of itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinqiao.people.enums import OrganisationKind, SchoolSystem, Stage
from xinqiao.people.models import Organisation
from xinqiao.registry.services.tenant import LEVELS, TenantWords
from xinqiao.ui.forms import ChoiceCards

EXTRA_LINES = 3
_FIELDS = {
    "grade": ("stage", "entry_year"),
    "class": ("number",),
    "school": ("name", "code", "system"),
}


class TreeFilter(forms.Form):
    words = forms.CharField(label=_("名称或代码"), max_length=40, required=False)
    closed = forms.BooleanField(label=_("也显示已停用的"), required=False)


class KindForm(forms.Form):
    """Which kind of node to add; the next page asks for what such a node needs."""

    kind = forms.ChoiceField(label=_("类别"), widget=ChoiceCards)

    def __init__(self, kinds: tuple[str, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, OrganisationKind(kind).label) for kind in kinds]  # type: ignore[attr-defined]


class NodeForm(forms.Form):
    """What a node of one kind needs."""

    name = forms.CharField(label=_("名称"), max_length=80)
    code = forms.CharField(
        label=_("代码"),
        max_length=32,
        required=False,
        help_text=_("学校的代码印在学生登录条上，全区不能重复；没有可以不填。"),
    )
    system = forms.ChoiceField(label=_("学制"), choices=SchoolSystem, widget=ChoiceCards, initial="63")
    stage = forms.ChoiceField(label=_("学段"), choices=Stage, widget=ChoiceCards)
    entry_year = forms.IntegerField(
        label=_("入学年份"), min_value=1990, max_value=2100, help_text=_("这一届学生进入本学段的年份，例如 2026。")
    )
    number = forms.IntegerField(label=_("班号"), min_value=1, max_value=99)

    def __init__(self, kind: str, *args: Any, editing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = _FIELDS.get(kind, ("name", "code"))
        for name in [name for name in self.fields if name not in wanted]:
            del self.fields[name]
        if editing and kind == "school":
            self.fields["system"].help_text = _("改学制会改变各班现在的叫法，只在登记错了的时候改。")


class SettingsForm(forms.Form):
    """Lines of the help block, words for levels, and who signs."""

    room = forms.CharField(label=_("心理辅导室在哪里"), max_length=80, required=False, help_text=_("例如：综合楼 203"))
    hours = forms.CharField(
        label=_("开放时间"), max_length=80, required=False, help_text=_("例如：每天 12:20–13:40、16:30–17:30")
    )
    adult = forms.CharField(
        label=_("可以找的大人"),
        max_length=80,
        required=False,
        help_text=_("学生不知道找谁时可以找的人，例如：班主任，或任何一位你信任的老师"),
    )
    map_x = forms.IntegerField(label=_("从左边起"), min_value=0, max_value=1000, required=False)
    map_y = forms.IntegerField(label=_("从上边起"), min_value=0, max_value=1000, required=False)
    guardian_signs = forms.ChoiceField(
        label=_("14 至 17 周岁参加测评"),
        choices=[("", _("学生本人同意，告知监护人")), ("1", _("学生和监护人都要同意"))],
        required=False,
        widget=ChoiceCards,
        help_text=_("不满 14 周岁一律需要监护人同意，满 18 周岁由本人决定；这两条不能改。"),
    )

    def __init__(self, *args: Any, school: Organisation, **kwargs: Any) -> None:
        options = school.options or {}
        initial: dict[str, Any] = {name: options.get(name, "") for name in ("room", "hours", "adult")}
        signs = (options.get("consent") or {}).get("guardian_14_17") == "consent"
        initial["guardian_signs"] = "1" if signs else ""
        initial["map_x"], initial["map_y"] = (options.get("location") or (None, None))[:2]
        for place, (label, number) in enumerate((options.get("help_lines") or [])[:EXTRA_LINES]):
            initial |= {f"label_{place}": label, f"number_{place}": number}
        for place, word in enumerate((options.get("level_words") or [])[:LEVELS]):
            initial[f"level_{place}"] = word
        super().__init__(*args, **kwargs)
        self.initial = initial
        for place in range(EXTRA_LINES):
            self.fields[f"label_{place}"] = forms.CharField(
                label=_("求助电话 %(n)s：名称") % {"n": place + 1}, max_length=24, required=False
            )
            self.fields[f"number_{place}"] = forms.CharField(
                label=_("求助电话 %(n)s：号码") % {"n": place + 1}, max_length=40, required=False
            )
        for place in range(LEVELS):
            self.fields[f"level_{place}"] = forms.CharField(
                label=_("%(n)s 级叫作") % {"n": place}, max_length=8, required=False
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (cleaned.get("map_x") is None) != (cleaned.get("map_y") is None):
            missing = "map_x" if cleaned.get("map_x") is None else "map_y"
            self.add_error(missing, _("两个数要一起填，或者都不填。"))
        for place in range(EXTRA_LINES):
            if bool(cleaned.get(f"label_{place}")) != bool(cleaned.get(f"number_{place}")):
                missing = "number" if cleaned.get(f"label_{place}") else "label"
                self.add_error(f"{missing}_{place}", _("名称和号码要一起填。"))
        return cleaned

    def words(self) -> TenantWords:
        """What was typed, after validation."""
        data = self.cleaned_data
        return TenantWords(
            room=data["room"],
            hours=data["hours"],
            adult=data["adult"],
            lines=[(data[f"label_{n}"], data[f"number_{n}"]) for n in range(EXTRA_LINES) if data[f"label_{n}"]],
            level_words=[data[f"level_{n}"] for n in range(LEVELS)],
            guardian_signs=bool(data["guardian_signs"]),
            location=(data["map_x"], data["map_y"]) if data["map_x"] is not None else None,
        )

    def part(self, *starts: str) -> list[Any]:
        """Bound fields whose name starts with one of these, for the cards of the page."""
        return [self[name] for name in self.fields if name.startswith(starts)]

    def place_fields(self) -> list[Any]:
        return self.part("room", "hours")

    def map_fields(self) -> list[Any]:
        return self.part("map_")

    def line_fields(self) -> list[Any]:
        return self.part("label_", "number_")

    def level_fields(self) -> list[Any]:
        return self.part("level_")


class SourceForm(forms.Form):
    """Where we know it from; asked whenever somebody is put into a group."""

    source = forms.CharField(
        label=_("从哪里知道的"),
        max_length=80,
        required=False,
        help_text=_("例如：花名册、班主任了解、家长告知、民政部门"),
    )


class GroupForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=40, help_text=_("用中性的说法，写处境，不写评价。"))
    depth = forms.TypedChoiceField(
        label=_("谁可以看到名单"),
        coerce=int,
        choices=[
            (4, _("心理教师")),
            (3, _("心理教师、德育主任和学校领导")),
            (2, _("也包括班主任和年级组长（各看自己的班级）")),
        ],
        widget=ChoiceCards,
        initial=4,
    )
