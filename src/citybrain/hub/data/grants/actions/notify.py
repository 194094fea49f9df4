"""Words to a unit about its grants: to those who hold its liaison post, in their inbox."""

import logging
from typing import Any
from uuid import UUID

from citybrain.hub.identity import api as identity
from citybrain.hub.messages import api as messages
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound

log = logging.getLogger(__name__)
ROLE = "liaison"
TEMPLATES = {
    "expiring": "data_grant_expiring",
    "ended": "data_grant_ended",
    "contract_expiring": "data_contract_expiring",
    "contract_ended": "data_contract_ended",
    "correction": "data_correction",
    "correction_due": "data_correction_due",
}


def notify(consumer: str, what: str, about: UUID, *, by: Actor, number: int = 0, **context: Any) -> int:
    """Send one kind of word about one thing to a unit; the same thing and ``number`` is told once. How many people."""
    accounts = identity.persons_holding(ROLE, consumer)
    try:
        for account in accounts:
            messages.send(
                template=TEMPLATES[what], to=messages.Recipient(account_id=account),
                context={"number": str(about)[:8], **context}, key=f"data:{what}:{about}:{number}", by=by,
            )  # fmt: skip
    except NotFound as error:  # the pack with these notices is not installed: the pages show the same
        log.warning("nobody was told of %s %s: %s", what, about, error)
        return 0
    return len(accounts)
