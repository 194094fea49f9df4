"""Take the screenshots of the README from a running demo: ``python scripts/screenshots.py [address [name …]]``.

Signs in with the demo accounts, looks at the pages people use and writes small pictures to ``docs/screenshots``.
Refuses to leave a picture behind that is larger than the repository should carry.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
PASSWORD = "Ningde-demo-2026"  # noqa: S105 - the published password of the demo
CHROMIUM = "/usr/bin/chromium"
LARGEST, ALTOGETHER = 300_000, 1_500_000
APPROVERS = (
    "decider",
    *(f"decider.{unit}" for unit in ("wjw", "rsj", "mzj", "gaj", "gjj", "ybj", "xfjy", "csgl")),
)
PHONE, DESK, WALL = (390, 844), (1280, 800), (1280, 720)


def official(page: Page, home: str, username: str) -> None:
    """Sign in with a password."""
    page.goto(f"{home}/identity/login/official/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state()


def citizen(page: Page, home: str, key: str) -> None:
    """Sign in through the simulator of the real-name provider."""
    page.goto(f"{home}/identity/login/")
    page.click("form[action*=citizen] button")
    page.check(f"input[value='{key}']")
    page.click("button:not(.plain)")
    page.wait_for_load_state()


def first(page: Page, home: str, listing: str, pattern: str) -> str:
    """The address of the first case on a list; the list itself while it is empty."""
    page.goto(f"{home}{listing}")
    links = page.locator(f"main a[href^='{pattern}']")
    return str(links.first.get_attribute("href")) if links.count() else listing


def of_lin(page: Page, home: str) -> str:
    """A finished case of the demo citizen, else the latest one."""
    citizen(page, home, "lin-xiaomei")
    done = first(page, home, "/my/cases/?show=done", "/my/cases/0")
    return done if "?" not in done else first(page, home, "/my/cases/", "/my/cases/0")


def at_the_approver(page: Page, home: str) -> str:
    """The first approver who has something to decide."""
    for username in APPROVERS:
        page.context.clear_cookies()
        official(page, home, username)
        found = first(page, home, "/cases/", "/cases/0")
        if found != "/cases/":
            break
    return found


def on_the_wall(page: Page, home: str) -> str:
    official(page, home, "mayor")
    return "/cockpit/city/?end=wall"


def as_official(username: str, path: str) -> Callable[[Page, str], str]:
    """A page as one official sees it."""

    def go(page: Page, home: str) -> str:
        official(page, home, username)
        return path

    return go


PICTURES: dict[str, tuple[tuple[int, int], Callable[[Page, str], str]]] = {
    "portal-phone": (PHONE, lambda page, home: "/"),
    "guide": (DESK, lambda page, home: "/guide/food-licence-new/"),
    "case-progress": (PHONE, of_lin),
    "approver-bench": (DESK, at_the_approver),
    "cockpit-wall": (WALL, on_the_wall),
    "opendata-portal": (DESK, lambda page, home: "/opendata/"),
    "data-wall": (WALL, as_official("mayor", "/cockpit/data/?end=wall")),
    "data-lineage": (DESK, as_official("steward", "/data/mzj.allowance/lineage/")),
    "data-bench": (DESK, as_official("steward", "/sharing/")),
}


def take(
    browser: Browser, home: str, name: str, size: tuple[int, int], path: Callable[[Page, str], str]
) -> int:
    """One picture; its size in bytes."""
    context: Any = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-CN", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(home + path(page, home))
    page.wait_for_timeout(1500)
    target = FOLDER / f"{name}.png"
    page.screenshot(path=str(target))
    context.close()
    return target.stat().st_size


def main(home: str, *names: str) -> int:
    """All pictures, or those named; exit 1 when one is too large."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        sizes = {
            name: take(browser, home, name, *how)
            for name, how in PICTURES.items()
            if not names or name in names
        }
        browser.close()
    for name, size in sizes.items():
        print(f"{name:16} {size / 1000:7.1f} kB")
    return int(max(sizes.values()) > LARGEST or sum(sizes.values()) > ALTOGETHER)


if __name__ == "__main__":
    address = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    sys.exit(main(address, *sys.argv[2:]))
