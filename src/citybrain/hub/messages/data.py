"""Records of messages that may cross the door. No Django."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from citybrain.kernel.text import say

Channel = Literal["inbox", "sms", "mail"]
CHANNELS: tuple[Channel, ...] = ("inbox", "sms", "mail")
OUTSIDE: tuple[Channel, ...] = ("sms", "mail")


@dataclass(frozen=True)
class Recipient:
    """Whom a message is for: a person, an account (an official) or a legal person, exactly one of them.

    ``phone`` and ``email`` override what identity knows; without an address a channel is skipped, never guessed.
    """

    person_id: UUID | None = None
    account_id: UUID | None = None
    legal_person_id: UUID | None = None
    phone: str = ""
    email: str = ""

    def __post_init__(self) -> None:
        if len([i for i in (self.person_id, self.account_id, self.legal_person_id) if i]) != 1:
            raise ValueError("a recipient is one person, one account or one legal person")

    @property
    def kind(self) -> str:
        """person, account or legal_person."""
        return "person" if self.person_id else "account" if self.account_id else "legal_person"

    @property
    def id(self) -> UUID:
        """The id of that kind."""
        found = self.person_id or self.account_id or self.legal_person_id
        assert found is not None
        return found


@dataclass(frozen=True)
class MessageRecord:
    """One message as its holder sees it."""

    id: UUID
    template: str
    title: dict[str, str]
    body: dict[str, str]
    at: datetime
    read_at: datetime | None = None
    case_id: UUID | None = None
    mandatory: bool = False

    @property
    def unread(self) -> bool:
        """Not opened yet."""
        return self.read_at is None

    @property
    def heading(self) -> str:
        """The title in the reader's language."""
        return say(self.title)


@dataclass(frozen=True)
class Page:
    """A page of a list: ``items``, the page's number from 1, pages and items in all."""

    items: tuple = ()
    number: int = 1
    pages: int = 0
    total: int = 0


@dataclass(frozen=True)
class DeliveryRecord:
    """How far a message has come on one outside channel. ``address`` is masked."""

    id: UUID
    message_id: UUID
    channel: str
    state: str
    attempts: int
    error: str
    address: str
    template: str
    at: datetime
    next_at: datetime | None = None
    name: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Preferences:
    """Which channels a person wants. The inbox of mandatory legal notices cannot be switched off."""

    inbox: bool = True
    sms: bool = True
    mail: bool = True


@dataclass(frozen=True)
class Receipt:
    """What a gateway reports later: ``reference`` as given on sending, and whether the message arrived."""

    reference: str
    arrived: bool
    reason: str = ""


@dataclass(frozen=True)
class Sent:
    """A gateway took a message. ``arrived`` when it already knows that it reached the device or mailbox."""

    reference: str
    arrived: bool = False
    extra: dict[str, str] = field(default_factory=dict)
