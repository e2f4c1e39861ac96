"""Take the pictures of the guides: every row of docs/shots.toml, on a fresh demonstration district.

python scripts/shots.py [name …]    all pictures, or these; written to docs/images/<name>.png

A row names who looks (a role or user name of the demonstration, empty for a stranger), at which path, on which device
(desktop, phone, dark), optionally in which language, a selector to click first, and whether the whole page is wanted.
"""

from __future__ import annotations

import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from scripts import test_services  # noqa: E402
from tests.browser.house import House, running_house  # noqa: E402
from tests.browser.pages import DEVICES, sign_in  # noqa: E402

LIST = ROOT / "docs" / "shots.toml"
FOLDER = ROOT / "docs" / "images"


def take(row: dict[str, object], house: House, browser: Browser) -> Path:
    context = browser.new_context(
        base_url=house.url,
        locale=str(row.get("language", "zh-CN")),
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
        **DEVICES[str(row.get("device", "desktop"))],
    )
    page = context.new_page()
    if row.get("who"):
        sign_in(page, house.account(str(row["who"])))
    answer = page.goto(str(row.get("path", "/")))
    if answer is None or not answer.ok:
        raise RuntimeError(f"{row['name']}: {row.get('path')} answered {answer and answer.status}")
    if row.get("click"):
        page.locator(str(row["click"])).first.click()
    page.wait_for_load_state("networkidle")
    path = FOLDER / f"{row['name']}.png"
    page.screenshot(path=path, full_page=bool(row.get("full", False)), animations="disabled")
    context.close()
    return path


def main() -> int:
    document = tomllib.loads(LIST.read_text(encoding="utf-8"))
    wanted = set(sys.argv[1:])
    rows = [row for row in document["shot"] if not wanted or row["name"] in wanted]
    unknown = wanted - {row["name"] for row in rows}
    if unknown:
        print(f"no such picture in {LIST.name}: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    path = test_services.browser()
    if path is None:
        print("没有浏览器 / no browser: python scripts/test_services.py ensure", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="xinqiao-shots-", ignore_cleanup_errors=True) as home,
        running_house(Path(home), **document["district"]) as house,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=test_services.BROWSER_FLAGS)
        for row in rows:
            print(take(row, house, browser).relative_to(ROOT), flush=True)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
