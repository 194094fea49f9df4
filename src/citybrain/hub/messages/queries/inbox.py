"""The inbox: only one's own messages, whatever is asked for."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from citybrain.hub.messages.data import MessageRecord, Page
from citybrain.hub.messages.models import Message
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound

LARGEST_PAGE = 100


def holders(actor: Actor) -> list[UUID]:
    """Whose messages the actor reads: its person, its account, and the legal person it is acting for.

    An agent (delegation) does not read its principal's other messages.
    """
    ids = [actor.person_id, actor.account_id]
    if actor.authority.startswith("legal_person:"):
        ids.append(actor.subject_id)
    return [i for i in ids if i is not None]


def own_messages(actor: Actor) -> Any:
    """The guarded query set every read and write of messages goes through."""
    return Message.objects.filter(holder_id__in=holders(actor), muted=False)


def inbox(actor: Actor, *, unread: bool = False, page: int = 1, size: int = 20) -> Page:
    """A page of the actor's messages, newest first."""
    rows = own_messages(actor).filter(read_at=None) if unread else own_messages(actor)
    size = max(1, min(size, LARGEST_PAGE))
    total = rows.count()
    pages = -(-total // size)
    number = max(1, min(page, pages or 1))
    found = rows.order_by("-at", "-pk")[(number - 1) * size : number * size]
    return Page(tuple(_record(m) for m in found), number, pages, total)


def unread_count(actor: Actor) -> int:
    """How many messages the actor has not opened."""
    return own_messages(actor).filter(read_at=None).count() if holders(actor) else 0


def message(actor: Actor, message_id: UUID) -> MessageRecord:
    """One of the actor's messages; NotFound for anybody else's."""
    row = own_messages(actor).filter(pk=message_id).first()
    if row is None:
        raise NotFound(_("There is no such message."))
    return _record(row)


def sent_for_case(case_id: UUID) -> list[str]:
    """Template keys of the messages sent about a case, oldest first. No content: for journeys and the case page."""
    return list(
        Message.objects.filter(case_id=case_id).order_by("at", "pk").values_list("template", flat=True)
    )


def _record(row: Message) -> MessageRecord:
    return MessageRecord(
        row.pk,
        row.template,
        row.title,
        row.body.get("text", {}),
        row.at,
        row.read_at,
        row.case_id,
        row.mandatory,
    )
