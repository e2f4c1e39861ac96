"""The interview form on a phone: one part at a time, a count of what is filled in, and nothing typed is ever lost."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

WHY, BEST = "同桌说他最近常一个人坐在楼梯间。", "和奶奶亲，喜欢画画。"
PARTS = ("opening", "life", "safety", "strength", "views", "advice", "next")


def open_parts(page) -> list[str]:
    return [part for part in PARTS if page.locator(f"#section-{part}").get_attribute("open") is not None]


def count(page, part: str) -> tuple[int, int]:
    """(filled in, fields) as the head of a part says it."""
    said = page.locator(f"#section-{part} [data-filled]").inner_text()
    done, fields = re.fullmatch(r"(\d+) / (\d+)", said).groups()
    return int(done), int(fields)


def on(page, part: str) -> None:
    page.locator(f"#section-{part} [data-next] button").click()


@pytest.fixture
def page(tab) -> Iterator[object]:
    """The psychology teacher's phone, on a new interview about the signal that waits longest."""
    page = tab("psych", device="phone")
    page.goto("/signals/")
    page.locator("tr[data-row]").get_by_role("link").first.click()
    page.wait_for_load_state()
    if page.get_by_role("button", name="接手").count():
        page.get_by_role("button", name="接手").click()
        page.wait_for_load_state()
    page.get_by_role("button", name="开始访谈").click()
    page.wait_for_url(re.compile(r"/interviews/\d+/"))
    return page


def test_a_phone_shows_one_part_at_a_time_and_a_mistake_loses_nothing(page, healthy, shot):
    assert open_parts(page) == ["opening"]
    assert [count(page, part)[1] for part in PARTS] == [3, 20, 10, 3, 2, 5, 2]
    before = count(page, "opening")[0]
    healthy(page)
    shot(page, "interview-phone")

    page.locator("[name=why]").fill(WHY)
    page.locator("[name=why]").blur()
    assert count(page, "opening") == (before + 1, 3)

    on(page, "opening")
    assert open_parts(page) == ["life"]
    page.locator("[name=sleep]").select_option("much")
    page.locator("[name=sleep_words]").fill("一周有四天两点以后才睡")
    page.locator("[name=sleep_words]").blur()
    assert count(page, "life") == (2, 20)
    page.locator("#saved", has_text="已保存").wait_for()
    page.reload()
    assert page.locator("[name=why]").input_value() == WHY
    assert open_parts(page) == ["safety"]  # what was begun is closed, the first untouched part is open

    on(page, "safety")
    page.locator("[name=protective]").fill(BEST)

    with page.expect_response(lambda answer: answer.request.method == "POST" and "/complete" in answer.url) as answered:
        page.get_by_role("button", name="完成访谈").click()
    assert answered.value.status == 422
    page.wait_for_load_state()

    assert "safety" in open_parts(page)
    assert not {"life", "strength", "views"} & set(open_parts(page))
    assert page.locator("#section-safety [aria-invalid=true]").count() == 5
    assert page.locator("[name=why]").input_value() == WHY
    assert page.locator("[name=sleep]").input_value() == "much"
    assert page.locator("[name=protective]").input_value() == BEST
    assert (count(page, "life"), count(page, "strength")) == ((2, 20), (1, 3))
    healthy(page)
    shot(page, "interview-phone-mistake")

    page.locator("#section-strength summary").click()
    assert page.locator("[name=protective]").is_visible()
    page.locator("a[href='#id_plan']").first.click()
    assert page.locator("[name=plan]").is_visible()

    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.locator("[data-next] button:visible").count() == 0
    assert page.locator("[name=sleep]").is_visible()
