"""Recording answers that came on paper or by word of mouth, taking one back, publishing a text."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinqiao.access.enums import ConsentForm, ConsentParty, Purpose, WithdrawChannel
from xinqiao.access.selectors.register import Line
from xinqiao.access.services.consents import PaperAnswer, Signature
from xinqiao.people.enums import Relation
from xinqiao.people.models import Guardianship
from xinqiao.ui.forms import ChoiceCards, ShortText

_OTHER = "other"
_YES_NO = [("", _("未交")), ("yes", _("同意")), ("no", _("不同意"))]


class PurposeForm(forms.Form):
    purpose = forms.ChoiceField(label=_("事项"), choices=Purpose, required=False)


class PaperForm(forms.Form):
    """A class's paper slips. Per student: answer, and for guardians who signed."""

    def __init__(self, lines: list[Line], party: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.party = ConsentParty(party)
        self.lines = [line for line in lines if line.says(party) is None and line.state != "no"]
        for line in self.lines:
            self._add_line(line)

    def _add_line(self, line: Line) -> None:
        name, pk = line.person.name, line.person.pk
        self.fields[f"answer_{pk}"] = forms.ChoiceField(
            label=_("%(name)s 的答复") % {"name": name}, choices=_YES_NO, required=False
        )
        if self.party == ConsentParty.GUARDIAN:
            known = [(str(g.guardian_id), f"{g.guardian.name}（{g.get_relation_display()}）") for g in line.guardians]
            self.fields[f"signer_{pk}"] = forms.ChoiceField(
                label=_("%(name)s 的签字人") % {"name": name}, choices=[*known, (_OTHER, _("其他人"))], required=False
            )
            self.fields[f"name_{pk}"] = forms.CharField(
                label=_("%(name)s 的签字人姓名") % {"name": name}, max_length=64, required=False
            )

    def rows(self) -> list[dict[str, Any]]:
        """For the table: line and its bound fields."""
        return [
            {
                "line": line,
                "answer": self[f"answer_{line.person.pk}"],
                "signer": self[f"signer_{line.person.pk}"] if self.party == ConsentParty.GUARDIAN else None,
                "name": self[f"name_{line.person.pk}"] if self.party == ConsentParty.GUARDIAN else None,
            }
            for line in self.lines
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for line in self.lines:
            pk = line.person.pk
            if self.party == ConsentParty.GUARDIAN and cleaned.get(f"answer_{pk}"):
                if cleaned.get(f"signer_{pk}") == _OTHER and not cleaned.get(f"name_{pk}"):
                    self.add_error(f"name_{pk}", _("请填写签字人姓名。"))
        return cleaned

    def answers(self) -> list[PaperAnswer]:
        found = []
        for line in self.lines:
            pk = line.person.pk
            answer = self.cleaned_data.get(f"answer_{pk}")
            if answer:
                signer = self.cleaned_data.get(f"signer_{pk}")
                guardian = next((g.guardian for g in line.guardians if str(g.guardian_id) == signer), None)
                signature = Signature(
                    party=self.party,
                    form=ConsentForm.PAPER,
                    given_by=guardian,
                    signed_name=self.cleaned_data.get(f"name_{pk}", ""),
                )
                found.append(PaperAnswer(line.person, answer == "yes", signature))
        return found


class AnswerForm(forms.Form):
    """One answer of one person, recorded by staff."""

    purpose = forms.ChoiceField(label=_("事项"), choices=Purpose)
    party = forms.ChoiceField(label=_("谁的答复"), choices=ConsentParty)
    answer = forms.ChoiceField(label=_("答复"), choices=_YES_NO[1:], widget=ChoiceCards)
    form = forms.ChoiceField(
        label=_("方式"), choices=[(kind.value, kind.label) for kind in (ConsentForm.PAPER, ConsentForm.VERBAL)]
    )
    given_by = forms.ModelChoiceField(
        label=_("监护人"), queryset=Guardianship.objects.none(), required=False, empty_label=_("其他人（填写姓名）")
    )
    signed_name = forms.CharField(
        label=_("其他签字人姓名"), max_length=64, required=False, help_text=_("监护人不在名单里时填写")
    )
    relation = forms.ChoiceField(label=_("与学生关系"), choices=[("", "—"), *Relation.choices], required=False)
    witness = forms.CharField(
        label=_("见证人"), max_length=64, required=False, help_text=_("口头答复时填写在场见证的老师")
    )
    scope = forms.CharField(
        label=_("向谁提供哪些内容"),
        max_length=120,
        required=False,
        help_text=_("只在“向校外机构提供信息”时填写，一家机构一份"),
    )

    def __init__(self, guardians: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["given_by"]
        field.queryset = guardians  # type: ignore[attr-defined]
        field.label_from_instance = (  # type: ignore[attr-defined]
            lambda g: f"{g.guardian.name}（{g.get_relation_display()}）"
        )

    def signature(self) -> Signature:
        data = self.cleaned_data
        guardianship = data["given_by"] if data["party"] == ConsentParty.GUARDIAN else None
        return Signature(
            party=ConsentParty(data["party"]),
            form=ConsentForm(data["form"]),
            given_by=guardianship.guardian if guardianship else None,
            signed_name=data["signed_name"],
            relation=data["relation"],
            witness=data["witness"],
            scope=data["scope"],
        )


class WithdrawForm(forms.Form):
    channel = forms.ChoiceField(
        label=_("怎样提出的"),
        choices=[
            (kind.value, kind.label)
            for kind in (WithdrawChannel.PAPER, WithdrawChannel.PHONE, WithdrawChannel.IN_PERSON)
        ],
    )


class TextForm(forms.Form):
    title = forms.CharField(label=_("标题"), max_length=120)
    body = forms.CharField(
        label=_("正文"), help_text=_("一段一行；以“## ”开头的一行是小标题。"), widget=ShortText(rows=18)
    )
    asks_again = forms.BooleanField(
        label=_("内容有实质变化，请大家重新答复"),
        required=False,
        help_text=_("只改错字或说法时不要勾选。勾选后，按旧文本的同意不再有效，不同意仍然有效。"),
    )
