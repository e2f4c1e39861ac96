"""访谈评估表: the sections of the interview. Everything may stay empty in a draft; finishing asks for a few answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from xinqiao.people.models import Person
from xinqiao.signals.enums import GuardianHow, GuardianTold, Ideas, Plan, Weight, YesNo
from xinqiao.signals.forms import words_field
from xinqiao.signals.services.interviews import Held
from xinqiao.ui.forms import DateInput, DateTimeInput

LIFE = {
    "learning": _("学习"),
    "peers": _("同伴"),
    "family": _("家庭"),
    "self_view": _("怎样看自己"),
    "mood": _("情绪"),
    "sleep": _("睡眠"),
    "body": _("身体"),
    "net": _("上网"),
    "bullying": _("欺凌"),
    "loss": _("丧失与变故"),
}
"""Areas of life that are gone through: a weight and, where there is something to say, words."""
SECTIONS: dict[str, tuple[Any, list[str]]] = {
    "opening": (_("开场"), ["held_at", "opened", "why"]),
    "life": (_("最近的生活"), [name for area in LIFE for name in (area, f"{area}_words")]),
    "safety": (
        _("情绪与安全谈话"),
        [
            "ideas",
            "ideas_words",
            "plan",
            "plan_words",
            "means",
            "acts",
            "acts_words",
            "triggers",
            "others",
            "others_words",
        ],
    ),
    "strength": (_("保护因素与功能"), ["protective", "function", "function_words"]),
    "views": (_("老师和家长的看法"), ["teacher_view", "parent_view"]),
    "advice": (_("建议与后续"), ["advice", "guardian_told", "guardian_at", "guardian_how", "guardian_answer"]),
    "next": (_("下次见面"), ["next_on", "second_reader"]),
}
ASKED = ("ideas", "plan", "means", "acts", "others")
"""Questions that a finished interview answers; “没有谈到” is an answer."""
COLUMNS = ("guardian_told", "guardian_at", "guardian_how", "guardian_answer", "held_at", "next_on", "second_reader")


def _choice(label: Any, choices: list[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", _("请选择")), *choices], required=False)


class InterviewForm(forms.Form):
    """A draft binds it without checking; ``finish=True`` asks for what a finished interview needs."""

    held_at = forms.DateTimeField(label=_("访谈时间"), required=False, widget=DateTimeInput)
    opened = forms.BooleanField(label=_("已说明来意、保密和保密例外"), required=False)
    why = words_field(_("为什么邀请谈话"), rows=2)
    ideas = _choice(_("不想活的想法"), Ideas.choices)
    ideas_words = words_field(_("内容与频率"), rows=2)
    plan = _choice(_("计划"), Plan.choices)
    plan_words = words_field(_("计划的内容"), rows=2)
    means = _choice(_("拿得到的方式"), YesNo.choices)
    acts = _choice(_("以往的自伤或尝试"), YesNo.choices)
    acts_words = words_field(_("最近一次是什么时候"), rows=1)
    triggers = words_field(_("诱因"), rows=2)
    others = _choice(_("有没有其他人处在危险中"), YesNo.choices)
    others_words = words_field(_("是谁，怎样的危险"), rows=1)
    protective = words_field(_("保护因素"), rows=2, hint=_("信任的人、在意的事、想做的事。"))
    function = _choice(_("上学和生活功能"), Weight.choices)
    function_words = words_field(_("受影响的方面"), rows=1)
    teacher_view = words_field(_("老师的看法"), rows=2)
    parent_view = words_field(_("家长的看法"), rows=2)
    advice = words_field(_("建议"), rows=3)
    guardian_told = forms.ChoiceField(
        label=_("是否告知家长"), choices=GuardianTold.choices, initial=GuardianTold.NOT_YET, required=False
    )
    guardian_at = forms.DateTimeField(label=_("告知时间"), required=False, widget=DateTimeInput)
    guardian_how = _choice(_("告知方式"), GuardianHow.choices)
    guardian_answer = words_field(_("家长的回应"), rows=2)
    next_on = forms.DateField(label=_("约定再谈的日期"), required=False, widget=DateInput)
    second_reader = forms.ModelChoiceField(
        label=_("第二审阅人"), queryset=Person.objects.none(), required=False, empty_label=_("暂不需要")
    )
    edits = forms.IntegerField(widget=forms.HiddenInput, initial=0)

    def __init__(self, *args: Any, readers: Any, finish: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for area, label in LIFE.items():
            self.fields[area] = _choice(label, Weight.choices)
            self.fields[f"{area}_words"] = words_field(_("%(area)s：说明") % {"area": label}, rows=1)
        self.fields["second_reader"].queryset = readers  # type: ignore[attr-defined]
        self.finish = finish

    def sections(self) -> Iterator[tuple[str, Any, list[BoundField]]]:
        """(key, title, fields) in the order of the paper form."""
        for key, (title, names) in SECTIONS.items():
            yield key, title, [self[name] for name in names]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.finish:
            for name in ASKED:
                if not given.get(name):
                    self.add_error(name, _("请选择一项；这次没有谈到，也请选“没有谈到”。"))
            if not given.get("held_at") and "held_at" not in self.errors:
                self.add_error("held_at", _("请填写访谈时间。"))
        return given

    @property
    def content(self) -> dict[str, Any]:
        """What is sealed: the answers, without those that have columns of their own."""
        return {k: v for k, v in self.cleaned_data.items() if k not in {*COLUMNS, "edits"}}

    @property
    def held(self) -> Held:
        given = self.cleaned_data
        told = given["guardian_told"] or GuardianTold.NOT_YET
        return Held(
            held_at=given["held_at"],
            guardian_told=told,
            guardian_at=given["guardian_at"] if told == GuardianTold.TOLD else None,
            guardian_how=given["guardian_how"] if told == GuardianTold.TOLD else "",
            guardian_answer=given["guardian_answer"],
            next_on=given["next_on"],
            second_reader=given["second_reader"],
        )


def raw(form: InterviewForm) -> dict[str, str]:
    """What stands in the fields, checked or not: a draft keeps a half-typed date too."""
    typed = {name: form.data.get(form.add_prefix(name), "") for name in form.fields if name != "edits"}
    return {name: str(value)[:MOST] for name, value in typed.items() if value}


MOST = 4000


def shown(content: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Initial values of a form from a draft; a new one begins with the present minute."""
    return {"held_at": localtime(at).strftime("%Y-%m-%dT%H:%M"), **content}


def lines(content: dict[str, Any], facts: dict[str, Any]) -> list[tuple[Any, list[tuple[Any, Any]]]]:
    """A finished interview for reading: sections with (label, words), empty ones left out."""
    form = InterviewForm(readers=Person.objects.none())
    values = {**content, **{k: v for k, v in facts.items() if v not in (None, "")}}
    found = []
    for _key, title, fields in form.sections():
        rows = [(bound.label, _said(bound, values[bound.name])) for bound in fields if values.get(bound.name)]
        if rows:
            found.append((title, rows))
    return found


def _said(bound: BoundField, value: Any) -> Any:
    if isinstance(value, datetime):
        return localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(bound.field, forms.ModelChoiceField):
        return str(value)
    if isinstance(bound.field, forms.ChoiceField):
        return dict(bound.field.choices).get(value, value)  # type: ignore[arg-type]
    return _("是") if value is True or value == "on" else value
