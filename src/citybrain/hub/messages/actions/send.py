"""Sending a message: wording it and queueing its outside channels, in the caller's transaction.

Two statements a message, in plain SQL: a city sends several for every step of every case.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from citybrain.hub.messages.data import OUTSIDE, Preferences, Recipient
from citybrain.hub.messages.domain.wording import LONGEST_IN_SMS, filled
from citybrain.hub.messages.models import Message
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.crypto import encrypt_text, sm3_hex
from citybrain.kernel.errors import NotFound
from citybrain.kernel.ids import new_id

_NOTICE = """
SELECT n.key, n.version, n.title, n.body, n.sms, n.placeholders, n.channels, n.mandatory,
       coalesce(p.inbox, true), coalesce(p.sms, true), coalesce(p.mail, true)
  FROM messages_notice n LEFT JOIN messages_preference p ON p.holder_id = %s
 WHERE n.key = %s AND NOT n.hidden ORDER BY n.version DESC LIMIT 1
"""
_INSERT = """
WITH said AS (
  INSERT INTO messages_message (id, key, holder_kind, holder_id, template, template_version, title, body, case_id,
                                mandatory, muted, at)
  VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (key, holder_id) DO NOTHING RETURNING id, at
), queued AS (
  INSERT INTO messages_delivery (id, message_id, channel, address, state, attempts, next_at, reference, error, at)
  SELECT d.id, said.id, d.channel, d.address, 'queued', 0, said.at, '', '', said.at
    FROM said, unnest(%s::uuid[], %s::text[], %s::bytea[]) AS d(id, channel, address)
)
SELECT id FROM said
"""


@dataclass(frozen=True)
class _Template:
    """The notice in use, and what its holder wants."""

    key: str
    version: int
    title: dict[str, str]
    body: dict[str, str]
    sms: dict[str, str]
    placeholders: list[str]
    channels: list[str]
    mandatory: bool
    wants: Preferences

    def goes_to(self, channel: str) -> bool:
        """Whether a message of this kind goes out on ``channel``."""
        return channel in self.channels and self.wants.wants(channel, mandatory=self.mandatory)


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
    no installed pack has. ``by`` is who causes it; a message's record is itself the trace, so no audit row is written.
    """
    notice = _notice(template, to.id)
    key = shortened(key)
    row = _row(notice, to, context, key, case_id)
    with connection.cursor() as cursor:  # one statement: message and deliveries, all or nothing
        cursor.execute(_INSERT, [*row, *_deliveries(notice, to)])
        said = cursor.fetchone()
    if said is None:
        return Message.objects.values_list("pk", flat=True).get(key=key, holder_id=to.id)
    return said[0]


def shortened(key: str) -> str:
    """A long key becomes its fingerprint, so that two long keys never meet."""
    return key if len(key) <= 100 else "sm3:" + sm3_hex(key.encode())


def _notice(template: str, holder: UUID) -> _Template:
    with connection.cursor() as cursor:
        cursor.execute(_NOTICE, [holder, template])
        row = cursor.fetchone()
    if row is None:
        raise NotFound(_("There is no notice of this kind."), code="notice_unknown", todo=template)
    title, body, sms, placeholders, channels = (json.loads(value) for value in row[2:7])
    return _Template(row[0], row[1], title, body, sms, placeholders, channels, row[7], Preferences(*row[8:]))


def _row(
    notice: _Template, to: Recipient, context: Mapping[str, Any], key: str, case_id: UUID | None
) -> list[Any]:
    known = {name: context.get(name) for name in notice.placeholders}
    sms = filled(notice.sms, known, LONGEST_IN_SMS) if notice.sms else {}
    title, body = filled(notice.title, known), {"text": filled(notice.body, known), "sms": sms}
    return [
        new_id(), key, to.kind, to.id, notice.key, notice.version, _sealed(title), _sealed(body), case_id,
        notice.mandatory, not notice.goes_to("inbox"), clock.now(),
    ]  # fmt: skip


def _deliveries(notice: _Template, to: Recipient) -> list[list[Any]]:
    given = {"sms": to.phone, "mail": to.email}
    channels = [channel for channel in OUTSIDE if notice.goes_to(channel)]
    addresses = [encrypt_text(given[channel]) if given[channel] else b"" for channel in channels]
    return [[new_id() for _ in channels], list(channels), addresses]


def _sealed(value: Any) -> bytes:
    """As EncryptedJSONField stores it."""
    return encrypt_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
