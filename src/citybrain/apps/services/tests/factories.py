"""Demo people at the test client, and applications taken as far as a test needs them."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from citybrain.apps.services.traffic.answers import SCAN
from citybrain.apps.services.traffic.browser import Answer, filled
from citybrain.hub.cases import api as cases
from citybrain.hub.identity import api as identity
from citybrain.hub.identity.models import Account
from citybrain.hub.matters import api as matters
from citybrain.kernel import events
from citybrain.kernel.actor import Actor

CARD = "social-security-card"
ANSWERS = {"holder": "adult"}
CITIZEN, STRANGER = "lin.xiaomei", "wu.jianguo"
UNIT = "350902-rsj"
FIELDS = {
    "person_name": "林小梅",
    "card_bank": "boc",
    "phone": "13805931234",
    "delivery_way": "electronic",
    "contact_phone": "13805931234",
}


def account(username: str) -> Account:
    return Account.objects.get(username=username)


def visitor(username: str = "", lang: str = "zh-hans") -> Client:
    """A browser of its own; signed in when a user name is given."""
    client = Client()
    client.cookies["django_language"] = lang
    if username:
        client.force_login(account(username))
    return client


def citizen() -> Actor:
    return identity.stand_in_citizen(CITIZEN)


def official(role: str) -> Actor:
    return identity.stand_in(role, UNIT)


def read(answer: Any) -> Answer:
    """A page of the test client with its forms as a person sees them."""
    path = (
        answer.redirect_chain[-1][0]
        if getattr(answer, "redirect_chain", None)
        else answer.request["PATH_INFO"]
    )
    return Answer(answer.status_code, path, answer.content.decode(), {})


def send(
    client: Client, page: Answer, having: str, values: dict[str, Any], *, press: tuple[str, str] | None = None,
    follow: bool = True,
) -> Any:  # fmt: skip
    """Fill in the form of a page that has this control and send it, following redirects; else where it leads to."""
    form = page.form(having)
    post: dict[str, list[Any]] = {}
    for name, value in [pair for control in form.controls for pair in filled(control, values)]:
        post.setdefault(name, []).append(value)
    if press:
        post[press[0]] = [press[1]]
    for control in form.controls:
        if control.type == "file" and control.name != "scans":
            post[control.name] = [SimpleUploadedFile("scan.pdf", SCAN, "application/pdf")]
    answer = client.post(form.action.split("?")[0], post, follow=follow)
    return read(answer) if follow else answer["Location"]


def fill(client: Client, path: str, *, most: int = 12, **changes: str) -> Answer:
    """Go on from a page of the form to the review, as a person would."""
    page = read(client.get(path))
    for _step in range(most):
        if "/review/" in page.path:
            return page
        page = send(client, page, "_action", {**FIELDS, **changes}, press=("_action", "continue"))
        assert page.status == 200, page.body[-3000:]
    raise AssertionError(f"the form does not end: {path}")


def start(client: Client, key: str = CARD, **answers: str) -> str:
    """Answer the situation questions; the address of the form's first page."""
    page = read(client.get(f"/start/{key}/"))
    for _question in range(8):
        if "/apply/" in page.path:
            return page.path
        page = send(client, page, "key", {f"s.{k}": v for k, v in (answers or ANSWERS).items()})
    raise AssertionError("the questions do not end")


def apply(client: Client, **changes: str) -> str:
    """Start, fill in, submit; the case's id."""
    review = fill(client, start(client), **changes)
    done = send(
        client, review, "declared" if 'name="declared"' in review.body else "key", {"declared": "yes"}
    )
    assert "/done/" in done.path, done.body[-3000:]
    return done.path.split("/")[2]


def submitted() -> cases.CaseRecord:
    """A submitted case of the demo citizen, without pages."""
    actor = citizen()
    record = matters.start(CARD, by=actor, answers=ANSWERS)
    matters.save_draft(record.id, by=actor, data=FIELDS)
    matters.by_hand(record.id, by=actor, materials={"photo": "upload"})
    return matters.submit(record.id, by=actor)


def finished() -> cases.CaseRecord:
    """The same case carried to its certificate."""
    record = submitted()
    cases.act(record.id, "receive", by=official("receiver"))
    cases.act(record.id, "accept", by=official("reviewer"))
    cases.act(record.id, "review", by=official("reviewer"), data={"verdict": "pass", "opinion": "相符"})
    cases.act(record.id, "approve", by=official("decider"), data={"reason": "材料齐全"})
    done = cases.act(record.id, "certify", by=official("issuer"))
    events.deliver_own()
    return done
