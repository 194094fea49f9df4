"""The loop of certificates: expiry. Printing has a process of its own (``project/printer.py``)."""

from __future__ import annotations

from citybrain.hub.certificates.actions.change_state import expire_due
from citybrain.kernel.loops import every


@every(seconds=600, name="certificates.expire")
def expire() -> int:
    """Expire certificates past their last valid day."""
    return expire_due()
