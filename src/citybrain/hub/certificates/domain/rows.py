"""The facts of a certificate as printed lines: label and text, in the order the type lists them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from citybrain.hub.certificates.domain.certificate_type import CertificateField, CertificateType

LONG_TERM = "长期"


def validity_text(valid_from: date, valid_to: date | None) -> str:
    """Printed validity."""
    return f"{day(valid_from)}至{day(valid_to) if valid_to else LONG_TERM}"


def day(value: Any) -> str:
    """2026年11月23日; a text that is no date is printed as it is."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value[:10])
        except ValueError:
            return value
    if isinstance(value, datetime | date):
        return f"{value.year}年{value.month}月{value.day}日"
    return "" if value is None else str(value)


def money(value: Any) -> str:
    """Yuan with two decimals, from yuan as number or text."""
    try:
        return f"{Decimal(str(value)):,.2f}元"
    except InvalidOperation:
        return str(value)


def printed(field: CertificateField, value: Any) -> str:
    """One value as printed text."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, Mapping):
        return str(value.get("zh") or value.get("label") or value.get("text") or value.get("value") or "")
    if field.type == "date" or isinstance(value, date):
        return day(value)
    if field.type == "money":
        return money(value)
    if isinstance(value, list | tuple):
        return "、".join(printed(field, item) for item in value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


def rows(
    kind: CertificateType, facts: Mapping[str, Any], data: Mapping[str, Any], *, public: bool = False
) -> list[dict]:
    """Lines to print: {key, label, text, long}. ``public`` keeps only what the type declares public."""
    found = []
    for field in kind.fields:
        if public and not field.public:
            continue
        value = facts.get(field.source) if field.source else data.get(field.key)
        text = printed(field, value)
        if text or field.required:
            found.append(
                {
                    "key": field.key,
                    "label": field.label.as_dict(),
                    "text": text or "——",
                    "long": field.type == "long",
                }
            )
    return found


def missing(kind: CertificateType, data: Mapping[str, Any]) -> list[CertificateField]:
    """Required business fields without a value."""
    return [f for f in kind.fields if f.required and not f.source and data.get(f.key) in (None, "", [], {})]
