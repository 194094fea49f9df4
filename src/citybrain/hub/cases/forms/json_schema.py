"""JSON Schema 2020-12 of a form's answers: for editors, for the REST door, and as a second opinion in tests."""

from __future__ import annotations

from typing import Any

from citybrain.hub.cases.forms.runtime import Field, Form, Repeat

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(form: Form) -> dict[str, Any]:
    """Shape of ``case.data`` of this form. Conditions are not in it, so nothing conditional is required."""
    properties: dict[str, Any] = {}
    required: list[str] = []
    for page in form.pages:
        for section in page.sections:
            for item in section.items:
                if isinstance(item, Field):
                    properties[item.key] = field_schema(item)
                    if item.required and not (page.when or section.when or item.when):
                        required.append(item.key)
                elif isinstance(item, Repeat):
                    properties[item.key] = _block(item)
                    if item.spec.min and not (page.when or section.when or item.when):
                        required.append(item.key)
    return {
        "$schema": DIALECT,
        "$id": f"urn:citybrain:form:{form.key}:{form.version}",
        "title": form.title.zh,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _block(item: Repeat) -> dict[str, Any]:
    inner = {
        "type": "object",
        "properties": {f.key: field_schema(f) for f in item.fields},
        "required": [f.key for f in item.fields if f.required and not f.when],
        "additionalProperties": False,
    }
    return {
        "title": item.spec.title.zh,
        "type": "array",
        "items": inner,
        "minItems": item.spec.min,
        "maxItems": item.spec.max,
    }


def field_schema(field: Field) -> dict[str, Any]:
    """Schema of one answer as it is stored."""
    schema: dict[str, Any] = {"title": field.title.zh, **_typed(field)}
    if field.hint:
        schema["description"] = field.hint.zh
    if field.spec.standard:
        schema["$comment"] = field.spec.standard
    return schema


def _typed(field: Field) -> dict[str, Any]:
    kind = field.type
    if kind == "boolean":
        return {"type": "boolean"}
    if kind == "integer":
        limits = {"minimum": field.rule("min"), "maximum": field.rule("max")}
        return {"type": "integer", **{k: int(v) for k, v in limits.items() if v is not None}}
    if kind in ("number", "money"):
        return {"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "format": "decimal"}
    if kind == "date":
        return {"type": "string", "format": "date"}
    if kind == "choice":
        return {"type": "string", "enum": [option.value for option in field.options]}
    if kind == "choices":
        values = {"type": "string", "enum": [option.value for option in field.options]}
        return {"type": "array", "items": values, "uniqueItems": True}
    if kind == "attachment":
        return {"type": "array", "items": {"type": "string", "format": "uuid"}}
    if kind == "division":
        return {"type": "string", "pattern": r"^\d{12}$"}
    schema: dict[str, Any] = {"type": "string"}
    for name, word in (("min_length", "minLength"), ("max_length", "maxLength"), ("pattern", "pattern")):
        if field.rule(name):
            schema[word] = field.rule(name)
    return schema
