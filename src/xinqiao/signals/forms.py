"""What is asked for a report, a move or a list. Short, thumb-sized, and no word that labels a child."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from xinqiao.access.models import Post
from xinqiao.people.models import Enrolment
from xinqiao.signals.enums import Area, DeferWhy, Grade, PeerNotice, Period, Source, Urgency
from xinqiao.signals.models import Signal
from xinqiao.ui.forms import ChoiceCards, DateTimeInput, ShortText

SECRET = {"data-secret": "", "autocomplete": "off"}
MOST_WORDS = 1000


def words_field(label: Any, rows: int = 3, *, required: bool = False, hint: Any = "") -> forms.CharField:
    """Words about a student, one line or several: never kept in the browser."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=MOST_WORDS,
        help_text=hint,
        widget=ShortText(rows, attrs=dict(SECRET)) if rows > 1 else forms.TextInput(attrs=dict(SECRET)),
    )


class OnceForm(forms.Form):
    """A form with an id of its own: the same form sent twice is one report."""

    form = forms.CharField(widget=forms.HiddenInput, max_length=36)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form"].initial = uuid4().hex


class ObservationForm(OnceForm):
    """班主任观察表: what changed, since when, what was done. Two minutes on a phone."""

    areas = forms.MultipleChoiceField(
        label=_("哪些方面有变化"), choices=Area.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    period = forms.ChoiceField(
        label=_("从什么时候开始"), choices=Period.choices, initial=Period.WEEK, widget=ChoiceCards
    )
    event = words_field(_("看到了什么"), hint=_("写看到和听到的，不用判断原因。"))
    done = words_field(_("已经做了什么"), rows=2)
    urgency = forms.TypedChoiceField(
        label=_("希望多快有人看"),
        coerce=lambda value: Urgency(int(value)),
        choices=[
            (Urgency.ROUTINE, _("先记下来，请心理老师留意")),
            (Urgency.SOON, _("这几天请找他/她聊一聊")),
            (Urgency.URGENT, _("我担心他/她现在的安全")),
        ],
        initial=Urgency.ROUTINE,
        widget=ChoiceCards,
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("areas") and not given.get("event"):
            self.add_error("areas", _("请勾选至少一个方面，或者写一句看到的情况。"))
        return given

    @property
    def words(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("period", "areas", "event", "done")}


class QuickForm(OnceForm):
    """快速上报: one minute, any member of staff."""

    grade = forms.TypedChoiceField(
        label=_("有多急"), coerce=lambda value: Grade(int(value)), choices=Grade.choices, widget=ChoiceCards
    )
    event = words_field(_("看到了什么"), hint=_("一两句就够。如果现在有危险，请先陪在学生身边，再打电话找人。"))

    @property
    def words(self) -> dict[str, Any]:
        return {"event": self.cleaned_data["event"]}


class PeerForm(OnceForm):
    """A classmate's worry, on a phone: whom, what was noticed, whether it cannot wait."""

    who = forms.ModelChoiceField(
        label=_("想请老师关心哪位同学"), queryset=Enrolment.objects.none(), empty_label=_("请选择")
    )
    noticed = forms.MultipleChoiceField(
        label=_("你留意到什么"), choices=PeerNotice.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    urgent = forms.BooleanField(label=_("我觉得现在就需要有老师去看看"), required=False)
    words = words_field(_("想补充的话（可以不写）"))

    def __init__(self, *args: Any, classmates: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["who"]
        field.queryset = classmates  # type: ignore[attr-defined]
        field.label_from_instance = lambda row: row.person.name  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("noticed") and not given.get("urgent") and not given.get("words"):
            self.add_error("noticed", _("请选一项你留意到的，或者写一句话。"))
        return given


class TalkForm(OnceForm):
    """想和老师聊聊: nothing has to be explained."""

    urgent = forms.ChoiceField(
        label=_("什么时候"),
        choices=[("", _("这几天，找个方便的时间")), ("1", _("今天就想，等不了"))],
        required=False,
        initial="",
        widget=ChoiceCards,
    )
    when = forms.CharField(label=_("哪个时间方便（可以不写）"), max_length=60, required=False)
    words = words_field(_("想先说几句吗（可以不写）"))


class StudentSearch(forms.Form):
    q = forms.CharField(label=_("姓名或学号"), max_length=40, required=False)


class QueueFilter(forms.Form):
    """The head of the queue."""

    q = forms.CharField(label=_("姓名或学号"), max_length=40, required=False)
    show = forms.ChoiceField(
        label=_("范围"),
        choices=[("open", _("未结束")), ("mine", _("我负责的")), ("ended", _("已结束")), ("all", _("全部"))],
        required=False,
    )
    urgency = forms.ChoiceField(label=_("紧急程度"), choices=[("", _("全部")), *Urgency.choices], required=False)
    source = forms.ChoiceField(label=_("来源"), choices=[("", _("全部")), *Source.choices], required=False)


class ReasonForm(forms.Form):
    reason = words_field(_("理由"), required=True, hint=_("只有心理教师看得到。"))


class HandOverForm(forms.Form):
    """To whom; the choices are those who can answer now."""

    to = forms.ChoiceField(label=_("交给谁"))

    def __init__(self, *args: Any, posts: Iterable[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.posts = {str(post.pk): post for post in posts}
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            (pk, f"{post.person.name} · {post.get_kind_display()} · {post.organisation.name}")
            for pk, post in self.posts.items()
        ]

    @property
    def post(self) -> Post:
        return self.posts[self.cleaned_data["to"]]


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(label=_("并入哪一条"), queryset=Signal.objects.none(), empty_label=None)

    def __init__(self, *args: Any, targets: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["into"]
        field.queryset = targets  # type: ignore[attr-defined]
        field.label_from_instance = (  # type: ignore[attr-defined]
            lambda row: f"{row.get_source_display()} · {row.get_urgency_display()} · {row.get_state_display()}"
        )


class DeferForm(forms.Form):
    until = forms.DateTimeField(label=_("改到什么时候"), widget=DateTimeInput)
    why = forms.ChoiceField(label=_("原因"), choices=DeferWhy.choices)


class SecondForm(forms.Form):
    """The second person's answer."""

    decision = forms.ChoiceField(
        label=_("您的意见"),
        choices=[("confirm", _("同意降级，现在生效")), ("refuse", _("不同意，退回重新判断"))],
        widget=ChoiceCards,
    )
    reason = words_field(_("说明"), hint=_("不同意时请写一句还要看什么。"))


class LevelForm(forms.Form):
    """Where the student stands, in the eyes of the person who talked with them."""

    level = forms.TypedChoiceField(label=_("等级"), coerce=int, widget=ChoiceCards)
    reason = words_field(
        _("理由"), rows=4, required=True, hint=_("写访谈中的依据和在场的保护因素。降级时复核人会看到这段说明。")
    )

    def __init__(self, *args: Any, levels: list[tuple[int, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = levels  # type: ignore[attr-defined]
