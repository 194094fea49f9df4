"""Test data of messages: notices, people, gateways that do as they are told."""

from collections.abc import Iterable
from uuid import UUID

from citybrain.hub.messages.data import Receipt, Sent
from citybrain.hub.messages.models import Notice
from citybrain.kernel.actor import Actor

LIN = Actor(kind="citizen", account_id=UUID(int=1), person_id=UUID(int=1001), name="林小梅")
CHEN = Actor(kind="citizen", account_id=UUID(int=2), person_id=UUID(int=1002), name="陈大明")
FIRM = UUID(int=5001)
CHEN_FOR_FIRM = Actor(
    kind="citizen",
    account_id=UUID(int=2),
    person_id=UUID(int=1002),
    authority="legal_person:1",
    subject_id=FIRM,
)
AGENT = Actor(
    kind="citizen",
    account_id=UUID(int=3),
    person_id=UUID(int=1003),
    authority="delegation:1",
    subject_id=UUID(int=1001),
)
ADMIN = Actor(
    kind="official", account_id=UUID(int=9), permissions=frozenset({"messages.manage"}), authority="post"
)
SYSTEM = Actor.system("test")


def notice(key: str = "acceptance", **more) -> Notice:
    """A notice in use."""
    values = {
        "pack": "test", "title": {"zh": "受理：{matter_name}", "en": "Accepted: {matter_name}"},
        "body": {"zh": "办件 {case_no} 于{at:date}受理", "en": "Case {case_no} accepted on {at:date}"},
        "placeholders": ["matter_name", "case_no", "at"], "channels": ["inbox", "sms", "mail"],
    }  # fmt: skip
    return Notice.objects.create(key=key, **(values | more))


class Gateway:
    """Keeps what it was given; ``fail`` is raised on the next calls."""

    def __init__(self, *, idempotent: bool = True, arrived: bool = False) -> None:
        self.idempotent, self.arrived = idempotent, arrived
        self.calls: list[dict] = []
        self.sent: dict[str, dict] = {}
        self.fail: list[Exception] = []
        self.waiting: list[Receipt] = []

    def send(self, *, key: str, **line: str) -> Sent:
        self.calls.append({"key": key, **line})
        if self.fail:
            raise self.fail.pop(0)
        if not (self.idempotent and key in self.sent):
            self.sent[key] = line
        return Sent(reference=f"ref-{key}", arrived=self.arrived)

    def receipts(self) -> Iterable[Receipt]:
        waiting, self.waiting = self.waiting, []
        return waiting

    def check(self) -> list[str]:
        return []
