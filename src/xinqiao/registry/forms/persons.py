"""Students, guardians, groups of a person."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from xinqiao.people.enums import Relation, Sex
from xinqiao.people.models import PopulationGroup
from xinqiao.registry.services.guardians import Guardian
from xinqiao.registry.services.persons import Student
from xinqiao.ui.forms import ChoiceCards, DateInput

_PLAIN = {"autocomplete": "off"}
_BOARDING = [("", _("未填")), ("1", _("住校")), ("0", _("走读"))]


class StudentFilter(forms.Form):
    words = forms.CharField(label=_("姓名或学号"), max_length=40, required=False)


class StudentForm(forms.Form):
    """Particulars of a student."""

    name = forms.CharField(label=_("姓名"), max_length=64, widget=forms.TextInput(_PLAIN))
    number = forms.CharField(
        label=_("学号"),
        max_length=32,
        widget=forms.TextInput(_PLAIN),
        help_text=_("学校自己的学号。请不要用身份证号或全国学籍号。"),
    )
    sex = forms.ChoiceField(label=_("性别"), choices=Sex, required=False, widget=ChoiceCards)
    birth_date = forms.DateField(
        label=_("出生日期"),
        required=False,
        widget=DateInput,
        help_text=_("用来判断由谁同意参加测评，没有的按最小年龄对待。"),
    )
    boarding = forms.ChoiceField(label=_("住校"), choices=_BOARDING, required=False, widget=ChoiceCards)

    def __init__(self, *args: Any, in_class: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not in_class:
            del self.fields["number"], self.fields["boarding"]

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"].strip()
        if len(number) >= 17 and sum(c.isdigit() for c in number) >= 17:
            raise forms.ValidationError(_("这看起来是身份证号或全国学籍号，请改用学校自己的学号。"))
        return number

    def student(self) -> Student:
        """What was typed, after validation."""
        data = self.cleaned_data
        boarding = {"1": True, "0": False}.get(data.get("boarding", ""))
        return Student(
            name=data["name"],
            number=data.get("number", ""),
            sex=data["sex"],
            birth_date=data["birth_date"],
            boarding=boarding,
        )


class IdentityForm(forms.Form):
    number = forms.CharField(
        label=_("身份证号"),
        max_length=24,
        widget=forms.TextInput({**_PLAIN, "data-secret": ""}),
        help_text=_("一般不需要登记。加密保存，不会出现在名单、网址和导出表格里。"),
    )


class GuardianForm(forms.Form):
    """Who answers for a child."""

    name = forms.CharField(label=_("姓名"), max_length=64, widget=forms.TextInput(_PLAIN))
    relation = forms.ChoiceField(label=_("和学生的关系"), choices=Relation, widget=ChoiceCards)
    phone = forms.CharField(
        label=_("电话"),
        max_length=30,
        required=False,
        widget=forms.TextInput({**_PLAIN, "inputmode": "tel", "data-secret": ""}),
        help_text=_("加密保存，查看会留下记录。"),
    )
    first_contact = forms.BooleanField(label=_("首先联系这位"), required=False)

    def __init__(self, *args: Any, editing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.editing = editing
        if editing:
            self.fields["phone"].label = _("新的电话")
            self.fields["phone"].help_text = _("不填表示不改。")

    def guardian(self) -> Guardian:
        """What was typed, after validation."""
        data = self.cleaned_data
        phone = (data["phone"] or None) if self.editing else data["phone"]
        return Guardian(name=data["name"], relation=data["relation"], phone=phone, first_contact=data["first_contact"])


class MembershipForm(forms.Form):
    """One person into one group."""

    group = forms.ModelChoiceField(label=_("群体"), queryset=PopulationGroup.objects.none(), empty_label=None)
    source = forms.CharField(
        label=_("从哪里知道的"), max_length=80, help_text=_("例如：花名册、班主任了解、家长告知、民政部门")
    )
    starts_on = forms.DateField(label=_("从哪天起"), widget=DateInput)
    ends_on = forms.DateField(label=_("到哪天为止"), widget=DateInput, required=False)

    def __init__(self, groups: QuerySet[PopulationGroup], *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = on
