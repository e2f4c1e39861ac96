"""Forms of one task: handing in, reviewing, passing on, more time."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

from xinqiao.access.models import Post
from xinqiao.plans.models import Task
from xinqiao.ui.forms import DateInput, ShortText

LINKS = 3
PICTURES = "image/*"
FILES = ".pdf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,.wps,.txt,.csv,.mp3,.m4a,.mp4,image/*"


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Several uploads in one field; cleaned to a list."""

    def __init__(self, *, accept: str, **options: Any) -> None:
        super().__init__(widget=ManyFilesInput(attrs={"accept": accept}), required=False, **options)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        uploads = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [upload for upload in uploads if upload]


class HandInForm(forms.Form):
    """``task.needs`` says what is asked for; files that are there already are kept on the task, not in the form."""

    text = forms.CharField(label=_("做了什么"), required=False, widget=ShortText(6))
    pictures = ManyFiles(label=_("照片"), accept=PICTURES, help_text=_("可以一次选几张。拍摄地点等信息会自动去掉。"))
    people_agree = forms.BooleanField(label=_("照片中能认出的人都已同意"), required=False)
    files = ManyFiles(  # type: ignore[assignment]  # the field, not what a form was sent
        label=_("文件"), accept=FILES, help_text=_("PDF、Word、Excel、PPT 等，每个不超过 20 MB。")
    )

    def __init__(self, *args: Any, task: Task, host: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.host, needs = host, task.needs
        if needs.get("pictures"):
            self.fields["pictures"].label = _("照片（至少 %(n)d 张）") % {"n": needs["pictures"]}
        if needs.get("files"):
            self.fields["files"].label = _("文件（至少 %(n)d 个）") % {"n": needs["files"]}
        if not needs.get("text", True):
            self.fields["text"].label = _("说明（可不填）")
        for n in range(1, LINKS + 1):
            self.fields[f"label{n}"] = forms.CharField(
                label=_("记录名称"),
                required=False,
                max_length=120,
                widget=forms.TextInput({"placeholder": _("例如：本学期活动记录")}),
            )
            self.fields[f"url{n}"] = forms.CharField(
                label=_("页面地址"),
                required=False,
                max_length=300,
                widget=forms.TextInput({"placeholder": "/…", "inputmode": "url"}),
            )

    @property
    def link_fields(self) -> list[tuple[Any, Any]]:
        return [(self[f"label{n}"], self[f"url{n}"]) for n in range(1, LINKS + 1)]

    @property
    def has_links(self) -> bool:
        """Whether something stands in the link fields."""
        return any(bound.value() for pair in self.link_fields for bound in pair)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("pictures") and not data.get("people_agree"):
            self.add_error(
                "people_agree", _("请确认照片里能认出的人都同意，再上传照片。没有同意的，请换一张看不清面容的。")
            )
        data["links"] = [link for n in range(1, LINKS + 1) if (link := self._link(n, data))]
        return data

    def _link(self, n: int, data: dict[str, Any]) -> tuple[str, str] | None:
        """(label, path inside the house); addresses copied whole from the browser lose their host."""
        label, typed = data.get(f"label{n}", "").strip(), data.get(f"url{n}", "").strip()
        if not typed:
            if label:
                self.add_error(f"url{n}", _("请填这条记录的页面地址，可以从浏览器地址栏复制。"))
            return None
        parts = urlsplit(typed)
        if parts.netloc and parts.netloc != self.host:
            self.add_error(f"url{n}", _("这不是本系统的页面。校外的内容请截图或下载后作为文件上传。"))
            return None
        try:
            resolve(parts.path)
        except Resolver404:
            self.add_error(f"url{n}", _("本系统里没有这个页面，请打开那个页面，再从地址栏复制。"))
            return None
        return label or parts.path, parts.path + (f"?{parts.query}" if parts.query else "")


class ReviewForm(forms.Form):
    words = forms.CharField(
        label=_("给对方的话"), required=False, widget=ShortText(3), max_length=2000,
        help_text=_("退回时请写明还缺什么；通过时可以不填。"),
    )  # fmt: skip


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("原因"), max_length=300, widget=ShortText(2))


class DatedReasonForm(ReasonForm):
    due_on = forms.DateField(label=_("新的截止日期"), widget=DateInput())


class ReopenForm(ReasonForm):
    due_on = forms.DateField(
        label=_("新的截止日期"), required=False, widget=DateInput(), help_text=_("不填则保持原来的日期。")
    )


class PostChoice(forms.ModelChoiceField):
    def label_from_instance(self, post: Post) -> str:
        return f"{post.person.name}（{post.get_kind_display()}）"


class HandOnForm(forms.Form):
    to = PostChoice(label=_("交给谁"), queryset=Post.objects.none(), empty_label=None)

    def __init__(self, *args: Any, posts: list[Post], **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = Post.objects.filter(pk__in=[post.pk for post in posts]).select_related("person", "organisation")
        self.fields["to"].queryset = chosen  # type: ignore[attr-defined]
