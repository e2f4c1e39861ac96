"""The page that asks a questionnaire, as a student's phone and a school's computer run it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from tests.browser.answering import answering_house
from tests.browser.pages import DEVICES, Watch

EXPECTED = ("net::ERR_INTERNET_DISCONNECTED", "net::ERR_FAILED", "status of 503")
"""What Chromium prints when a test takes the network away or lets the server say that it is busy."""
PHQ, GAD = 1, 2


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    with answering_house(tmp_path_factory.mktemp("answering"), students=14) as (house, students):
        house.students = students
        house.fresh = count()
        yield house


class Desk:
    """One student with one questionnaire; opens pages of its own browser contexts."""

    def __init__(self, school, chromium, watches: list[Watch]) -> None:
        self.school, self.chromium, self.watches = school, chromium, watches
        self.student = school.students[next(school.fresh)]

    def open(self, part: int = PHQ, device: str = "desktop", context=None):
        if context is None:
            context = self.chromium.new_context(base_url=self.school.url, locale="zh-CN", **DEVICES[device])
            context.set_default_timeout(15_000)
            context.add_cookies([{"name": "sessionid", "value": self.student["session"], "url": self.school.url}])
        page = context.new_page()
        self.watches.append(Watch(page, self.school.url))
        page.goto(f"/screening/mine/{self.student['sitting']}/answer/{part}/")
        page.locator("[data-begin]").wait_for()
        return page

    def begin(self, **how):
        page = self.open(**how)
        page.locator("[data-begin]").click()
        page.locator("[role=radiogroup]").first.wait_for()
        return page

    def row(self, part: int = PHQ) -> tuple[int, bytes, str | None, str] | None:
        """(sequence, answers, submitted at, told) as the file holds it."""
        with sqlite3.connect(self.school.home / "xinqiao.sqlite3") as database:
            return database.execute(
                "SELECT sequence, answers, submitted_at, told FROM screening_sheet WHERE sitting_id = ? AND part = ?",
                (self.student["sitting"], part),
            ).fetchone()


@pytest.fixture
def desk(school, chromium) -> Iterator[Callable[[], Desk]]:
    watches: list[Watch] = []
    yield lambda: Desk(school, chromium, watches)
    for watch in watches:
        if not watch.page.is_closed():
            watch.page.context.close()
    problems = [each for watch in watches for each in watch.problems if not any(word in each for word in EXPECTED)]
    assert not problems, "\n".join(problems)


def choose(page, item: str, place: int) -> None:
    page.locator(f"[data-item={item}] label").nth(place).click()


def saved(page) -> None:
    page.locator("[data-saved]", has_text="已保存").wait_for()


def to_the_end(page) -> None:
    for _screen in range(10):
        if page.locator("[data-review]").is_visible():
            return
        page.locator("[data-next]").click()
    raise AssertionError("no end")


def test_the_network_goes_and_comes_back_and_it_is_handed_in_once(desk):
    me = desk()
    page = me.begin(device="phone")
    sent = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith("/answers/") else None)
    choose(page, "q1", 1)
    saved(page)
    page.context.set_offline(True)
    for item in ("q2", "q3"):
        choose(page, item, 2)
    banner = page.locator("[data-banner]", has_text="已保存在本机，联网后自动上传")
    banner.wait_for()
    page.evaluate("window.scrollTo(0, 400)")
    top = banner.bounding_box()["y"]
    assert 0 < top < 120, f"the reader is told wherever the page stands, not at {top}"
    assert bytes(me.row()[1])[:3] == b"\x01\xff\xff"
    kept = page.evaluate("JSON.stringify(window.localStorage)")
    assert "xq-sheet:" in kept
    assert "answers" not in kept
    to_the_end(page)
    assert "还有 6 题没有答" in page.locator("[data-review-words]").inner_text()
    page.locator("[data-next]").click()
    page.locator("[data-banner]", has_text="联网后会自动交上去").wait_for()
    assert page.locator("[data-next]").is_disabled()
    assert me.row()[2] is None

    page.context.set_offline(False)
    page.wait_for_url("**/mine/*/")
    row = me.row()
    assert bytes(row[1])[:4] == b"\x01\x02\x02\xff"
    assert row[2] is not None
    ids = {json.loads(request.post_data).get("submit") for request in sent} - {None}
    assert len(ids) == 1
    assert "xq-sheet:" not in page.evaluate("JSON.stringify(window.localStorage)")


def test_keys_alone_are_enough(desk):
    me = desk()
    page = me.open()
    page.locator("[data-begin]").focus()
    page.keyboard.press("Enter")
    page.locator("[role=radiogroup]").first.wait_for()
    for digit in "214":
        page.keyboard.press(digit)
    page.keyboard.press("ArrowUp")  # the third answer moves from its fourth option to the third
    page.keyboard.press("Enter")
    assert "第 2 页" in page.locator("[data-page-title]").inner_text()
    assert page.evaluate("document.activeElement.hasAttribute('data-page-title')")
    for digit in "111":
        page.keyboard.press(digit)
    page.keyboard.press("Enter")
    for digit in "121":
        page.keyboard.press(digit)
    page.keyboard.press("Enter")
    assert "全部答完了" in page.locator("[data-review-words]").inner_text()
    page.locator("[data-next]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/mine/*/")
    assert bytes(me.row()[1]) == bytes([1, 0, 2, 0, 0, 0, 0, 1, 0])


def test_a_safety_answer_shows_people_and_numbers_once(desk, healthy):
    me = desk()
    page = me.begin(device="phone")
    page.locator("[data-next]").click()
    page.locator("[data-next]").click()
    choose(page, "q9", 1)
    card = page.locator("#xq-care[open]")
    card.wait_for()
    assert "12356" in card.inner_text()
    assert card.locator("a[href='tel:12356']").count() == 1
    assert me.row()[3] == "q9"
    healthy(page)
    card.locator("[data-dialog-close]").click()
    choose(page, "q9", 2)
    saved(page)
    assert not page.locator("#xq-care").is_visible()


def test_another_device_goes_on_where_the_first_one_was(desk):
    me = desk()
    first = me.begin()
    choose(first, "q1", 3)
    choose(first, "q2", 2)
    saved(first)
    second = me.open(device="phone")
    assert second.locator("[data-begin]").inner_text() == "继续作答"
    second.locator("[data-begin]").click()
    assert second.locator("[data-item=q1] input").nth(3).is_checked()
    assert second.evaluate("document.activeElement !== null")
    choose(second, "q3", 1)
    saved(second)
    choose(second, "q3", 0)
    saved(second)
    # The first device is behind now: it loads again, keeps what both have, and loses nothing.
    choose(first, "q2", 0)
    first.locator("[data-begin]").click()
    assert "第 2 页" in first.locator("[data-page-title]").inner_text()  # the first that is still open
    first.locator("[data-previous]").click()
    assert first.locator("[data-item=q1] input").nth(3).is_checked()
    assert first.locator("[data-item=q3] input").nth(0).is_checked()
    assert first.locator("[data-item=q2] input").nth(0).is_checked()
    saved(first)
    assert bytes(me.row()[1])[:3] == b"\x03\x00\x00"


def test_a_reload_in_the_dark_loses_nothing(desk):
    me = desk()
    page = me.begin()
    page.context.set_offline(True)
    choose(page, "q1", 2)
    page.locator("[data-banner]").wait_for()
    page.context.set_offline(False)
    page.route("**/answers/", lambda route: route.abort())
    page.reload()
    page.locator("[data-begin]", has_text="继续作答").click()
    assert page.locator("[data-item=q1] input").nth(2).is_checked()
    page.unroute("**/answers/")
    choose(page, "q2", 0)
    saved(page)
    assert bytes(me.row()[1])[:2] == b"\x02\x00"


def test_a_busy_server_is_asked_again(desk):
    me = desk()
    page = me.begin()
    turned_away = []

    def busy(route) -> None:
        if len(turned_away) < 2:
            turned_away.append(1)
            body = {"ok": False, "code": "unavailable", "words": "", "retry_ms": 100}
            route.fulfill(status=503, json=body, headers={"Retry-After": "1"})
        else:
            route.continue_()

    page.route("**/answers/", busy)
    choose(page, "q1", 0)
    page.locator("[data-banner]", has_text="稍后自动再试").wait_for()
    saved(page)
    assert (len(turned_away), bytes(me.row()[1])[:1]) == (2, b"\x00")


def test_a_student_may_stop_at_any_moment(desk, healthy):
    me = desk()
    page = me.begin(device="phone")
    choose(page, "q1", 0)
    saved(page)
    page.get_by_role("button", name="不想答了").click()
    healthy(page)
    page.get_by_role("button", name="停下来并删除").click()
    page.wait_for_url("**/mine/")
    assert me.row() is None
    assert "xq-sheet:" not in page.evaluate("JSON.stringify(window.localStorage)")


def test_a_shared_computer_keeps_nothing_and_signs_out(desk, healthy):
    me = desk()
    page = me.begin(part=PHQ)
    to_the_end(page)
    page.locator("[data-next]").click()
    page.wait_for_url("**/mine/*/")
    page.close()
    page = me.begin(part=GAD)
    assert page.evaluate("document.querySelector('[data-shared]').checked")
    to_the_end(page)
    page.locator("[data-next]").click()
    page.locator("[data-done]").wait_for()
    healthy(page)
    assert "秒后自动退出登录" in page.locator("[data-leaving]").inner_text()
    page.get_by_role("button", name="现在退出登录").click()
    page.wait_for_url("**/enter/student/**")
    assert "xq-sheet:" not in page.evaluate("JSON.stringify(window.localStorage)")
    page.goto("/screening/mine/")
    assert "/screening/mine/" not in page.url.split("?")[0]


@pytest.mark.parametrize("device", ["desktop", "phone", "dark"])
def test_every_state_of_the_page_is_healthy(desk, healthy, shot, device):
    me = desk()
    page = me.open(device=device)
    healthy(page)
    shot(page, f"runner-{device}-1-begin")
    page.locator("[data-begin]").click()
    choose(page, "q1", 1)
    saved(page)
    healthy(page)
    shot(page, f"runner-{device}-2-page")
    page.context.set_offline(True)
    choose(page, "q2", 1)
    page.locator("[data-banner]").wait_for()
    healthy(page)
    shot(page, f"runner-{device}-3-offline")
    page.context.set_offline(False)
    to_the_end(page)
    healthy(page)
    shot(page, f"runner-{device}-4-review")
    page.get_by_role("button", name="找人帮忙").click()
    healthy(page)
    shot(page, f"runner-{device}-5-help")


def test_branches_screens_and_merging(desk):
    """The parts that need no page, tried where they run."""
    page = desk().open()
    definition = {
        "pages": [["a", "b", "c", "d", "e"], ["f"]],
        "items": [
            {"id": "a"},
            {"id": "b", "show_if": {"item": "a", "codes": ["1", "2"]}},
            {"id": "c", "show_if": {"all": [{"item": "b", "codes": ["1"]}, {"item": "a", "codes": ["2"]}]}},
            {"id": "d", "show_if": {"any": [{"item": "a", "codes": ["0"]}, {"item": "b", "codes": ["0"]}]}},
            {"id": "e"},
            {"id": "f"},
        ],
    }
    ask = "([d, answers]) => xqRunner.asked(d, answers).map((item) => item.id).join('')"
    assert page.evaluate(ask, [definition, {}]) == "aef"
    assert page.evaluate(ask, [definition, {"a": "2", "b": "1"}]) == "abcef"
    assert page.evaluate(ask, [definition, {"a": "0", "b": "1"}]) == "adef"  # b was answered before a closed it
    assert page.evaluate("(d) => xqRunner.screens(d)", definition) == [["a", "b", "c"], ["d", "e"], ["f"]]

    merge = "([saved, draft]) => xqRunner.merge(saved, draft)"
    saved_here = {"seq": 5, "answers": {"a": "1", "b": "1"}, "clocks": {"a": 9}, "cares": 1}
    kept = {"seq": 7, "answers": {"b": None, "c": "2"}, "clocks": {}, "cares": 0, "submit": "x"}
    both = page.evaluate(merge, [saved_here, kept])
    assert (both["seq"], both["answers"], both["clocks"]) == (7, {"a": "1", "b": None, "c": "2"}, {"a": 9})
    assert (both["cares"], both["submit"]) == (0, "x")
    later = {**saved_here, "seq": 9}
    assert page.evaluate(merge, [later, {**kept, "turn": 4, "fresh": {"b": 4}}])["answers"]["b"] is None
    assert page.evaluate(merge, [{**saved_here, "seq": 9}, kept])["answers"] == {"a": "1", "b": "1", "c": "2"}
    assert page.evaluate(merge, [None, None])["seq"] == 0
