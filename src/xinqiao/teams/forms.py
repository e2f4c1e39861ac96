from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinqiao.documents.uploads import Clean, clean
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation
from xinqiao.teams.models import Meeting, Position, Seat, Team
from xinqiao.teams.rules import KINDS
from xinqiao.teams.selectors.seats import Candidate
from xinqiao.ui.forms import DateInput, DateTimeInput, ShortText

_NO_NAMES = _("写工作，不写学生的姓名和具体情况；学生的事写在个案记录里。")


class TeamForm(forms.Form):
    title = forms.CharField(label=_("队伍名称"), max_length=80)
    duties = forms.CharField(label=_("职责"), required=False, widget=ShortText(5), help_text=_("一行一条。"))
    meets_per_term = forms.IntegerField(
        label=_("每学期至少开会（次）"), min_value=0, max_value=60, help_text=_("不要求就填 0。")
    )

    def __init__(self, *args: Any, team: Team | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {"meets_per_term": 1}
        if team is not None:
            duties = "\n".join(team.duties)
            kwargs["initial"] = {"title": team.title, "duties": duties, "meets_per_term": team.meets_per_term}
        super().__init__(*args, **kwargs)

    @property
    def facts(self) -> dict[str, Any]:
        return {**self.cleaned_data, "duties": self.cleaned_data["duties"].splitlines()}


class PositionForm(forms.Form):
    title = forms.CharField(label=_("职位"), max_length=80, help_text=_("例如组长、副组长、成员、联络员。"))
    minimum = forms.IntegerField(label=_("至少几人"), min_value=0, max_value=500, initial=1)
    post = forms.ChoiceField(
        label=_("由什么岗位的人担任"), required=False, help_text=_("选了岗位，就只能由担任这个岗位的人来任职。")
    )
    profession = forms.CharField(label=_("专业要求"), max_length=80, required=False)
    credential = forms.CharField(
        label=_("资质要求"), max_length=80, required=False, help_text=_("写了以后，任命时必须登记看到的证书。")
    )

    def __init__(self, *args: Any, position: Position | None = None, **kwargs: Any) -> None:
        if position is not None:
            names = ("title", "minimum", "post", "profession", "credential")
            kwargs["initial"] = {name: getattr(position, name) for name in names}
        super().__init__(*args, **kwargs)
        kinds = [(kind.value, kind.label) for kind in KINDS]
        self.fields["post"].choices = [("", gettext("不限")), *kinds]  # type: ignore[attr-defined]


class SearchForm(forms.Form):
    search = forms.CharField(
        label=_("查找姓名或单位"), required=False, max_length=40, widget=forms.TextInput(attrs={"type": "search"})
    )


class SeatForm(forms.Form):
    """A person out of the candidates, or the fields of somebody from outside."""

    person = forms.ChoiceField(label=_("由谁任职"), required=False)
    name = forms.CharField(label=_("外部人员姓名"), max_length=64, required=False)
    workplace = forms.CharField(label=_("外部人员的单位"), max_length=80, required=False)
    phone = forms.CharField(
        label=_("外部人员的电话"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"data-secret": "", "inputmode": "tel"}),
        help_text=_("加密保存，只有维护这支队伍的人看得到。"),
    )  # fmt: skip
    profession = forms.CharField(label=_("专业或职业"), max_length=80, required=False)
    credential = forms.CharField(label=_("看到的证书和编号"), max_length=120, required=False)
    starts_on = forms.DateField(label=_("任职开始"), widget=DateInput())
    ends_on = forms.DateField(
        label=_("任职结束"), required=False, widget=DateInput(), help_text=_("从这一天起不再任职；没有期限就空着。")
    )

    def __init__(self, *args: Any, position: Position, candidates: Sequence[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(each.person.pk): each.person for each in candidates}
        words = [(str(each.person.pk), each.words) for each in candidates]
        empty = gettext("请选择") if position.post else gettext("外部人员（在下面填写）")
        self.fields["person"].choices = [("", empty), *words]  # type: ignore[attr-defined]
        if position.post:
            for name in ("name", "workplace", "phone"):
                del self.fields[name]
        self.fields["credential"].required = bool(position.credential)
        if position.credential:
            self.fields["credential"].help_text = gettext("这个职位要求：%(what)s。") % {"what": position.credential}
        if position.profession:
            self.fields["profession"].help_text = gettext("这个职位要求：%(what)s。") % {"what": position.profession}

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("person") and self.cleaned_data.get("name"):
            self.add_error("name", gettext("已经选了本单位的人，就不要再填外部人员的姓名。"))
        return self.cleaned_data

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name, "") for name in (*_SEAT, "name", "workplace", "phone")}

    @property
    def chosen(self) -> Any:
        """The person, or None for somebody from outside."""
        return self.people.get(self.cleaned_data["person"])


_SEAT = ("profession", "credential", "starts_on", "ends_on")


class UnseatForm(forms.Form):
    ends_on = forms.DateField(label=_("从哪天起不再任职"), widget=DateInput())


class LetterForm(forms.Form):
    number = forms.CharField(
        label=_("编号"), max_length=40, required=False, help_text=_("按本单位的发文编号填写；空着就自动编号。")
    )


class MeetingForm(forms.Form):
    held_at = forms.DateTimeField(label=_("时间"), widget=DateTimeInput())
    place = forms.CharField(label=_("地点"), max_length=80, required=False)
    agenda = forms.CharField(label=_("议题"), max_length=4000, widget=ShortText(5), help_text=_NO_NAMES)

    def __init__(self, *args: Any, meeting: Meeting | None = None, **kwargs: Any) -> None:
        if meeting is not None:
            began = timezone.localtime(meeting.held_at)
            kwargs["initial"] = {"held_at": began, "place": meeting.place, "agenda": meeting.agenda}
        super().__init__(*args, **kwargs)


class HoldForm(forms.Form):
    held_at = forms.DateTimeField(label=_("开会时间"), widget=DateTimeInput())
    attended = forms.ModelMultipleChoiceField(
        label=_("到会的人"), queryset=Seat.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    guests = forms.CharField(
        label=_("列席人员"), max_length=200, required=False, help_text=_("不在这支队伍里的人，写姓名和单位。")
    )

    def __init__(self, *args: Any, meeting: Meeting, seats: QuerySet[Seat], **kwargs: Any) -> None:
        began = timezone.localtime(meeting.held_at)
        there = list(meeting.attended.values_list("pk", flat=True))
        kwargs["initial"] = {"held_at": began, "attended": there, "guests": meeting.guests}
        super().__init__(*args, **kwargs)
        field: Any = self.fields["attended"]
        field.queryset = seats
        field.label_from_instance = lambda seat: f"{seat}（{seat.position.title}）"


class MinutesForm(forms.Form):
    minutes = forms.CharField(
        label=_("会议内容"), max_length=20000, required=False, widget=ShortText(10), help_text=_NO_NAMES
    )
    file = forms.FileField(
        label=_("签过字的纪要"), required=False, help_text=_("PDF、Word 或照片，不超过 20 MB。文字和附件至少有一样。")
    )

    def clean_file(self) -> Clean | None:
        upload: Any = self.cleaned_data["file"]
        if not upload:
            return None
        try:
            return clean(upload)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from None


class DecisionForm(forms.Form):
    words = forms.CharField(label=_("决定了什么"), max_length=300, widget=ShortText(2))
    unit = forms.ModelChoiceField(label=_("由谁完成"), queryset=Organisation.objects.none(), empty_label=None)
    due_on = forms.DateField(label=_("完成日期"), required=False, widget=DateInput(), help_text=_("没有期限就空着。"))

    def __init__(self, *args: Any, units: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["unit"]
        field.queryset = units
        field.label_from_instance = lambda node: node.name


class OutcomeForm(forms.Form):
    outcome = forms.CharField(label=_("怎样落实的"), max_length=300, widget=ShortText(2))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("取消的原因"), max_length=200)
