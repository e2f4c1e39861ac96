#!/usr/bin/env python
"""Draw every component, look at it in Chromium and let axe check it.

    python scripts/gallery.py [FOLDER]     default: a new temporary folder

Writes pages, 1280×800 and 390×844 pictures in light and dark, and exits 1 when axe finds a fault or the browser
reports an error or a breach of the content security policy. Needs Chromium (Debian: apt-get install chromium).
"""

from __future__ import annotations

import functools
import http.server
import shutil
import sys
import tempfile
import threading
from pathlib import Path

import django
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "scripts" / "gallery_pages"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'"
    "; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def configure() -> None:
    settings.configure(
        SECRET_KEY="gallery",
        INSTALLED_APPS=["xinqiao.ui", "django.forms", "django.contrib.staticfiles", "django_htmx"],
        STATIC_URL="/static/",
        USE_TZ=True,
        TIME_ZONE="Asia/Shanghai",
        LANGUAGE_CODE="zh-hans",
        LANGUAGES=[("zh-hans", "中文"), ("en", "English")],
        FORM_RENDERER="xinqiao.ui.forms.Renderer",
        ROOT_URLCONF="gallery_urls",
        LOGIN_URL="/login/",
        IDLE_SECONDS={"staff": 1200},
        XINQIAO_HELP_LINES=[
            ("心理辅导室", "博学楼 203，每天 12:00–13:30、16:30–18:00"),
            ("可信任的大人", "班主任、心理老师，或家里你愿意说的人"),
            ("心理援助热线", "12356"),
            ("青少年服务台", "12355"),
            ("报警 / 急救", "110 / 120"),
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [str(TEMPLATES)],
                "APP_DIRS": True,
                "OPTIONS": {
                    "builtins": ["xinqiao.ui.templatetags.ui"],
                    "context_processors": [
                        "django.template.context_processors.request",
                        "xinqiao.ui.context.shell",
                    ],
                },
            }
        ],
    )
    _fake_urls()
    django.setup()


def _fake_urls() -> None:
    """A module of addresses, so that menus and account links have somewhere to point."""
    from types import ModuleType  # noqa: PLC0415 - before django.setup() nothing of Django may be imported above

    from django.urls import path  # noqa: PLC0415

    def nothing(request: object) -> None: ...

    names = ["home", "signals", "cases", "screening", "rosters", "set_language", "account_logout", "mfa_index"]
    module = ModuleType("gallery_urls")
    module.urlpatterns = [path("" if name == "home" else f"{name}/", nothing, name=name) for name in names]
    sys.modules["gallery_urls"] = module


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None: ...

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CSP)
        super().end_headers()


def write_pages(folder: Path) -> list[str]:
    """Draw every page of scripts/gallery_pages and the error pages into ``folder``; returns their names."""
    from django.template.loader import render_to_string  # noqa: PLC0415
    from django.test import RequestFactory  # noqa: PLC0415
    from gallery_pages.samples import ACTOR, MENU, context  # noqa: PLC0415

    from xinqiao.ui import nav  # noqa: PLC0415

    for order, (name, label, look_of) in enumerate(MENU):
        badge = (lambda _request: 7) if name == "signals" else None
        nav.register(nav.NavItem(name, label, name, look_of["icon"], order, badge=badge))
    pages = sorted(path.stem for path in TEMPLATES.glob("*.html"))
    for page in pages:
        request = RequestFactory().get("/signals/")
        request.actor = None if page == "login" else ACTOR
        (folder / f"{page}.html").write_text(render_to_string(f"{page}.html", context(), request=request))
    for error in ("403", "404", "500"):
        (folder / f"{error}.html").write_text(render_to_string(f"{error}.html", {"status": error}))
    return [*pages, "403", "404", "500"]


def write_assets(folder: Path) -> None:
    """Style sheets and scripts as they are, and a sprite that also has the icons of the samples."""
    import build_assets  # noqa: PLC0415
    import django_htmx  # noqa: PLC0415

    for source in (ROOT / "src/xinqiao/ui/static", Path(django_htmx.__file__).parent / "static"):
        shutil.copytree(source, folder / "static", dirs_exist_ok=True)
    used = build_assets.used_icons() | build_assets.used_icons(TEMPLATES)
    (folder / "static/vendor/icons.svg").write_text(build_assets.sprite(sorted(used), used))


def look(folder: Path, pages: list[str], port: int) -> list[str]:
    """Take the pictures; every complaint of axe or the browser comes back as one line."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    faults: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_ARGUMENTS)
        for device, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                tab = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=False
                ).new_page()
                tab.on("console", lambda m: faults.append(f"console: {m.text}") if m.type == "error" else None)
                tab.on("pageerror", lambda e: faults.append(f"script: {e}"))
                for page in pages:
                    where = f"{page} {device} {scheme}"
                    tab.goto(f"http://127.0.0.1:{port}/{page}.html", wait_until="networkidle")
                    tab.screenshot(path=folder / f"{page}-{device}-{scheme}.png", full_page=True)
                    if tab.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
                        faults.append(f"{where}: the page scrolls sideways")
                    for fault in Axe().run(tab).response["violations"]:
                        nodes = "; ".join(f"{n['target']} {n['failureSummary'][:200]}" for n in fault["nodes"][:4])
                        faults.append(f"{where}: {fault['id']}, {len(fault['nodes'])} times: {nodes}")
                tab.context.close()
        browser.close()
    return faults


def main() -> int:
    configure()
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="gallery-"))
    folder.mkdir(parents=True, exist_ok=True)
    pages = write_pages(folder)
    write_assets(folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    faults = look(folder, pages, server.server_port)
    server.shutdown()
    print(f"{len(pages)} pages in {folder}")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
