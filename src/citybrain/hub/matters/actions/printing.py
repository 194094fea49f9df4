"""What a certificate prints from the answers: labels instead of option values, under keys of their own in the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from citybrain.hub.cases import api as cases
from citybrain.hub.matters.actions.application import PRINTED
from citybrain.hub.matters.domain.document import MatterDocument


def printed_values(
    d: MatterDocument, form: cases.forms.Form, answers: Mapping[str, str], data: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, Any]]:
    """(certificate item -> key in the case's data, values to store under those keys).

    Items named in ``result.data`` take that answer or quoted literal; every other answer prints under its own name,
    and so do situation answers, in words.
    """
    fields = form.fields()
    words: dict[str, Any] = {}
    for question in d.situations:
        label = next((o.label.zh for o in question.options if o.value == answers.get(question.key)), None)
        if label is not None:
            words[question.key] = label
    for key, field in fields.items():
        if key in data:
            words[key] = in_words(field, data[key])
    for item, source in d.result.data.items():
        words[item] = source[1:-1] if source[:1] in "\"'" else words.get(source, "")
    stored = {f"{PRINTED}{item}": value for item, value in words.items() if value not in ("", None)}
    return {key.removeprefix(PRINTED): key for key in stored}, stored


def in_words(field: cases.forms.Field, value: Any) -> Any:
    """Choices as their labels, yes/no in words; everything else as stored."""
    if field.type in ("choice", "choices", "boolean"):
        return cases.forms.say_value(field, value).zh
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return value
    return cases.forms.say_value(field, value).zh
