"""An inspection in a browser: a form from nothing, a school scores itself, a phone on the spot loses its network."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

SHORT = ("组织领导与制度", "心理教师配备与培训", "课程与活动", "辅导室建设与开放", "预警、访谈与干预", "档案管理与保密")


def day(ahead: int) -> str:
    return (timezone.localdate() + timedelta(days=ahead)).isoformat()


def a_round(page) -> str:
    """The officer holds a round of all schools, by the house's own form; its address."""
    page.goto("/inspections/new/")
    page.get_by_label("名称").fill("秋季学期督导")
    page.get_by_label("评价表").select_option("blank")
    for label, ahead in (("自评截止", 5), ("检查开始", 0), ("检查结束", 20)):
        page.get_by_label(label).fill(day(ahead))
    page.get_by_role("button", name="下一步：评价表").click()
    page.get_by_role("button", name="保存，下一步：单位与抽样").click()
    page.get_by_role("button", name="确定").click()
    page.get_by_role("button", name="启动自评").click()
    page.get_by_text("督导已启动").wait_for()
    return page.url


def score_oneself(page, healthy, shot) -> None:
    page.goto("/inspections/")
    page.get_by_role("link", name="秋季学期督导").first.click()
    healthy(page)
    shot(page, "inspection-own", full=True)
    for number, _title in enumerate(SHORT):
        page.locator("input[name^=score_]").nth(number).fill("8")
        page.locator("textarea[name^=words_]").nth(number).fill("有记录，可以查看")
    page.get_by_role("button", name="提交自评").click()
    page.get_by_text("自评已提交").wait_for()


def check_on_the_spot(page, address: str, healthy, shot) -> None:
    """Two items with a network, the rest without; the page is left and opened again before the network returns."""
    page.goto(address)
    page.get_by_role("link", name="去检查").first.click()
    state = page.locator("#onsite-state")
    items = page.locator("[data-item]")
    items.nth(0).get_by_role("button", name="满分").click()
    state.get_by_text("已存到服务器").wait_for()
    healthy(page)
    here = page.url
    page.context.set_offline(True)
    for number in range(1, len(SHORT)):
        items.nth(number).locator("[data-part=score]").fill("9")
        items.nth(number).locator("[data-part=words]").fill(f"现场看到的情况 {number}")
    items.nth(3).locator("[data-part=mend]").fill("补齐沙盘和团体辅导箱")
    state.get_by_text("已存在手机上，等有网络再传").wait_for()
    shot(page, "inspection-check-offline")
    page.get_by_role("button", name="完成检查").click()
    state.get_by_text("还有内容没传上去").wait_for()
    page.context.set_offline(False)
    page.goto("/inspections/")
    page.goto(here)
    assert page.locator("[data-item]").nth(5).locator("[data-part=words]").input_value() == "现场看到的情况 5"
    state.get_by_text("已存到服务器").wait_for()
    page.reload()
    assert page.locator("[data-item]").nth(5).locator("[data-part=words]").input_value() == "现场看到的情况 5"
    page.locator("[data-item=_all] textarea").fill("总体认真，设备要补")
    state.get_by_text("已存到服务器").wait_for()
    page.get_by_role("button", name="完成检查").click()
    page.get_by_text("检查完成").wait_for()


def test_a_round_from_the_form_to_the_notice(tab, healthy, shot):
    office = tab("教育局专干")
    address = a_round(office)
    healthy(office)
    score_oneself(tab("心理教师", device="phone"), healthy, shot)
    office.goto(address)
    office.get_by_role("button", name="开始检查").click()
    office.get_by_text("检查开始了").wait_for()
    check_on_the_spot(tab("教育局专干", device="phone"), address, healthy, shot)
    office.goto(address)
    office.get_by_role("button", name="发布结果").click()
    office.get_by_role("dialog").get_by_role("button", name="发布").click()
    office.get_by_text("结果已发布").wait_for()
    healthy(office)
    shot(office, "inspection-round", full=True)
    with office.expect_download() as got:
        office.get_by_role("link", name="通报（Word）").click()
    assert got.value.suggested_filename.endswith(".docx")
    school = tab("心理教师", device="phone")
    school.goto("/inspections/")
    school.get_by_role("link", name="秋季学期督导").first.click()
    healthy(school)
    shot(school, "inspection-round-phone", full=True)
    school.locator("td a").first.click()
    school.get_by_text("补齐沙盘和团体辅导箱").first.wait_for()
    healthy(school)
    shot(school, "inspection-sheet-phone", full=True)
    for name, url in (
        ("annual", f"/inspections/annual/1/{timezone.localdate().year}/"),
        ("card", "/inspections/cards/1/"),
    ):
        office.goto(url)
        healthy(office)
        shot(office, f"inspection-{name}", full=True)


def test_a_selection_is_opened_and_applied_for(tab, healthy, shot):
    office = tab("教育局专干")
    office.goto("/honours/new/")
    office.get_by_label("名称").fill("区级示范校")
    office.get_by_label("条件和要交的材料").fill("三年内没有瞒报；交自评小结和课表。")
    office.get_by_label("评分标准").fill("组织领导 40\n成效 60")
    office.get_by_label("名额").fill("1")
    healthy(office)
    shot(office, "honours-new", full=True)
    office.get_by_role("button", name="保存").click()
    office.get_by_role("button", name="开始申报").click()
    office.get_by_text("申报开始了").wait_for()
    healthy(office)
    shot(office, "honours-round", full=True)
    school = tab("心理教师", device="phone")
    school.goto("/honours/")
    healthy(school)
    shot(school, "honours-phone")
    school.get_by_role("link", name="区级示范校").click()
    school.get_by_role("link", name="申报").last.click()
    school.get_by_label("申报材料").fill("三年来开齐课程，建成辅导室，按时访谈和随访，效果明显。")
    school.get_by_label("佐证材料").set_input_files(
        {"name": "课表.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 x"}
    )
    school.get_by_role("button", name="先保存").click()
    school.get_by_text("还没有提交").wait_for()
    healthy(school)
    shot(school, "honours-apply-phone", full=True)
    school.get_by_role("button", name="提交申报").click()
    school.get_by_text("已申报。").wait_for()
    healthy(school)
    office.goto("/honours/held/")
    healthy(office)
