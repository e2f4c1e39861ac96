"""Forms of this room: parsing and field checks, no saving."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinqiao.access.models import Post
from xinqiao.cases.enums import CaseState, Channel, ContactWith, Outcome
from xinqiao.ui.forms import ChoiceCards, DateInput, DateTimeInput, ShortText

_SECRET = {"data-secret": ""}


def _words(label: object, help_text: object = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=4000, widget=ShortText(rows=rows, attrs=_SECRET)
    )


def _post_name(post: Post) -> str:
    return f"{post.person.name}（{post.get_kind_display()}）"


class PostChoice(forms.ModelChoiceField):
    """One of the posts given; shows person and post."""

    def __init__(self, posts: list[Post], **kwargs: Any) -> None:
        super().__init__(
            queryset=Post.objects.filter(pk__in=[post.pk for post in posts]).select_related("person"), **kwargs
        )

    def label_from_instance(self, obj: Any) -> str:
        return _post_name(obj)


class DutyForm(forms.Form):
    words = _words(_("做了什么"), _("一两句就好，例如“课间聊了十分钟，约了明天一起打球”。不写诊断。"))


class OpenCaseForm(forms.Form):
    reason = _words(_("建立个案的缘由"), _("写看到的事实和学生的愿望，不写诊断。"), rows=4)


class PlanForm(forms.Form):
    """One version of the support plan."""

    needs = _words(_("需要什么"), _("学生自己怎么说，家长和老师看到什么。"))
    goals = _words(_("目标"), _("看得见、量得到，例如“两周内每天到校”。"))
    measures = _words(_("措施：谁做什么、多久一次"), _("心理老师、班主任、任课老师、家长、同伴、医院。"), rows=4)
    adjustments = _words(_("座位、作业、考试、请假的调整"))
    safety = _words(_("安全计划"), _("预警信号、自己能做的、可以找的人和地方、求助电话、让环境更安全。"), rows=4)
    supports = _words(_("谁支持"), rows=2)
    guards = _words(_("谁看护"), rows=2)
    rescues = _words(_("紧急时谁救助"), rows=2)
    review_on = forms.DateField(label=_("复评日期"), widget=DateInput())

    def __init__(self, *args: Any, adults: list[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("adjustments", "safety", "supports", "guards", "rescues"):
            self.fields[name].required = False
        self.fields["contact"] = PostChoice(
            adults, label=_("固定联系人"), help_text=_("学生有事第一个找的大人，只写一位。")
        )
        self.order_fields(
            ["contact", *[name for name in self.fields if name not in {"contact", "review_on"}], "review_on"]
        )


class TaskForm(forms.Form):
    what = _words(_("要做什么"))
    due_at = forms.DateTimeField(label=_("期限"), widget=DateTimeInput())

    def __init__(self, *args: Any, adults: list[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = PostChoice(adults, label=_("谁来做"))
        self.order_fields(["what", "to", "due_at"])


class ContactForm(forms.Form):
    held_at = forms.DateTimeField(label=_("时间"), widget=DateTimeInput())
    whom = forms.ChoiceField(label=_("和谁"), choices=ContactWith.choices)
    channel = forms.ChoiceField(label=_("方式"), choices=Channel.choices)
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

    def __init__(self, *args: Any, teachers: list[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = PostChoice(teachers, label=_("移交给"))
        self.order_fields(["to", "reason"])


class ClosingForm(forms.Form):
    outcome = forms.ChoiceField(label=_("结案情形"), choices=Outcome.choices, widget=ChoiceCards())
    words = _words(_("结案评估"), _("目标达成情况、目前状态、之后谁继续关心。"), rows=5)


class ReopenForm(forms.Form):
    reason = _words(_("重新打开的原因"))


class CaseFilter(forms.Form):
    q = forms.CharField(label=_("学生或负责人"), required=False, max_length=40)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *CaseState.choices])


class StudentFilter(forms.Form):
    q = forms.CharField(label=_("姓名或学号"), required=False, max_length=40)
