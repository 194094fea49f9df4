"""What a person has to say when acting: checks the fields of a transition and describes them as JSON Schema.

Refuses values of the wrong kind, too long or not offered, and names nobody asked for. Each problem names its field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from citybrain.hub.cases.domain.machine import FieldSpec

TEXT_MAX = 4000
LIST_MAX = 100


@dataclass(frozen=True)
class Wrong:
    """One problem: the field, a code and the values a message needs."""

    path: str
    code: str
    label: str
    limit: Any = None


class _Bad(Exception):
    def __init__(self, code: str, limit: Any = None) -> None:
        self.code, self.limit = code, limit


def check(fields: Iterable[FieldSpec], data: Mapping[str, Any]) -> tuple[dict[str, Any], list[Wrong]]:
    """Cleaned values (JSON) and the problems."""
    cleaned: dict[str, Any] = {}
    wrong: list[Wrong] = []
    known = {spec.name: spec for spec in fields}
    for name in data:
        if name not in known:
            wrong.append(Wrong(str(name)[:60], "unknown", str(name)[:60]))
    for spec in known.values():
        raw = data.get(spec.name)
        if raw in (None, "", [], ()) or (spec.type == "boolean" and spec.required and not _truth(raw)):
            if spec.required:
                wrong.append(Wrong(spec.name, "required", spec.label.say()))
            elif spec.type == "boolean":
                cleaned[spec.name] = False
            continue
        try:
            cleaned[spec.name] = _CLEAN[spec.type](spec, raw)
        except _Bad as bad:
            wrong.append(Wrong(spec.name, bad.code, spec.label.say(), bad.limit))
    return cleaned, wrong


def _truth(raw: Any) -> bool:
    return raw is True or str(raw).lower() in {"1", "true", "yes", "on"}


def _text(spec: FieldSpec, raw: Any) -> str:
    if not isinstance(raw, str):
        raise _Bad("type")
    value = raw.replace("\x00", "").strip()
    most = int(spec.max or (TEXT_MAX if spec.type == "longtext" else 500))
    if len(value) > most:
        raise _Bad("too_long", most)
    if spec.required and not value:
        raise _Bad("required")
    return value


def _number(spec: FieldSpec, raw: Any) -> int | float:
    try:
        value = Decimal(str(raw).strip())
    except (InvalidOperation, ValueError):
        raise _Bad("number") from None
    if isinstance(raw, bool) or not value.is_finite():
        raise _Bad("number")
    if spec.min is not None and value < Decimal(str(spec.min)):
        raise _Bad("too_small", spec.min)
    if value > Decimal(str(spec.max if spec.max is not None else 10**12)):
        raise _Bad("too_large", spec.max if spec.max is not None else 10**12)
    return int(value) if value == value.to_integral_value() else float(value)


def _date(spec: FieldSpec, raw: Any) -> str:
    try:
        return date.fromisoformat(str(raw)).isoformat()
    except ValueError:
        raise _Bad("date") from None


def _choice(spec: FieldSpec, raw: Any) -> str:
    value = str(raw)
    if value not in {choice.value for choice in spec.choices}:
        raise _Bad("choice")
    return value


def _choices(spec: FieldSpec, raw: Any) -> list[str]:
    values = raw if isinstance(raw, list | tuple) else [raw]
    return [_choice(spec, value) for value in values]


def _list(spec: FieldSpec, raw: Any) -> list[Any]:
    """Lines of text, or a list of texts or flat records."""
    values = raw.splitlines() if isinstance(raw, str) else raw
    if not isinstance(values, list | tuple):
        raise _Bad("type")
    values = [v.strip() if isinstance(v, str) else v for v in values if v not in ("", None)]
    values = [v for v in values if v != ""]
    if not all(isinstance(v, str | dict | int) for v in values):
        raise _Bad("type")
    most = int(spec.max or LIST_MAX)
    if len(values) > most:
        raise _Bad("too_many", most)
    if any(isinstance(v, str) and len(v) > 500 for v in values):
        raise _Bad("too_long", 500)
    if spec.required and not values:
        raise _Bad("required")
    return list(values)


_CLEAN = {
    "text": _text,
    "longtext": _text,
    "number": _number,
    "date": _date,
    "boolean": lambda spec, raw: _truth(raw),
    "choice": _choice,
    "choices": _choices,
    "list": _list,
    "file": _text,
    "any": lambda spec, raw: raw,
}

_TYPES = {"number": "number", "boolean": "boolean", "list": "array", "choices": "array"}


def schema(fields: Iterable[FieldSpec]) -> dict[str, Any]:
    """The fields as a JSON schema; ``x-`` members carry what a screen needs (label, hint, kind)."""
    properties = {spec.name: _property(spec) for spec in fields}
    return {
        "type": "object",
        "properties": properties,
        "required": [spec.name for spec in fields if spec.required],
        "additionalProperties": False,
    }


def _property(spec: FieldSpec) -> dict[str, Any]:
    prop: dict[str, Any] = {"x-label": spec.label.as_dict(), "x-kind": spec.type}
    if spec.type != "any":
        prop["type"] = _TYPES.get(spec.type, "string")
    if spec.hint:
        prop["x-hint"] = spec.hint.as_dict()
    if spec.choices:
        values = [choice.value for choice in spec.choices]
        prop["x-choices"] = [{"value": c.value, "name": c.name.as_dict()} for c in spec.choices]
        prop.update({"items": {"enum": values}} if spec.type == "choices" else {"enum": values})
    if spec.type == "date":
        prop["format"] = "date"
    if spec.type in ("text", "longtext"):
        prop["maxLength"] = int(spec.max or (TEXT_MAX if spec.type == "longtext" else 500))
    if spec.type == "number":
        prop.update({k: v for k, v in (("minimum", spec.min), ("maximum", spec.max)) if v is not None})
    return prop
