"""Lines over time: steps inside their frame, in every language a point between digits."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.template import engines
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.ui import lines

DAY = date(2026, 11, 23)
points = st.lists(st.tuples(st.integers(0, 400), st.floats(0, 1e6)), min_size=1, max_size=20).map(
    lambda rows: [(DAY + timedelta(days=day), value) for day, value in sorted(rows)]
)


@given(points, st.none() | st.floats(0, 1e6))
def test_everything_lies_inside(history, target):
    drawing = lines.chart(history, target=target)
    for mark in drawing.dots:
        assert 0 <= float(mark.x) <= drawing.width
        assert 0 <= float(mark.y) <= drawing.height
    assert (drawing.target == "") == (target is None)
    assert re.fullmatch(r"M[\d.]+ [\d.]+(H[\d.]+V[\d.]+)*", drawing.path)


def test_few_days_draw_no_spark():
    assert lines.spark([]) is None
    assert lines.spark([(DAY, 1.0)]) is None
    assert lines.spark([(DAY, 1.0), (DAY, 2.0)]) is None
    assert lines.chart([]) is None


@pytest.mark.parametrize(("high", "top"), [(0.7, "1"), (3, "5"), (37, "50"), (80, "100"), (100, "100"), (101, "200")])
def test_the_scale_ends_at_a_round_number(high, top):
    assert lines.chart([(DAY, 0.0), (DAY + timedelta(days=9), high)]).rows[-1].text == top


@pytest.mark.parametrize("language", ["zh-hans", "en", "de"])
def test_coordinates_are_no_words(language, settings):
    from django.utils import translation

    template = engines["django"].from_string(
        "{% load lines %}{% line_chart history caption='变化' target=33.3 %}{% spark history '在上升' %}"
    )
    history = [(DAY, 1.5), (DAY + timedelta(days=3), 2.25)]
    with translation.override(language):
        html = template.render({"history": history})
    assert 'role="img"' in html
    assert not re.search(r'(?:cx|cy|y1|d)="[^"]*,', html)
