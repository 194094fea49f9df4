"""Public verification by number and short code; shows only what a stranger needs. Refuses to say which was wrong."""

from __future__ import annotations

import hmac

from django.utils.translation import gettext as _

from citybrain.hub.certificates.data import PublicView
from citybrain.hub.certificates.models import Certificate, CertificateUse
from citybrain.hub.certificates.queries.records import state_of
from citybrain.kernel import clock, ratelimit
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound
from citybrain.kernel.masking import mask_name

PER_ADDRESS = (30, 60.0)  # attempts, seconds
PER_NUMBER = (20, 600.0)


def clean(text: str) -> str:
    """A number or code as typed: without blanks, full-width letters folded, capitals."""
    folded = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)
    return "".join(folded.split()).upper()


def verify(number: str, code: str, *, by: Actor | None = None, limited: bool = True) -> PublicView:
    """The public view of a certificate by printed number or identifier, with its short code.

    Rate limited by address and by number (TooMany). NotFound says the same for a wrong number and a wrong code.
    """
    by = by or Actor.anonymous()
    number, code = clean(number)[:120], clean(code)[:20].replace("-", "")
    if limited:
        ratelimit.allow(f"certificates.verify:{by.ip}", *PER_ADDRESS)
        ratelimit.allow(f"certificates.verify:{number}", *PER_NUMBER)
    column = "identifier" if number.startswith("1.2.156.") else "number"
    found = None
    for row in Certificate.objects.filter(**{column: number}).order_by("-version")[:20]:
        if hmac.compare_digest(row.verify_code.encode(), code.encode()):
            found = found or row
    if found is None or not code:
        raise NotFound(
            _("No certificate has this number and code."), code="not_verified",
            todo=_("Check both; the code has eight letters or digits and stands beside the square code."),
        )  # fmt: skip
    CertificateUse.objects.create(
        certificate=found,
        kind=CertificateUse.Kind.VERIFY,
        at=clock.now(),
        by={"kind": by.kind, "terminal": by.terminal},
    )
    return public_view(found)


def public_view(row: Certificate) -> PublicView:
    """Type, masked holder, issuer, state, dates and the facts the type declares public."""
    holder = row.holder_name if row.holder_kind == "legal_person" else mask_name(row.holder_name)
    return PublicView(
        name=row.name, number=row.number, state=state_of(row), holder=holder, issuer=row.issuer_name,
        issued_on=clock.local(row.issued_at).date(), valid_from=row.valid_from, valid_to=row.valid_to,
        facts=tuple((line["label"], line["text"]) for line in row.public_data),
        superseded=row.state == "changed", demo=row.demo,
    )  # fmt: skip
