"""Every pair of colours that the style sheets put together reads at 4.5 : 1 or better (WCAG 2.2, 1.4.3)."""

import re
from pathlib import Path

import pytest

from xinqiao.ui import nav

THEME = (Path(nav.__file__).parent / "static" / "ui" / "theme.css").read_text()
PAIRS = [
    *[(fg, bg) for fg in ("ink", "quiet", "accent", "accent-deep") for bg in ("paper", "surface", "raised")],
    *[(f"{tone}-fg", f"{tone}-bg") for tone in ("neutral", "info", "good", "warn", "bad")],
    *[(f"level-{n}-fg", f"level-{n}-bg") for n in (2, 3, 4)],
    ("on-accent", "accent"),
    ("on-accent", "accent-deep"),
    ("on-danger", "danger"),
    ("on-danger", "danger-deep"),
    ("accent-deep", "accent-soft"),
    ("ink", "accent-soft"),
    ("good-fg", "surface"),
    ("warn-fg", "surface"),
    ("bad-fg", "surface"),
    ("ink", "neutral-bg"),
]


def block(selector):
    """The --xq colours of the rule whose selector list ends with ``selector``."""
    body = re.search(rf"{re.escape(selector)} \{{([^}}]*--xq-ink|[^}}]*--xq-paper)[^}}]*\}}", THEME).group()
    return dict(re.findall(r"--xq-([\w-]+): (#[0-9a-f]{6})", body))


LIGHT = block('[data-bs-theme="light"]')
DARK = block('[data-bs-theme="dark"]')
THEMES = {
    "light": LIGHT,
    "dark": DARK,
    "warm light": LIGHT | block('[data-bs-theme="light"] .warm'),
    "warm dark": DARK | block('[data-bs-theme="dark"] .warm'),
}


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("fg", "bg"), PAIRS)
def test_text_can_be_read(theme, fg, bg):
    colours = THEMES[theme]
    assert contrast(colours[fg], colours[bg]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_the_edges_of_controls_can_be_seen(theme):
    colours = THEMES[theme]
    assert contrast(colours["line-strong"], colours["surface"]) >= 3


def test_the_four_themes_are_four():
    assert len({theme["paper"] for theme in THEMES.values()}) == 4
