"""A real Chromium for tests marked ``browser``: the one the system has, never a downloaded one.

``look(path, …)`` opens a page of the live server in a fresh context and fails the test when the page logs an error
(a refused inline style, a missing file, a script that broke).
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.browser.people import DESK, Person

AXE = Path(settings.ROOT) / "src/citybrain/ui/frontend/node_modules/axe-core/axe.min.js"
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for the session; skipped with an instruction where the system has none."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("no Chromium found: apt install chromium fonts-noto-cjk")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in this thread
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def look(chromium: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """Open a path: size, language, large type, scripts on or off. Errors of the console fail the test."""
    contexts, complaints = [], []

    def complain(message: Any) -> None:
        if (
            message.type == "error"
            and "/live/" not in str(message.location)
            and "net::ERR_" not in message.text
        ):
            complaints.append(message.text)

    def open_page(
        path: str, *, width: int = 1440, height: int = 900, lang: str = "zh-hans", elder: bool = False,
        scripts: bool = True, status: int = 200,
    ) -> Any:  # fmt: skip
        context = chromium.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=scripts, reduced_motion="reduce"
        )
        contexts.append(context)
        cookies = [{"name": "django_language", "value": lang, "url": live_server.url}]
        if elder:
            cookies.append({"name": "citybrain_mode", "value": "elder", "url": live_server.url})
        context.add_cookies(cookies)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if status == 200:
            page.on("console", complain)
        answer = page.goto(live_server.url + path)
        assert answer.status == status, f"{path}: {answer.status}"
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def person(chromium: Any, live_server: Any) -> Iterator[Callable[..., Person]]:
    """``person("window")``: somebody at the live server with a browser of their own; several may meet in a journey."""
    met: list[Person] = []

    def meet(username: str, size: dict[str, int] = DESK, **kw: Any) -> Person:
        met.append(Person(chromium, live_server.url, username, size, **kw))
        return met[-1]

    yield meet
    for one in met:
        one.close()


@pytest.fixture
def accessible() -> Callable[[Any], None]:
    """Run axe-core (WCAG 2.2 A and AA) on a page; skipped where the front-end packages were not fetched."""
    if not AXE.exists():
        pytest.skip("axe-core is not there: run ./citybrain up once")
    script = AXE.read_text(encoding="utf-8")

    def check(page: Any) -> None:
        page.evaluate(script)
        wanted = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        found = page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}}).then(r => r.violations.map(v =>"
            " v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + (n.failureSummary || '')).join(' | ')))",
            wanted,
        )
        assert found == []

    return check
