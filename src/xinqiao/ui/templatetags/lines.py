"""Lines over time: ``{% load lines %}``. An unknown argument is a compile error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template

from xinqiao.ui import lines

register = template.Library()


@register.inclusion_tag("ui/components/spark.html")
def spark(points: Sequence[lines.Point], label: str) -> dict[str, Any]:
    """A line the size of a word; ``label`` says the same in words. Nothing is drawn of fewer than two days."""
    return {"drawing": lines.spark(points), "label": label}


@register.inclusion_tag("ui/components/line_chart.html")
def line_chart(
    points: Sequence[lines.Point],
    caption: str,
    unit: str = "",
    target: float | None = None,
    target_label: str = "",
    most: float | None = None,
) -> dict[str, Any]:
    """Values over time as steps, with the target as a dashed line; ``caption`` is read aloud."""
    return {
        "drawing": lines.chart(points, target=target, unit=unit, most=most),
        "caption": caption,
        "target_label": target_label,
    }
