"""The asset builder finds the icons in use, refuses unknown ones, and the built files are self-contained."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def builder():
    spec = importlib.util.spec_from_file_location("build_assets", ROOT / "scripts" / "build_assets.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_icons_are_found_in_templates_and_python(builder, tmp_path):
    (tmp_path / "a.html").write_text('{% icon "bell" %}{% stat "x" 1 icon="clock" %}')
    (tmp_path / "b.py").write_text('NavItem(icon="users")\n{"icon": "home"}')
    assert set(builder.used_icons(tmp_path)) == {"bell", "clock", "users", "home"}


def test_everything_in_use_is_built(builder):
    sprite = (builder.VENDOR / "icons.svg").read_text()
    missing = [name for name in builder.used_icons() if f'id="{name}"' not in sprite]
    assert not missing, "python scripts/build_assets.py"


def test_the_built_style_sheet_asks_nobody(builder):
    sheet = (builder.VENDOR / "tabler.min.css").read_text()
    assert "sourceMappingURL" not in sheet
    assert "url(http" not in sheet
    assert "@import" not in sheet
    assert "light-dark(" not in sheet, "Chromium 109 on Windows 7 cannot read it"


def test_an_unknown_icon_is_refused_with_its_neighbours(builder):
    if not builder.MODULES.exists():
        pytest.skip("built from a package without node_modules")
    with pytest.raises(builder.BuildError, match="bell"):
        builder.sprite(["bel"], {"bel": "x.html"})


def test_the_lock_names_no_registry(builder):
    lock = (builder.ASSETS / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert '"integrity"' in lock


def test_the_fonts_and_their_licence_are_there(builder):
    for name in builder.FONT_FILES:
        assert (builder.FONTS / name).stat().st_size > 1000
