"""Sending a message: wording it and queueing its outside channels, in the caller's transaction.

One statement a message, in plain SQL (and one a template and batch): a city sends several for every step of every case.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from citybrain.hub.messages.data import OUTSIDE, Recipient
from citybrain.hub.messages.domain.wording import LONGEST_IN_SMS, filled
from citybrain.hub.messages.models import Message
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.crypto import encrypt_text, sm3_hex
from citybrain.kernel.errors import NotFound
from citybrain.kernel.ids import new_id
from citybrain.kernel.remember import remembered

_NOTICE = """
SELECT key, version, title, body, sms, placeholders, channels, mandatory
  FROM messages_notice WHERE key = %s AND NOT hidden ORDER BY version DESC LIMIT 1
"""
# What the holder wants is asked here, at the last moment: no inbox makes the message mute (never a mandatory one), no sms or mail leaves that delivery out.
_INSERT = """
WITH wants AS (
  SELECT coalesce(bool_and(inbox), true) AS inbox, coalesce(bool_and(sms), true) AS sms,
         coalesce(bool_and(mail), true) AS mail FROM messages_preference WHERE holder_id = %s
), said AS (
  INSERT INTO messages_message (id, key, holder_kind, holder_id, template, template_version, title, body, case_id,
                                mandatory, muted, at)
  SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s::uuid, m.mandatory, NOT (%s AND (m.mandatory OR w.inbox)), %s
    FROM wants w, (SELECT %s::boolean AS mandatory) m
      ON CONFLICT (key, holder_id) DO NOTHING RETURNING id, at
), queued AS (
  INSERT INTO messages_delivery (id, message_id, channel, address, state, attempts, next_at, reference, error, at)
  SELECT d.id, said.id, d.channel, d.address, 'queued', 0, said.at, '', '', said.at
    FROM said, wants w, unnest(%s::uuid[], %s::text[], %s::bytea[]) AS d(id, channel, address)
   WHERE CASE d.channel WHEN 'sms' THEN w.sms WHEN 'mail' THEN w.mail END
)
SELECT id FROM said
"""


@dataclass(frozen=True)
class _Template:
    """The notice in use."""

    key: str
    version: int
    title: dict[str, str]
    body: dict[str, str]
    sms: dict[str, str]
    placeholders: list[str]
    channels: list[str]
    mandatory: bool


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
    notice = _notice(template)
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


@remembered(5.0)
def _notice(template: str) -> _Template:
    """The newest version in use; templates are pack data, asked once a request or batch of events."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTICE, [template])
        row = cursor.fetchone()
    if row is None:
        raise NotFound(_("There is no notice of this kind."), code="notice_unknown", todo=template)
    title, body, sms, placeholders, channels = (json.loads(value) for value in row[2:7])
    return _Template(row[0], row[1], title, body, sms, placeholders, channels, row[7])


def _row(
    notice: _Template, to: Recipient, context: Mapping[str, Any], key: str, case_id: UUID | None
) -> list[Any]:
    known = {name: context.get(name) for name in notice.placeholders}
    sms = filled(notice.sms, known, LONGEST_IN_SMS) if notice.sms else {}
    title, body = filled(notice.title, known), {"text": filled(notice.body, known), "sms": sms}
    return [
        to.id, new_id(), key, to.kind, to.id, notice.key, notice.version, _sealed(title), _sealed(body), case_id,
        "inbox" in notice.channels, clock.now(), notice.mandatory,
    ]  # fmt: skip


def _deliveries(notice: _Template, to: Recipient) -> list[list[Any]]:
    given = {"sms": to.phone, "mail": to.email}
    channels = [channel for channel in OUTSIDE if channel in notice.channels]
    addresses = [encrypt_text(given[channel]) if given[channel] else b"" for channel in channels]
    return [[new_id() for _ in channels], list(channels), addresses]


def _sealed(value: Any) -> bytes:
    """As EncryptedJSONField stores it."""
    return encrypt_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
