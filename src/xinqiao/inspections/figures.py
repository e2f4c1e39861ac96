"""Figures of the house beside the items of a form. They help whoever scores; a person still scores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from xinqiao.indicators import registry, values
from xinqiao.inspections.rules import Form
from xinqiao.people.models import Organisation


def beside(form: Form, units: Sequence[Organisation], on: date) -> dict[int, dict[str, str]]:
    """unit id → item id → words such as “86.5%（记录，截至 2026-11-20）”; items without an indicator, and figures that
    nobody knows, are left out. Four queries for any number of units."""
    asked = {item.id: item.indicator for item in form.items if item.indicator in registry.known()}
    if not asked or not units:
        return {unit.pk: {} for unit in units}
    found = values.figures(units, [(code, {}) for code in sorted(set(asked.values()))], on)
    keys = {code: values.key(registry.get(code), {}) for code in asked.values()}
    return {
        unit.pk: {
            item: words
            for item, code in asked.items()
            if (words := _words(registry.get(code), found[unit.pk, code, keys[code]]))
        }
        for unit in units
    }


def _words(indicator: registry.Indicator, figure: values.Figure) -> str:
    facts = {"title": indicator.title, "on": figure.made_on.isoformat() if figure.made_on else ""}
    if figure.hidden:
        return _("%(title)s：人数少，不显示") % facts
    if figure.value is None:
        return ""
    said = f"{figure.value:.4g}{indicator.unit}"
    if figure.source == "reported":
        return _("%(title)s：%(said)s（填报，%(on)s）") % {**facts, "said": said}
    return _("%(title)s：%(said)s（系统记录，截至 %(on)s）") % {**facts, "said": said}
