"""Sources: register, change, check, give a key for pushing."""

import hashlib
import secrets
from typing import Any

from django.db import transaction

from citybrain.hub.data.collection.connectors import connector
from citybrain.hub.data.collection.ports import Access, Finding
from citybrain.hub.data.models import Source
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError
from citybrain.kernel.text import Text

KEY_PREFIX = "cbp_"


@transaction.atomic
def register_source(
    *, title: str, kind: str, organisation: str, settings: dict[str, Any], secret: str = "", by: Actor
) -> Source:
    """A new source of a unit. The secret is encrypted and never shown again."""
    made = Source.objects.create(
        title=title, kind=kind, organisation=organisation, settings=settings, secret=secret, by=by.as_dict(),
        created_at=clock.now(),
    )  # fmt: skip
    audit.record(
        "data.register_source",
        by=by,
        obj=f"source:{made.pk}",
        organisation=organisation,
        after={"kind": kind},
    )
    return made


@transaction.atomic
def change_source(
    source: Source, *, title: str, settings: dict[str, Any], secret: str | None, active: bool, by: Actor
) -> None:
    """Change a source; ``secret`` None keeps the one there is."""
    row = Source.objects.select_for_update().get(pk=source.pk)
    row.title, row.settings, row.active = title, settings, active
    if secret is not None:
        row.secret = secret
    row.save()
    audit.record("data.change_source", by=by, obj=f"source:{row.pk}", organisation=row.organisation, after={"secret_changed": secret is not None, "active": active})  # fmt: skip


def upload_source(organisation: str, *, by: Actor) -> Source:
    """The unit's own source for uploaded files, made when it is first needed."""
    found = Source.objects.filter(organisation=organisation, kind="upload").first()
    return found or register_source(
        title="上传文件", kind="upload", organisation=organisation, settings={}, by=by
    )


def check_config(source: Source, *, by: Actor) -> list[Finding]:
    """Try the source and keep what was found. Slow: talks to another machine, outside of any transaction."""
    access = Access(source.pk, source.kind, source.organisation, dict(source.settings), source.secret)
    try:
        findings = connector(source.kind).check(access)
    except CityError as error:
        findings = [Finding(False, Text(zh=str(error), en=str(error)))]
    with transaction.atomic():
        Source.objects.filter(pk=source.pk).update(
            checked_at=clock.now(), findings=[f.as_dict() for f in findings]
        )
        well = all(f.ok for f in findings)
        audit.record(
            "data.check_source",
            by=by,
            obj=f"source:{source.pk}",
            organisation=source.organisation,
            after={"well": well},
        )
    return findings


@transaction.atomic
def new_push_key(source: Source, *, by: Actor) -> str:
    """A fresh key for pushing into the source; the old one stops working. Told once, kept as a fingerprint only."""
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    Source.objects.filter(pk=source.pk).update(push_hash=fingerprint(key))
    audit.record("data.new_push_key", by=by, obj=f"source:{source.pk}", organisation=source.organisation)
    return key


def fingerprint(key: str) -> str:
    """SHA-256: the key has 256 random bits, so nothing slower is needed."""
    return hashlib.sha256(key.encode()).hexdigest()
