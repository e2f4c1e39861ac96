"""Frames: strict about code in pages, complete without a menu, and the same for everybody who waits at the door."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from xinqiao.ui import errors, nav, slots
from xinqiao.ui.context import shell

from .pages import draw

UI = Path(nav.__file__).parent
FRAMES = ["staff", "phone", "login", "print"]


def teacher(**fields):
    return SimpleNamespace(name="林知夏", role_label="心理教师", kind="staff", may=lambda _: True, **fields)


def page(frame, actor=None):
    """A page of the frame; ``extends`` must come first, so the tags are not loaded here."""
    request = RequestFactory().get("/")
    request.actor = actor
    source = f'{{% extends "ui/{frame}.html" %}}{{% block heading %}}题{{% endblock %}}'
    return engines["django"].from_string(source).render({}, request)


def draw_error(status):
    return render_to_string(f"{status}.html", {"status": status})


@pytest.fixture
def empty_menu(monkeypatch):
    """The frames by themselves, without what upper rooms put into menu and slots."""
    monkeypatch.setattr(nav, "_items", {})
    monkeypatch.setattr(slots, "_slots", {})


@pytest.mark.usefixtures("empty_menu")
@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("actor", [None, teacher()])
def test_frames_hold_no_code_and_no_foreign_address(frame, actor):
    html = page(frame, actor)
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert not re.search(r"\s(style|on[a-z]+)=", html)
    assert not re.search(r"(src|href|action)=\"(https?:)?//", html)
    assert html.count("<h1") == 1
    assert html.count("<main") == 1
    assert 'href="#main"' in html


@pytest.mark.parametrize("status", ["400", "403", "403_csrf", "404", "429", "500"])
def test_error_pages_need_no_request(status):
    html = draw_error(status)
    assert html.count("<h1") == 1
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)


def test_error_views_answer_pages_and_fragments():
    request = RequestFactory().get("/x")
    assert errors.server_error(request).status_code == 500
    assert (
        errors.permission_denied(request, PermissionError("这份档案已移交。"))
        .content.decode()
        .count("这份档案已移交。")
    )
    fragment = errors.page_not_found(RequestFactory().get("/x", headers={"HX-Request": "true"}))
    assert fragment.status_code == 404
    assert b"<html" not in fragment.content
    assert errors.csrf_failure(request, reason="secret reason").status_code == 403
    assert b"secret reason" not in errors.csrf_failure(request, reason="secret reason").content


@pytest.mark.usefixtures("empty_menu")
def test_the_menu_shows_what_the_person_may(settings):
    nav.register(nav.NavItem("see", "登录", "account_login", "key", 20))
    nav.register(nav.NavItem("not", "退出", "account_logout", "logout", 10))
    nav.register(nav.NavItem("see", "登录", "account_login", "key", 20, badge=lambda _: 3))
    request = RequestFactory().get("/accounts/login/")
    request.actor = SimpleNamespace(may=lambda action: action == "see")
    entries = nav.items(request)
    assert [(entry.label, entry.current, entry.badge) for entry in entries] == [("登录", True, 3)]
    request.actor = None
    assert nav.items(request) == []


@pytest.mark.usefixtures("empty_menu")
def test_a_group_stands_once_and_what_has_none_above_all_headings():
    for label, url, order, group in (
        ("首页", "account_login", 0, ""),
        ("分诊", "account_logout", 10, "关怀"),
        ("方案库", "account_change_password", 20, "方案"),
        ("学生", "account_reauthenticate", 30, "关怀"),
        ("统计", "account_inactive", 40, ""),
    ):
        nav.register(nav.NavItem(None, label, url, "key", order, group=group))
    request = RequestFactory().get("/")
    request.actor = SimpleNamespace()
    assert [(entry.group, entry.label) for entry in nav.items(request)] == [
        ("", "首页"), ("", "统计"), ("关怀", "分诊"), ("关怀", "学生"), ("方案", "方案库"),
    ]  # fmt: skip


@pytest.mark.usefixtures("empty_menu")
def test_a_menu_entry_without_an_address_is_named():
    nav.register(nav.NavItem("see", "无", "nowhere:index", "key", 1))
    request = RequestFactory().get("/")
    request.actor = teacher()
    with pytest.raises(LookupError, match="nowhere:index"):
        nav.items(request)


def test_the_longest_fitting_address_is_current():
    assert nav._current_url("/a/b/c", ["/", "/a/", "/a/b/"]) == "/a/b/"
    assert nav._current_url("/z", ["/", "/a/"]) == ""
    assert nav._current_url("/", ["/", "/a/"]) == "/"


def test_slots_draw_in_order_and_skip_the_silent():
    try:
        slots.fill("test.here", lambda request, **_: "二", order=20)
        slots.fill("test.here", lambda request, **_: None, order=5)
        slots.fill("test.here", lambda request, who, **_: f"一{who}", order=10)
        request = RequestFactory().get("/")
        assert slots.filled("test.here", request, who="陈") == ["一陈", "二"]
        assert draw('{% slot "test.here" who="<b>" %}') == "一&lt;b&gt;二"
        assert slots.filled("nobody.here", request) == []
    finally:
        slots.empty("test.here")


def test_the_idle_clock_only_runs_for_people(settings):
    settings.IDLE_SECONDS = {"staff": 1200, "student": 60}
    request = RequestFactory().get("/")
    assert shell(request)["idle_seconds"] == 0
    request.actor = SimpleNamespace(kind="student", may=lambda _: True)
    assert shell(request)["idle_seconds"] == 60
    request.idle_seconds = 5
    assert shell(request)["idle_seconds"] == 5


def test_the_mark_of_a_person_is_opaque_and_differs():
    marks = set()
    for pk in (1, 2):
        request = RequestFactory().get("/")
        request.user = SimpleNamespace(pk=pk)
        marks.add(shell(request)["who"])
    assert len(marks) == 2
    assert all(len(mark) == 16 for mark in marks)


def test_scripts_hold_no_words_and_style_sheets_fetch_nothing():
    for path in (UI / "static" / "ui").iterdir():
        text = path.read_text()
        if path.suffix == ".js":
            assert not re.search(r"[\u4e00-\u9fff]", text), path.name
            assert "eval(" not in text
        assert not re.search(r"https?://(?!www\.w3\.org)", text), path.name
        assert "@import" not in text
