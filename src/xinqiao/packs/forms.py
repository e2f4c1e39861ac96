"""What is typed around packs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinqiao.packs.core import checks, read
from xinqiao.people.enums import OrganisationKind
from xinqiao.people.models import Organisation
from xinqiao.ui.forms import ChoiceCards, ShortText

SHELVES = [("", _("可以使用")), ("desk", _("草稿与待审核")), ("withdrawn", _("已撤下"))]
KINDS = [
    (kind.value, kind.label)
    for kind in OrganisationKind
    if kind not in (OrganisationKind.GRADE, OrganisationKind.CLASS)
]


class LibraryFilter(forms.Form):
    q = forms.CharField(label=_("搜索"), required=False, max_length=60)
    kind = forms.ChoiceField(label=_("适用单位"), required=False, choices=[("", _("全部")), *KINDS])
    shelf = forms.CharField(required=False, widget=forms.HiddenInput)


class OwnerForm(forms.Form):
    """For whom something is written; asked only when there is a choice."""

    owner = forms.ModelChoiceField(Organisation.objects.none(), label=_("归属单位"), empty_label=None)

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: forms.ModelChoiceField = self.fields["owner"]  # type: ignore[assignment]
        field.queryset = places
        self.initial.setdefault("owner", places.first())
        if places.count() < 2:
            field.widget = forms.HiddenInput()


class CopyForm(OwnerForm):
    way = forms.ChoiceField(
        label=_("怎样复制"),
        choices=[
            ("derive", _("只写不同：母方案的更正会继续送到，你只维护改动的部分")),
            ("whole", _("整份复制：从此各自独立，全部由你维护")),
        ],
        widget=ChoiceCards,
        initial="derive",
    )
    title = forms.CharField(label=_("新方案的名称"), max_length=120)
    name = forms.CharField(
        label=_("新方案的编号"), max_length=40, help_text=_("小写字母、数字和短横线，例如 p14-county")
    )

    field_order = ["way", "title", "name", "owner"]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip().lower()
        if not checks.schema.matches(checks.schema.document()["$defs"]["id"]["pattern"], name):
            raise forms.ValidationError(gettext("编号只用小写字母、数字和短横线，例如 p14-county。"))
        return name


class ImportForm(OwnerForm):
    file = forms.FileField(label=_("方案文件"), help_text=_("YAML 文件（.yaml），1 MB 以内"))

    field_order = ["file", "owner"]

    def clean_file(self) -> str:
        """The text of the file."""
        upload = self.cleaned_data["file"]
        if upload.size > read.MAX_BYTES:
            raise forms.ValidationError(gettext("文件超过 1 MB，不像是方案。请检查是否选错了文件。"))
        try:
            return str(upload.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(gettext("文件不是 UTF-8 编码的文字。请用 UTF-8 另存后再试。")) from error


class WordsForm(forms.Form):
    words = forms.CharField(label=_("说明"), max_length=300, widget=ShortText())
