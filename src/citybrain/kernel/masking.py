"""Masking of personal values for people without a purpose: name 张*, identifier first 6 + last 4 or less, phone 138****1234.

Refuses to show more of a short value than of a long one. Unmasking is not here: it needs a purpose and an audit row.
"""

from collections.abc import Callable

STAR = "*"


def mask_name(value: str) -> str:
    """``林小梅`` → ``林**``; a foreign name keeps its first letter."""
    value = (value or "").strip()
    return value[:1] + STAR * max(1, min(len(value) - 1, 8)) if value else ""


def mask_id_number(value: str) -> str:
    """First 6 and last 4 of a long identifier, first and last of a shorter one, nothing of a very short one."""
    value = (value or "").strip()
    if len(value) >= 15:
        return value[:6] + STAR * (len(value) - 10) + value[-4:]
    if len(value) >= 5:
        return value[0] + STAR * (len(value) - 2) + value[-1]
    return STAR * len(value)


def mask_phone(value: str) -> str:
    """``13812341234`` → ``138****1234``; shorter numbers keep the last two digits."""
    value = (value or "").strip()
    if len(value) >= 11:
        return value[:-8] + STAR * 4 + value[-4:]
    return STAR * max(0, len(value) - 2) + value[-2:] if len(value) > 2 else STAR * len(value)


def mask_email(value: str) -> str:
    """``lin@example.com`` → ``l***@example.com``."""
    local, at, host = (value or "").strip().partition("@")
    return f"{local[:1]}***@{host}" if at else STAR * len(local)


def mask_address(value: str) -> str:
    """Keeps the division part (first 6 characters), hides the rest."""
    value = (value or "").strip()
    return value[:6] + STAR * min(8, max(1, len(value) - 6)) if len(value) > 6 else STAR * len(value)


def mask_account(value: str) -> str:
    """Last 4 of an account number."""
    value = (value or "").strip()
    return STAR * max(0, len(value) - 4) + value[-4:] if len(value) > 6 else STAR * len(value)


KINDS: dict[str, Callable[[str], str]] = {
    "name": mask_name,
    "id_number": mask_id_number,
    "phone": mask_phone,
    "email": mask_email,
    "address": mask_address,
    "account": mask_account,
}


def mask(kind: str, value: object) -> str:
    """Mask ``value`` as ``kind``; an unknown kind hides everything."""
    text = "" if value is None else str(value)
    return KINDS[kind](text) if kind in KINDS else STAR * min(len(text), 8)
