"""How every Django form looks: our field templates, our classes, native pickers. No field or rule lives here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

CONTROL_CLASS = {
    "checkbox": "form-check-input",
    "radio": "form-check-input",
    "select": "form-select",
    "selectmultiple": "form-select",
    "checkboxselectmultiple": "form-check-input",
    "radioselect": "form-check-input",
    "choicecards": "form-check-input",
    "range": "form-range",
    "color": "form-control form-control-color",
}


DJANGO_ROWS = "10"
"""What Django gives a text area that names no height: a third of a phone's screen too much."""


class StyledField(BoundField):
    """Gives the control its class and marks the field for the templates."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        built = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        if widget.is_hidden:
            return built
        wanted = CONTROL_CLASS.get(_kind(widget), "form-control")
        if self.errors:
            wanted += " is-invalid"
        if isinstance(widget, forms.Textarea) and str(widget.attrs.get("rows")) == DJANGO_ROWS:
            built["rows"] = "5"
        own = str(built.get("class") or widget.attrs.get("class") or "")
        built["class"] = f"{wanted} {own}".strip()
        return built

    @property
    def kind(self) -> str:
        return _kind(self.field.widget)

    @property
    def is_group(self) -> bool:
        """Several controls under one question: drawn as fieldset and legend."""
        return bool(self.field.widget.use_fieldset)


class Renderer(TemplatesSetting):
    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"
    bound_field_class = StyledField


def _kind(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, ChoiceCards):
        return "choicecards"
    for base in (forms.RadioSelect, forms.CheckboxSelectMultiple, forms.SelectMultiple, forms.Select, forms.Textarea):
        if isinstance(widget, base):
            return base.__name__.lower()
    return str(getattr(widget, "input_type", "") or type(widget).__name__.lower())


class DateInput(forms.DateInput):
    """The browser's own date picker; it only understands ISO dates, in every language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class ChoiceCards(forms.RadioSelect):
    """One choice out of a few, as large cards that a thumb hits."""

    option_template_name = "django/forms/widgets/choice_card_option.html"


class ShortText(forms.Textarea):
    """A text of a few lines."""

    def __init__(self, rows: int = 3, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": rows, **(attrs or {})})
