"""Forms of this room: parsing and field checks, no saving."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinqiao.access.models import Post
from xinqiao.cases.enums import CaseState, Channel, ContactWith, Outcome
from xinqiao.cases.rules import PLAN_NEEDS
from xinqiao.people.models import Guardianship
from xinqiao.ui.forms import ChoiceCards, DateInput, DateTimeInput, ShortText

_SECRET = {"data-secret": ""}


def _words(label: Any, help_text: Any = "", rows: int = 3, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=4000,
        required=required,
        widget=ShortText(rows=rows, attrs=_SECRET),
    )


class PostChoice(forms.TypedChoiceField):
    """One of the posts given; shows person and post, gives the post."""

    def __init__(self, posts: Sequence[Post], **kwargs: Any) -> None:
        self.posts = {str(post.pk): post for post in posts}
        choices = [(pk, f"{post.person.name}（{post.get_kind_display()}）") for pk, post in self.posts.items()]
        super().__init__(choices=[("", _("请选择")), *choices], coerce=self.posts.get, **kwargs)


class DutyForm(forms.Form):
    words = _words(_("您做了什么"), _("一两句就好，例如“课间聊了十分钟，约了明天一起打球”。不写诊断。"))


class WhyForm(forms.Form):
    words = _words(_("为什么"), rows=2)


class AttemptForm(forms.Form):
    """One try to reach the family."""

    guardian = forms.TypedChoiceField(label=_("联系谁"), required=False)
    channel = forms.ChoiceField(label=_("联系方式"), choices=Channel.choices, initial=Channel.PHONE)
    reached = forms.TypedChoiceField(
        label=_("联系上了吗"),
        choices=[("1", _("联系上了")), ("0", _("没有联系上"))],
        coerce=lambda value: value == "1",
        widget=ChoiceCards(),
    )
    words = _words(
        _("说了什么、约定了什么"), _("没联系上可以不填，例如“无人接听”。只说看到的和学校的建议。"), required=False
    )

    def __init__(self, *args: Any, guardians: Sequence[Guardianship], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {str(row.guardian_id): row for row in guardians}
        field = self.fields["guardian"]
        names = [(pk, f"{row.guardian.name}（{row.get_relation_display()}）") for pk, row in known.items()]
        field.choices = [*names, ("", _("其他家人"))]  # type: ignore[attr-defined]
        field.coerce = lambda pk: known[pk].guardian  # type: ignore[attr-defined]
        field.empty_value = None  # type: ignore[attr-defined]
        if names:
            field.initial = names[0][0]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("reached") and not cleaned.get("words", "").strip() and "words" not in self.errors:
            self.add_error("words", _("联系上了，请写下说了什么、约定了什么。"))
        return cleaned


class PassForm(forms.Form):
    """To whom something is passed on."""

    def __init__(self, *args: Any, posts: Sequence[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = PostChoice(posts, label=_("转交给"))


class OpenCaseForm(forms.Form):
    reason = _words(_("建立个案的缘由"), _("写看到的事实和学生的愿望，不写诊断。"), rows=4)


class PlanForm(forms.Form):
    """One version of the support plan."""

    needs = _words(_("需要什么"), _("学生自己怎么说，家长和老师看到什么。"))
    goals = _words(_("目标"), _("看得见、量得到，例如“两周内每天到校”。"))
    measures = _words(_("措施：谁做什么、多久一次"), _("心理老师、班主任、任课老师、家长、同伴、医院。"), rows=4)
    adjustments = _words(_("座位、作业、考试、请假的调整"))
    living = _words(_("生活帮扶"), _("需要时写：资助、午餐、交通、留守照料等，谁来落实。"), rows=2)
    safety = _words(_("安全计划"), _("预警信号、自己能做的、可以找的人和地方、求助电话、让环境更安全。"), rows=4)
    supports = _words(_("谁支持"), rows=2)
    guards = _words(_("谁看护"), rows=2)
    rescues = _words(_("紧急时谁救助"), rows=2)
    review_on = forms.DateField(label=_("复评日期"), widget=DateInput())

    def __init__(self, *args: Any, adults: Sequence[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parts = [name for name in self.fields if name != "review_on"]
        for name in parts:
            self.fields[name].required = name in PLAN_NEEDS
        self.fields["contact"] = PostChoice(
            adults, label=_("固定联系人"), help_text=_("学生有事第一个找的大人，只写一位。")
        )
        self.order_fields(["contact", *parts, "review_on"])


class TaskForm(forms.Form):
    what = _words(_("要做什么"), _("做的人会看到这段话：只写怎么做，不写原因、等级和谈话内容。"))
    due_at = forms.DateTimeField(label=_("期限"), widget=DateTimeInput())

    def __init__(self, *args: Any, adults: Sequence[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = PostChoice(adults, label=_("谁来做"))
        self.order_fields(["what", "to", "due_at"])


class ContactForm(forms.Form):
    held_at = forms.DateTimeField(label=_("时间"), widget=DateTimeInput())
    whom = forms.ChoiceField(label=_("和谁"), choices=ContactWith.choices)
    channel = forms.ChoiceField(label=_("联系方式"), choices=Channel.choices)
    reached = forms.BooleanField(label=_("联系上了"), required=False, initial=True)
    words = _words(_("内容"), _("说了什么、约定了什么。"), rows=4)


class FollowUpForm(forms.Form):
    steady = forms.TypedChoiceField(
        label=_("现在的状态"),
        choices=[("1", _("平稳")), ("0", _("还不平稳"))],
        coerce=lambda value: value == "1",
        widget=ChoiceCards(),
    )
    words = _words(_("看到的情况"), rows=4)
    next_at = forms.DateTimeField(label=_("下次日期"), widget=DateTimeInput())


class FollowUpPlanForm(forms.Form):
    due_at = forms.DateTimeField(label=_("随访时间"), widget=DateTimeInput())


class NextDateForm(forms.Form):
    next_at = forms.DateTimeField(label=_("下次日期"), widget=DateTimeInput())


class HandOverForm(forms.Form):
    reason = _words(_("移交原因"), rows=2)

    def __init__(self, *args: Any, teachers: Sequence[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = PostChoice(teachers, label=_("移交给"))
        self.order_fields(["to", "reason"])


class ClosingForm(forms.Form):
    outcome = forms.ChoiceField(label=_("结案情形"), choices=Outcome.choices, widget=ChoiceCards())
    words = _words(_("结案评估"), _("目标达成情况、目前状态、之后谁继续关心。"), rows=5)


class ReturnForm(forms.Form):
    reason = _words(_("为什么退回"), rows=2)


class ReopenForm(forms.Form):
    reason = _words(_("重新打开的原因"))


class SummaryForm(forms.Form):
    """What somebody outside is told. Nothing is filled in from notes."""

    for_whom = forms.CharField(
        label=_("给谁"), max_length=80, help_text=_("单位和姓名，例如“市第一医院心理科 王医生”。")
    )
    seen = _words(_("看到的情况"), _("用平常的话写对方需要知道的。不写诊断，也不写分数、等级和谈话内容。"), rows=4)
    asked = _words(_("希望对方做什么"))
    contact = _words(_("学校联系人和电话"), rows=2)
    days = forms.IntegerField(label=_("有效期（天）"), min_value=1, max_value=90, initial=7)

    def __init__(self, *args: Any, scopes: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"] = forms.ChoiceField(
            label=_("依据哪一份同意"), choices=[(scope, scope) for scope in scopes]
        )
        self.order_fields(["scope", "for_whom", "seen", "asked", "contact", "days"])


class DutyFilter(forms.Form):
    q = forms.CharField(label=_("学生姓名"), required=False, max_length=40)


class CaseFilter(forms.Form):
    q = forms.CharField(label=_("学生或负责人"), required=False, max_length=40)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *CaseState.choices])


class StudentFilter(forms.Form):
    q = forms.CharField(label=_("姓名或学号"), required=False, max_length=40)
