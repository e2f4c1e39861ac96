"""Members of staff, posts, accounts, duty."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.people.enums import Sex
from xinqiao.people.models import Organisation
from xinqiao.registry.rules import MOST_WEEKS
from xinqiao.registry.services.appointing import Particulars
from xinqiao.ui.forms import ChoiceCards, DateInput, DateTimeInput

_PHONE = forms.TextInput({"inputmode": "tel", "autocomplete": "off", "data-secret": ""})


class StaffFilter(forms.Form):
    words = forms.CharField(label=_("姓名或用户名"), max_length=40, required=False)
    kind = forms.ChoiceField(label=_("岗位"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.value, kind.label) for kind in PostKind if kind != PostKind.PEER_REP]
        self.fields["kind"].choices = [("", _("全部")), *kinds, ("none", _("现在没有岗位"))]  # type: ignore[attr-defined]


class StaffForm(forms.Form):
    """A new member of staff."""

    keeper = forms.ModelChoiceField(label=_("所属单位"), queryset=Organisation.objects.none(), empty_label=None)
    name = forms.CharField(label=_("姓名"), max_length=64)
    sex = forms.ChoiceField(label=_("性别"), choices=Sex, required=False, widget=ChoiceCards, initial="")
    phone = forms.CharField(
        label=_("手机"),
        max_length=30,
        required=False,
        widget=_PHONE,
        help_text=_("可不填。加密保存，只在需要联系时使用。"),
    )
    another = forms.BooleanField(label=_("确实是另一位同名的人"), required=False)

    def __init__(self, keepers: QuerySet[Organisation], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keeper"].queryset = keepers  # type: ignore[attr-defined]

    def particulars(self) -> Particulars:
        data = self.cleaned_data
        return Particulars(name=data["name"], sex=data["sex"], phone=data["phone"])


class StaffEditForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=64)
    sex = forms.ChoiceField(label=_("性别"), choices=Sex, required=False, widget=ChoiceCards)
    phone = forms.CharField(
        label=_("新的手机号"), max_length=30, required=False, widget=_PHONE, help_text=_("不填表示不改。")
    )

    def particulars(self) -> Particulars:
        data = self.cleaned_data
        return Particulars(name=data["name"], sex=data["sex"], phone=data["phone"] or None)


class PostForm(forms.Form):
    """A post at one organisation."""

    kind = forms.ChoiceField(label=_("岗位"), widget=ChoiceCards)
    starts_on = forms.DateField(label=_("从哪天起"), widget=DateInput)
    ends_on = forms.DateField(
        label=_("到哪天为止"), widget=DateInput, required=False, help_text=_("这一天起不再担任。没有期限可以不填。")
    )

    def __init__(self, kinds: tuple[PostKind, ...], *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = on


class WhereForm(forms.Form):
    """At which organisation; the page then offers the posts that fit there."""

    organisation = forms.TypedChoiceField(label=_("在哪里任职"), coerce=int)

    def __init__(self, choices: list[tuple[int, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = choices  # type: ignore[attr-defined]


class EndPostForm(forms.Form):
    ends_on = forms.DateField(
        label=_("从哪天起不再担任"), widget=DateInput, help_text=_("最早今天。从这一天起，看不到原来能看到的内容。")
    )


class AccountForm(forms.Form):
    username = forms.CharField(
        label=_("用户名"),
        max_length=32,
        help_text=_("小写字母开头，例如姓名拼音。不要用手机号或身份证号。"),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )


class PeerForm(forms.Form):
    """A peer rep of one class."""

    person = forms.TypedChoiceField(label=_("学生姓名"), coerce=int)
    starts_on = forms.DateField(label=_("从哪天起"), widget=DateInput)
    ends_on = forms.DateField(label=_("到哪天为止"), widget=DateInput, required=False)

    def __init__(self, students: list[tuple[int, str]], *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", _("请选择")), *students]  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = on


class TurnForm(forms.Form):
    """One duty turn, perhaps repeated weekly."""

    post = forms.TypedChoiceField(label=_("谁值班"), coerce=int)
    starts_at = forms.DateTimeField(label=_("开始"), widget=DateTimeInput)
    ends_at = forms.DateTimeField(label=_("结束"), widget=DateTimeInput)
    weeks = forms.IntegerField(
        label=_("每周重复几次"),
        min_value=1,
        max_value=MOST_WEEKS,
        initial=1,
        help_text=_("1 表示只有这一次；填 4 表示连续四周的同一时间。"),
    )

    def __init__(self, posts: QuerySet[Post], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.posts = {post.pk: post for post in posts}
        self.fields["post"].choices = [  # type: ignore[attr-defined]
            (post.pk, f"{post.person.name}（{post.get_kind_display()}）") for post in self.posts.values()
        ]

    def chosen(self) -> Post:
        """The chosen post, after validation."""
        return self.posts[self.cleaned_data["post"]]
