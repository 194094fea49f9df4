"""Demo people at their work: citizens who apply and rate, officials who handle what is on their list."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass, field

from citybrain.apps.services.traffic.answers import SCAN, Story
from citybrain.apps.services.traffic.browser import Answer, Browser, Lost

CASE_LINK = re.compile(r'href="(/cases/[0-9a-f-]{36}/)"')
MY_CASE_LINK = re.compile(r'href="(/my/cases/[0-9a-f-]{36}/)"')
MOST_PAGES = 20
ACTS = (
    "receive", "accept", "review", "approve", "certify", "deliver", "contact", "rectify", "reply", "visit_back"
)  # fmt: skip
"""What officials do by default, in the order a case needs it."""
SAID = {
    "verdict": "pass",
    "opinion": "材料与法定条件相符（演示）",
    "reason": "材料齐全，符合法定条件（演示）",
    "basis": "设定依据所列条件",
    "method": "electronic",
    "contact_way": "phone",
    "finding": "已联系群众核实情况（演示）",
    "measures": "已向群众说明并改进（演示）",
    "answer": "已按您的意见改进，感谢监督（演示）",
    "grade": "2",
    "record": "群众对整改满意（演示）",
}
GRADES = (1, 1, 1, 1, 2, 2, 2, 3, 4)
"""Demo citizens are mostly content; one in nine is not, so that rectification has something to do."""


@dataclass
class Tally:
    """What the traffic did so far."""

    done: Counter = field(default_factory=Counter)
    refused: Counter = field(default_factory=Counter)


def _open(browser: Browser, path: str) -> Answer:
    """A page that must be there; Lost with the status when it is not."""
    page = browser.get(path)
    if page.status >= 400:
        raise Lost(f"{path}: {page.status}", page.status)
    return page


def sign_in_official(browser: Browser, username: str, password: str) -> None:
    """By the password page; Lost when it does not let us in."""
    page = _open(browser, "/identity/login/official/")
    answer = browser.send(page.form("password"), {"username": username, "password": password})
    if answer.status >= 400 or "/login/" in answer.path:
        raise Lost(f"{username} could not sign in", answer.status)


def sign_in_citizen(browser: Browser, citizen: str) -> None:
    """Through the real-name provider (the simulator in a demo)."""
    page = _open(browser, "/identity/login/")
    asked = browser.send(page.form("citizen/login"), {"next": "/my/"})
    answer = browser.send(asked.form("citizen"), {"citizen": citizen})
    if answer.status >= 400 or "/login/" in answer.path:
        raise Lost(f"{citizen} could not sign in", answer.status)


def apply_for(browser: Browser, story: Story, tally: Tally) -> str:
    """Answer the situation questions, fill in page after page, submit. Returns the path of the case."""
    page = _situation(browser, story)
    for _step in range(MOST_PAGES):
        if "/review/" in page.path:
            break
        page = _fill(browser, page, story)
        if page.status in (429, 503):
            tally.refused[page.status] += 1
            raise Lost("refused: busy", page.status)
    form = page.form("declared") if "declared" in page.body else page.form("key")
    page = browser.send(form, {"declared": "yes"})
    if "/done/" not in page.path:
        raise Lost(f"{story.key} was not submitted: {page.path}", page.status)
    tally.done["submitted"] += 1
    return page.path.replace("/apply/", "/my/cases/").replace("/done/", "/")


def _situation(browser: Browser, story: Story) -> Answer:
    page = _open(browser, f"/start/{story.key}/")
    for _question in range(MOST_PAGES):
        if "/apply/" in page.path:
            return page
        values = {f"s.{k}": v for k, v in story.situation.items()}
        page = browser.send(page.form("key"), values)
    raise Lost(f"the questions of {story.key} do not end", page.status)


def _fill(browser: Browser, page: Answer, story: Story) -> Answer:
    form = next(
        (
            f
            for f in page.forms()
            if f.method == "post" and "csrfmiddlewaretoken" in f.names() and ({"_action"} & f.names())
        ),
        None,
    )
    if form is None:
        raise Lost(f"nothing to fill in on {page.path}", page.status)
    files = [(c.name, "scan.pdf", SCAN) for c in form.controls if c.type == "file"]
    given = {n for n in form.names() if n.endswith(".present")}
    values = {k: v for k, v in story.values.items() if k in form.names() or f"{k}.present" in given}
    return browser.send(form, values, press=("_action", "continue"), files=files or None)


def posts_of(browser: Browser) -> list[str]:
    """The posts an official can sit at, the present one last so that a round begins with a change."""
    page = _open(browser, "/identity/account/posts/")
    forms = [f for f in page.forms() if "as" in f.names()]
    forms.sort(key=lambda f: not any(c.type == "submit" for c in f.controls))
    return [c.value for f in forms for c in f.controls if c.name == "as"]


def sit_at(browser: Browser, post: str) -> None:
    """Work in another post of one's own."""
    page = _open(browser, "/identity/account/posts/")
    form = next(
        (f for f in page.forms() if any(c.name == "as" and c.value == post for c in f.controls)), None
    )
    if form is None:
        raise Lost(f"post {post} is gone", page.status)
    browser.send(form, {})


def handle_list(browser: Browser, tally: Tally, *, most: int = 5) -> int:
    """An official opens the first cases on the list and does the next act on each. Returns how many were done."""
    page = _open(browser, "/cases/")
    done = 0
    for link in list(dict.fromkeys(CASE_LINK.findall(page.body)))[:most]:
        done += _handle(browser, link, tally)
    return done


def _handle(browser: Browser, link: str, tally: Tally) -> int:
    page = browser.get(link)
    forms = {f.action.rstrip("/").rsplit("/", 1)[-1]: f for f in page.forms() if "/act/" in f.action}
    reviewed = "审查意见" in page.body and "review" in forms and _has_reviewed(page)
    action = next(
        (a for a in ACTS if a in forms and not (a == "review" and (reviewed or "approve" in forms))), ""
    )
    if not action:
        return 0
    form = forms[action]
    values = {c.name: SAID[_bare(c.name)] for c in form.controls if _bare(c.name) in SAID}
    answer = browser.send(form, values)
    if answer.status >= 400:
        tally.refused[f"{action} {answer.status}"] += 1
        return 0
    tally.done[action] += 1
    return 1


def _bare(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def _has_reviewed(page: Answer) -> bool:
    """A review is recorded once by us; the decider goes on from there."""
    return SAID["opinion"] in page.body


def rate_finished(browser: Browser, tally: Tally, rng: random.Random, *, most: int = 3) -> int:
    """Rate finished cases that ask for it."""
    page = browser.get("/my/cases/?show=done")
    done = 0
    for link in list(dict.fromkeys(MY_CASE_LINK.findall(page.body)))[:most]:
        form_page = browser.get(f"{link}rate/")
        if 'name="grade"' not in form_page.body:
            continue
        grade = rng.choice(GRADES)
        answer = browser.send(
            form_page.form("grade"), {"grade": grade, "tags": ["slow"] if grade > 3 else ["fast"]}
        )
        if answer.status < 400:
            tally.done["rated"] += 1
            done += 1
    return done
