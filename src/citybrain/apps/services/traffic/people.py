"""Demo people at their work: citizens who apply and rate, officials who handle what is on their list."""

from __future__ import annotations

import html
import random
import re
from collections import Counter
from dataclasses import dataclass, field

from citybrain.apps.services.traffic.answers import SCAN, Story
from citybrain.apps.services.traffic.browser import Answer, Browser, Form, Lost
from citybrain.apps.services.traffic.plans import CORRECTED, REFUSED, Plans

CASE_LINK = re.compile(r'href="(/cases/[0-9a-f-]{36}/)(?:\?[^"]*)?"')
MY_CASE_LINK = re.compile(r'href="(/my/cases/[0-9a-f-]{36}/)"')
WAITING_LINK = re.compile(r'href="(/my/cases/[0-9a-f-]{36}/)"')
MOST_PAGES = 20
MOST_ROWS = 6
DIVISION_STEPS = 3
"""A place is chosen county, town, village: the page comes back for each, as it does without scripts."""
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
    "items": "请补充清晰的材料（演示）",
    "note": "已按通知补齐（演示）",
    "remedies": "可以在六十日内申请行政复议，或者六个月内提起行政诉讼（演示）",
}
NOT_SATISFIED = {
    "verdict": "back",
    "opinion": "现场情况与申请不符（演示）",
    "reason": "不符合法定条件（演示）",
}
INSTEAD = {REFUSED: ("approve", "reject"), CORRECTED: ("accept", "request_correction")}
"""Where a case is not to go straight through: instead of which step, which one."""


@dataclass
class Tally:
    """What the traffic did so far."""

    done: Counter = field(default_factory=Counter)
    refused: Counter = field(default_factory=Counter)
    plans: Plans = field(default_factory=Plans)


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


def apply_for(browser: Browser, story: Story, tally: Tally, kind: str = "") -> str:
    """Answer the situation questions, fill in page after page, submit. Returns the path of the case."""
    page = _situation(browser, story)
    tries = 0
    for _step in range(MOST_PAGES):
        if "/review/" in page.path:
            break
        before = page.path
        page = _fill(browser, page, story, again=tries >= DIVISION_STEPS)
        if page.status in (429, 503):
            tally.refused[page.status] += 1
            raise Lost("refused: busy", page.status)
        tries = tries + 1 if page.path == before else 0
        if tries > DIVISION_STEPS + 1:
            raise Lost(f"{story.key}: {_complaint(page)}", page.status)
    form = page.form("declared") if "declared" in page.body else page.form("key")
    page = browser.send(form, {"declared": "yes"})
    if "/done/" not in page.path:
        raise Lost(f"{story.key} was not submitted: {_complaint(page)}", page.status)
    tally.done["submitted"] += 1
    path = page.path.replace("/apply/", "/my/cases/").replace("/done/", "/")
    if kind:
        tally.plans.note(path, kind)
    return path


def _complaint(page: Answer) -> str:
    """What the page says is wrong."""
    _before, _mark, rest = page.body.partition("error-summary")
    said = re.findall(r"<li>(.*?)</li>", rest.partition("</ul>")[0], re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", said[0])).strip()[:80] if said else page.path


def _situation(browser: Browser, story: Story) -> Answer:
    page = _open(browser, f"/start/{story.key}/")
    for _question in range(MOST_PAGES):
        if "/apply/" in page.path:
            return page
        values = {f"s.{k}": v for k, v in story.situation.items()}
        page = browser.send(page.form("key"), values)
    raise Lost(f"the questions of {story.key} do not end", page.status)


def _fill(browser: Browser, page: Answer, story: Story, *, again: bool = False) -> Answer:
    """Fill in one page. What is known already stays, as a person would leave it; after a complaint it is overwritten."""
    form = _form_of(page)
    for block, rows in story.rows().items():
        for _row in range(min(rows, MOST_ROWS)):
            if not _lacks_row(form, block, rows):
                break
            page = browser.send(form, _values(form, story, again), press=("_add", block))
            form = _form_of(page)
    values = _values(form, story, again)
    drawn = {n.removeprefix("certificate.") for n in values if n.startswith("certificate.")}
    files = [
        (c.name, "scan.pdf", SCAN)
        for c in form.controls
        if c.type == "file" and c.name.removeprefix("material.") not in drawn and c.name != "scans"
    ]
    return browser.send(form, values, press=("_action", "continue"), files=files or None)


def _form_of(page: Answer) -> Form:
    for found in page.forms():
        if found.method == "post" and {"csrfmiddlewaretoken", "_action"} <= found.names():
            return found
    raise Lost(f"nothing to fill in on {page.path}: {_complaint(page)}", page.status)


def _lacks_row(form: Form, block: str, rows: int) -> bool:
    names = form.names()
    return f"{block}.present" in names and not any(n.startswith(f"{block}.{rows - 1}.") for n in names)


def _values(form: Form, story: Story, again: bool) -> dict:
    """The story's answers for what this form asks; a certificate that is offered is used instead of a file."""
    names = form.names()
    given = {n for n in names if n.endswith(".present")}
    known = {c.name for c in form.controls if c.type in ("text", "tel", "email") and c.value.strip()}
    values = {
        k: v
        for k, v in story.values.items()
        if (k in names or f"{k}.present" in given) and (again or k not in known)
    }
    for control in form.controls:
        if control.name.startswith("certificate.") and control.type == "radio":
            values.setdefault(control.name, control.value)
    return values


def mend(browser: Browser, tally: Tally, *, most: int = 3) -> int:
    """A citizen answers what waits for them: the correction that was asked for, with a fresh scan."""
    page = browser.get("/my/")
    waiting = page.body.partition('id="todo"')[2].partition("</section>")[0]
    done = 0
    for link in list(dict.fromkeys(WAITING_LINK.findall(waiting)))[:most]:
        case = browser.get(link)
        form = next((f for f in case.forms() if f.action.rstrip("/").endswith(("/correct", "/supply"))), None)
        if form is None:
            continue
        values = {c.name: SAID[_bare(c.name)] for c in form.controls if _bare(c.name) in SAID}
        files = [(c.name, "scan.pdf", SCAN) for c in form.controls if c.type == "file"]
        answer = browser.send(form, values, files=files or None)
        if answer.status < 400:
            tally.done["corrected"] += 1
            done += 1
        else:
            tally.refused[f"correct {answer.status}"] += 1
    return done


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
    """An official opens the newest cases on the list and does the next act on each. Returns how many were done."""
    page = _open(browser, "/cases/?sort=-opened")
    done = 0
    links = list(dict.fromkeys(CASE_LINK.findall(page.body)))
    links.sort(key=lambda link: not tally.plans.made(link))  # what the traffic began is seen to its end first
    for link in links[:most]:
        done += _handle(browser, link, tally)
    return done


def _handle(browser: Browser, link: str, tally: Tally) -> int:
    page = browser.get(link)
    forms = {f.action.rstrip("/").rsplit("/", 1)[-1]: f for f in page.forms() if "/act/" in f.action}
    kind = tally.plans.kind(link)
    action = _next_act(page, forms, kind)
    if not action:
        return 0
    form = forms[action]
    said = {**SAID, **(NOT_SATISFIED if kind == REFUSED and action in ("review", "reject") else {})}
    values = {c.name: said[_bare(c.name)] for c in form.controls if _bare(c.name) in said}
    answer = browser.send(form, values)
    if answer.status >= 400:
        tally.refused[f"{action} {answer.status}"] += 1
        return 0
    tally.done[action] += 1
    return 1


def _next_act(page: Answer, forms: dict[str, Form], kind: str) -> str:
    """The next step on the way to the end, or the other step the plan wants; "" when there is nothing to do."""
    reviewed = "review" in forms and (SAID["opinion"] in page.body or NOT_SATISFIED["opinion"] in page.body)
    for act in ACTS:
        if act == "review" and (reviewed or "approve" in forms):
            continue
        usual, instead = INSTEAD.get(kind, ("", ""))
        if act == usual and instead in forms and (kind != CORRECTED or SAID["note"] not in page.body):
            return instead
        if act in forms:
            return act
    return ""


def _bare(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def rate_finished(browser: Browser, tally: Tally, rng: random.Random, *, most: int = 4) -> int:
    """Rate finished cases that ask for it; each is counted as finished once."""
    page = browser.get("/my/cases/?show=done")
    done = 0
    for link in list(dict.fromkeys(MY_CASE_LINK.findall(page.body))):
        if tally.plans.made(link) and tally.plans.first_time(tally.plans.ended, link):
            tally.done[f"finished {tally.plans.kind(link)}"] += 1
        if done >= most or not tally.plans.first_time(tally.plans.rated, link):
            continue
        form_page = browser.get(f"{link}rate/")
        if 'name="grade"' not in form_page.body:
            continue
        grade = tally.plans.grade(link, rng)
        answer = browser.send(
            form_page.form("grade"), {"grade": grade, "tags": ["slow"] if grade > 3 else ["fast"]}
        )
        if answer.status < 400:
            tally.done["rated"] += 1
            done += 1
    return done
