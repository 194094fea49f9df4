"""The door of certificates: issue, change, end, present, show, verify, read.

Errors: NotFound (404, also for another's certificate), NotUsable (409), Invalid (422), TooMany (429).
"""

from citybrain.hub.certificates.actions.change_state import cancel, expire_due, resume, revoke, suspend
from citybrain.hub.certificates.actions.issue import change, issue
from citybrain.hub.certificates.actions.render import render_next
from citybrain.hub.certificates.actions.use import make_show_code, present, redeem_show_code
from citybrain.hub.certificates.data import (
    Cancelled,
    CertificateId,
    CertificateRecord,
    Changed,
    Expired,
    Issued,
    NotUsable,
    Presented,
    PublicView,
    Resumed,
    Revoked,
    Suspended,
    TypeRecord,
)
from citybrain.hub.certificates.domain.numbers import check_character, parse_identifier
from citybrain.hub.certificates.queries.files import pdf_for
from citybrain.hub.certificates.queries.records import (
    certificate_for,
    issued_for_case,
    of_case,
    usable,
    wallet,
)
from citybrain.hub.certificates.queries.types import current_type, types
from citybrain.hub.certificates.queries.verify import verify
from citybrain.hub.certificates.rendering.compose import public_origin
from citybrain.hub.certificates.rendering.fonts import doctor

__all__ = [
    "Cancelled", "CertificateId", "CertificateRecord", "Changed", "Expired", "Issued", "NotUsable", "Presented",
    "PublicView", "Resumed", "Revoked", "Suspended", "TypeRecord", "cancel", "certificate_for", "change",
    "check_character", "current_type", "doctor", "expire_due", "issue", "issued_for_case", "make_show_code", "of_case",
    "parse_identifier", "pdf_for", "present", "public_origin", "redeem_show_code", "render_next", "resume", "revoke", "suspend", "types", "usable",
    "verify", "wallet",
]  # fmt: skip
