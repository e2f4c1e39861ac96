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
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import django
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
CHROMIUM_ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


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
        HELP_LINES=[
            ("心理辅导室", "博学楼 203，每天 12:00–13:30、16:30–18:00"),
            ("可信任的大人", "班主任、心理老师，或家里你愿意说的人"),
            ("心理援助热线", "12356"),
            ("青少年服务台", "12355"),
            ("报警 / 急救", "110 / 120"),
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [str(ROOT / "scripts" / "gallery")],
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


def context() -> dict[str, object]:
    from django import forms  # noqa: PLC0415
    from django.core.paginator import Paginator  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from xinqiao.ui import forms as widgets  # noqa: PLC0415
    from xinqiao.ui.charts import Bar  # noqa: PLC0415

    now = datetime(2026, 11, 23, 14, 5, tzinfo=timezone.get_default_timezone())

    class Observation(forms.Form):
        student = forms.CharField(label="同学姓名", help_text="可以只写姓，系统会帮您找。")
        seen_on = forms.DateField(label="看到的日期", widget=widgets.DateInput)
        area = forms.ChoiceField(
            label="哪方面有变化",
            choices=[("mood", "情绪"), ("sleep", "睡眠"), ("peer", "同伴关系")],
            widget=widgets.ChoiceCards,
        )
        more = forms.MultipleChoiceField(
            label="还注意到",
            required=False,
            choices=[("a", "上课走神"), ("b", "不愿说话"), ("c", "常请病假")],
            widget=forms.CheckboxSelectMultiple,
        )
        grade = forms.ChoiceField(label="年级", choices=[("7", "七年级"), ("8", "八年级")])
        words = forms.CharField(label="具体看到了什么", widget=forms.Textarea, help_text="写看到的事，不写判断。")
        paper = forms.FileField(label="附件", required=False)
        told = forms.BooleanField(label="已经和家长联系过", required=False)

    class Filter(forms.Form):
        q = forms.CharField(label="姓名或学号", required=False)
        grade = forms.ChoiceField(label="年级", choices=[("", "全部"), ("7", "七年级")], required=False)
        mine = forms.BooleanField(label="只看我负责的", required=False)

    faulty = Observation({"student": "", "seen_on": "2026-13-40", "area": "", "words": "上课时趴着"})
    faulty.add_error(None, "这位同学不在您现在的班级里，请核对后再提交。")
    long_name = "阿卜杜热合曼·买买提吐尔逊江·努尔艾合麦提"
    rows = [
        SimpleNamespace(name=long_name if i == 1 else "陈禾", level=i % 5, due=now + timedelta(hours=(i - 2) * 7))
        for i in range(6)
    ]
    return {
        "at": now,
        "faulty": faulty,
        "form": Observation(),
        "filter_form": Filter({"q": "陈"}),
        "rows": rows,
        "page": Paginator(range(431), 20).page(7),
        "long_name": long_name,
        "due": {
            "ok": now + timedelta(days=3),
            "soon": now + timedelta(minutes=95),
            "late": now - timedelta(hours=3, minutes=5),
        },
        "tabs": [
            {"label": "概况", "url": "#a", "current": True},
            {"label": "随访", "url": "#b", "badge": 3, "icon": "calendar-event"},
            {"label": "谁看过", "url": "#c"},
        ],
        "facts": [("班级", "七年级(1)班"), ("学号", "20260012"), ("监护人", ""), ("建档", "2026年9月12日")],
        "events": [
            {"at": now - timedelta(hours=2), "title": "谈话完成", "who": "林老师", "tone": "good", "icon": "message",
             "text": "同学愿意继续来，约定下周二中午。"},
            {"at": now - timedelta(days=1), "title": "班主任提醒", "who": "王老师", "icon": "bell"},
            {"at": now - timedelta(days=40), "title": "错过一次约定", "tone": "warn"},
        ],
        "bars": [
            Bar("七年级", 42, tone="good"),
            Bar("八年级", 17, tone="warn"),
            Bar("九年级", None, shown="<10"),
            Bar("国际部（名称特别特别长的一个年级）", 0),
        ],
        "messages": [SimpleNamespace(level_tag="success", __str__=lambda self: "")] and [],
    }


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None: ...

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CSP)
        super().end_headers()


def write_pages(folder: Path) -> list[str]:
    from django.template.loader import render_to_string  # noqa: PLC0415
    from django.test import RequestFactory  # noqa: PLC0415

    from xinqiao.ui import nav  # noqa: PLC0415

    for order, (name, label, icon) in enumerate(
        [("home", "今天", "home"), ("signals", "预警与谈话", "bell"), ("cases", "个案", "folder-heart"),
         ("screening", "测评", "clipboard-list"), ("rosters", "名册", "users")]
    ):
        badge = (lambda request: 7) if name == "signals" else None
        nav.register(nav.NavItem(name, label, name, icon, order, badge=badge))
    actor = SimpleNamespace(
        name="林知夏", role_label="心理教师 · 青禾区实验中学", kind="staff", may=lambda action: True,
        organisation_name="青禾区教育局 · 青禾区实验中学（南校区）",
    )
    pages = sorted(path.stem for path in (ROOT / "scripts" / "gallery").glob("*.html"))
    for page in pages:
        request = RequestFactory().get("/signals/")
        request.actor = None if page in {"login"} else actor
        if page in {"login", "student"}:
            request.idle_seconds = 0
        (folder / f"{page}.html").write_text(render_to_string(f"{page}.html", context(), request=request))
    for error in ("403", "404", "500"):
        (folder / f"{error}.html").write_text(render_to_string(f"{error}.html", {"status": error}))
    shutil.copytree(ROOT / "src/xinqiao/ui/static", folder / "static", dirs_exist_ok=True)
    sys.path.insert(0, str(ROOT / "scripts"))
    import build_assets  # noqa: PLC0415

    used = {name: "gallery" for path in (ROOT / "scripts/gallery").glob("*.html")
            for pattern in (build_assets.ICON_IN_TEMPLATE, build_assets.ICON_ARGUMENT)
            for name in pattern.findall(path.read_text())} | build_assets.used_icons()
    used |= dict.fromkeys(["home", "bell", "folder-heart", "clipboard-list", "message"], "gallery")
    (folder / "static/vendor/icons.svg").write_text(build_assets.sprite(sorted(used), used))
    import django_htmx  # noqa: PLC0415

    shutil.copytree(Path(django_htmx.__file__).parent / "static", folder / "static", dirs_exist_ok=True)
    return [*pages, "403", "404", "500"]


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
                        nodes = "; ".join(f"{n['target']} {n.get('failureSummary', '')[:200]}" for n in fault["nodes"][:4])
                        faults.append(f"{where}: {fault['id']} ×{len(fault['nodes'])} {nodes}")
                tab.context.close()
        browser.close()
    return faults


def main() -> int:
    configure()
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="gallery-"))
    folder.mkdir(parents=True, exist_ok=True)
    pages = write_pages(folder)
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
