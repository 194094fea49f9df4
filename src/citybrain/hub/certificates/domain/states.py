"""What may become of a certificate (reference §16): valid ⇄ suspended, then changed, expired, revoked or cancelled."""

from __future__ import annotations

MOVES: dict[str, dict[str, tuple[str, str]]] = {
    # act: {from state: (to state, operation code)}
    "suspend": {"valid": ("suspended", "03")},
    "resume": {"suspended": ("valid", "06")},
    "change": {"valid": ("changed", "09")},
    "renew": {"valid": ("changed", "02"), "expired": ("changed", "02")},
    "expire": {"valid": ("expired", "04"), "suspended": ("expired", "04")},
    "revoke": {"valid": ("revoked", "05"), "suspended": ("revoked", "05")},
    "withdraw": {"valid": ("withdrawn", "05"), "suspended": ("withdrawn", "05")},
    "cancel": {"valid": ("cancelled", "05"), "suspended": ("cancelled", "05")},
}
FINAL = frozenset({"changed", "expired", "revoked", "withdrawn", "cancelled"})


def move(act: str, state: str) -> tuple[str, str] | None:
    """(new state, operation code) of an act, or None when it is not possible in this state."""
    return MOVES[act].get(state)


def possible(state: str) -> list[str]:
    """Acts an official may do by hand in this state."""
    return [a for a in ("suspend", "resume", "revoke", "withdraw", "cancel") if state in MOVES[a]]
