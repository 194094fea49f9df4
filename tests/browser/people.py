"""Somebody with a browser, for journeys: signed in the way the test client does it, on pages the way people see them."""

from typing import Any

from django.conf import settings

from citybrain.apps.services.tests import factories as f
from citybrain.kernel import events

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


class Person:
    """One person's browser; errors of scripts are kept and fail the test when it is closed."""

    def __init__(
        self, chromium: Any, home: str, username: str, size: dict[str, int], *, scripts: bool = True
    ) -> None:
        self.home = home
        self.context = chromium.new_context(
            viewport=size, java_script_enabled=scripts, reduced_motion="reduce"
        )
        name = settings.SESSION_COOKIE_NAME
        cookies = {name: f.visitor(username).cookies[name].value} if username else {}
        self.context.add_cookies(
            [
                {"name": k, "value": v, "url": home}
                for k, v in {"django_language": "zh-hans", **cookies}.items()
            ]
        )
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def go(self, path: str) -> Any:
        """A page that answers and does not scroll sideways."""
        answer = self.page.goto(self.home + path)
        assert answer.status == 200, f"{path}: {answer.status}"
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.page.viewport_size["width"]
        return self.page

    def act(self, case_id: str, action: str, **fields: Any) -> None:
        """One step on the bench."""
        page = self.go(f"/cases/{case_id}/")
        form = page.locator(f"form[action*='/act/{action}/']")
        form.evaluate(
            "e => { for (let d = e.closest('details'); d; d = d.parentElement.closest('details')) d.open = true }"
        )
        for name, value in fields.items():
            control = form.locator(f"[name='field.{name}']")
            kind = control.first.get_attribute("type")
            if kind == "radio":
                form.locator(f"[name='field.{name}'][value='{value}']").check()
            elif kind == "checkbox":
                control.check()
            elif control.first.evaluate("e => e.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)
        with page.expect_navigation():
            form.locator("button[type=submit], button:not([type])").last.click()

    def close(self) -> None:
        """The browser goes; scripts must not have broken."""
        self.context.close()
        assert self.errors == []


def settle() -> None:
    """What the worker does: deliver events."""
    while events.dispatch_once(100):
        pass
