"""Sending a message: wording it and queueing its outside channels, in the caller's transaction."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.messages.data import OUTSIDE, Preferences, Recipient
from citybrain.hub.messages.domain.wording import LONGEST_IN_SMS, filled
from citybrain.hub.messages.models import Delivery, Message, Notice
from citybrain.hub.messages.queries.preferences import preferences_of
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.crypto import sm3_hex
from citybrain.kernel.errors import NotFound
from citybrain.kernel.ids import new_id


@transaction.atomic
def send(
    *,
    template: str,
    to: Recipient,
    context: Mapping[str, Any],
    key: str,
    by: Actor,
    case_id: UUID | None = None,
) -> UUID:
    """Say ``template`` to ``to``; returns the message's id, the first one's when ``key`` was used before.

    ``context`` gives the template's placeholders: text, bilingual text, dates or ISO instants. Nothing leaves
    before the transaction commits, and nothing is lost once it has. NotFound (``notice_unknown``) for a template
    no installed pack has.
    """
    notice = notice_named(template)
    wants = preferences_of(to.id)
    key = shortened(key)
    message = _worded(notice, to, context, key, wants, case_id)
    Message.objects.bulk_create([message], ignore_conflicts=True)
    first = Message.objects.filter(key=key, holder_id=to.id).values_list("pk", flat=True).get()
    if first == message.pk:
        _queue(message, notice, to, wants)
    return first


def shortened(key: str) -> str:
    """A long key becomes its fingerprint, so that two long keys never meet."""
    return key if len(key) <= 100 else "sm3:" + sm3_hex(key.encode())


def notice_named(template: str) -> Notice:
    """The version in use. NotFound when there is none."""
    notice = Notice.objects.filter(key=template, hidden=False).order_by("-version").first()
    if notice is None:
        raise NotFound(_("There is no notice of this kind."), code="notice_unknown", todo=template)
    return notice


def _worded(
    notice: Notice,
    to: Recipient,
    context: Mapping[str, Any],
    key: str,
    wants: Preferences,
    case_id: UUID | None,
) -> Message:
    known = {name: context.get(name) for name in notice.placeholders}
    body = {
        "text": filled(notice.body, known),
        "sms": filled(notice.sms, known, LONGEST_IN_SMS) if notice.sms else {},
    }
    shown = "inbox" in notice.channels and wants.wants("inbox", mandatory=notice.mandatory)
    return Message(
        id=new_id(), key=key, holder_kind=to.kind, holder_id=to.id, template=notice.key,
        template_version=notice.version, title=filled(notice.title, known), body=body, case_id=case_id,
        mandatory=notice.mandatory, muted=not shown, at=clock.now(),
    )  # fmt: skip


def _queue(message: Message, notice: Notice, to: Recipient, wants: Preferences) -> None:
    given = {"sms": to.phone, "mail": to.email}
    Delivery.objects.bulk_create([
        Delivery(message=message, channel=channel, address=given[channel], at=message.at, next_at=message.at)
        for channel in OUTSIDE
        if channel in notice.channels and wants.wants(channel, mandatory=notice.mandatory)
    ])  # fmt: skip
