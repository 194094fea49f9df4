"""The four sources of prefilled answers: identity, certificates, registers, earlier cases of the same subject.

Each reads only what concerns the subject the actor acts for. None may fail a form: a source that has nothing, or
whose room cannot answer, offers nothing.
"""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import Any

from citybrain.hub.cases.forms.prefill import Known, Offer, register_source
from citybrain.hub.cases.forms.runtime import Field
from citybrain.hub.certificates import api as certificates
from citybrain.hub.data import api as data
from citybrain.hub.identity import api as identity
from citybrain.kernel import clock
from citybrain.kernel.errors import CityError
from citybrain.kernel.text import Text

log = logging.getLogger(__name__)
EARLIER = 5


def from_identity(known: Known, name: str, field: Field) -> Offer | None:
    """A confirmed fact about the subject or the person acting."""
    facts = known.once("identity", lambda: identity.prefill(known.actor))
    fact = facts.get(name)
    if fact is None:
        return None
    at = clock.local(fact.at).date().isoformat() if fact.at else ""
    return Offer(fact.value, Text.model_validate(fact.source), "identity", at)


def from_certificate(known: Known, name: str, field: Field) -> Offer | None:
    """``<type>.<item>`` of the newest valid certificate the subject holds; the printed number as ``number``."""
    type_key, _, item = name.partition(".")
    holder = known.actor.subject_id
    if holder is None:
        return None
    held = known.once(f"certificate:{type_key}", lambda: certificates.usable(holder, type_key))
    if not held:
        return None
    newest = held[0]
    own = {
        "number": newest.number,
        "licence_number": newest.number,
        "valid_from": newest.valid_from.isoformat(),
        "valid_to": newest.valid_to.isoformat() if newest.valid_to else "",
    }
    value = newest.data.get(item) or own.get(item)
    if value in (None, "", []):
        return None
    title = Text.model_validate(newest.name)
    source = Text(
        zh=f"电子证照《{title.zh}》{newest.number}", en=f"e-certificate {title.say('en')} {newest.number}"
    )
    return Offer(coded(field, value), source, "certificate", clock.local(newest.issued_at).date().isoformat())


def coded(field: Field, value: Any) -> Any:
    """A certificate prints labels; a choice wants its values back."""
    if field.type not in ("choice", "choices"):
        return value
    by_label = {option.label.zh: option.value for option in field.options}
    parts = str(value).split("、") if not isinstance(value, list) else [str(v) for v in value]
    found = [by_label.get(part, part) for part in parts]
    return found if field.type == "choices" else (by_label.get(str(value)) or found[0])


def from_case(known: Known, name: str, field: Field) -> Offer | None:
    """The same element, as answered in an earlier submitted case of the same subject."""
    for at, number, answers in known.once("case", lambda: earlier_cases(known)):
        value = answers.get(field.element)
        if value not in (None, "", []):
            source = Text(zh=f"您以前的办件{number}", en=f"your earlier case {number}")
            return Offer(value, source, "case", at)
    return None


def earlier_cases(known: Known) -> list[tuple[str, str, dict[str, Any]]]:
    """(day, number, answers) of the last cases submitted for the subject, newest first."""
    from citybrain.hub.cases.models import Case

    if known.actor.subject_id is None or known.actor.authority.startswith("delegation:"):
        return []
    rows = Case.objects.filter(subject_id=known.actor.subject_id, submitted_at__isnull=False)
    rows = rows.only("case_no", "submitted_at", "data").order_by("-opened_at")[:EARLIER]
    return [
        (
            clock.local(r.submitted_at).date().isoformat(),
            r.case_no or "",
            r.data if isinstance(r.data, dict) else {},
        )
        for r in rows
    ]


def from_register(known: Known, name: str, field: Field) -> Offer | None:
    """``<room.dataset>.<column>``: a row of an operational register about the subject itself (column subject_id)."""
    dataset, _, column = name.rpartition(".")
    if not data.has_dataset(dataset):
        return from_lake(known, dataset, column)
    row = known.once(f"register:{dataset}", lambda: register_row(known, dataset))
    value = row.get(column)
    if value in (None, ""):
        return None
    title = row.get("__title")
    source = title if isinstance(title, Text) else Text(zh=dataset)
    return Offer(value, source, "register", clock.today().isoformat())


# The purpose under which the service net holds grants for filling in forms (免提交); the item comes with a log line.
PREFILL = "duty:form-prefill"
NUMBERS = {"citizen_number": "id_number", "uscc": "uscc"}


def from_lake(known: Known, dataset: str, column: str) -> Offer | None:
    """An item of the subject's own record in a register of the lake, under a grant for prefilling forms."""
    try:
        register = data.resource(dataset)
        number = own_number(known, register)
        facts = number and data.fetch_facts(
            purpose=PREFILL, resource=dataset, record=number, items=[column], by=known.actor
        )
    except (CityError, LookupError, ValueError) as error:
        log.info("register %s offers nothing: %s", dataset, error)
        return None
    value = facts.values[column] if facts else None
    if value in (None, ""):
        return None
    disputed = " (异议中)" if facts and facts.disputed else ""
    source = Text(zh=f"{register.title.zh}{disputed}", en=register.title.say("en"))
    return Offer(
        str(value) if isinstance(value, Decimal) else value, source, "register", clock.today().isoformat()
    )


def own_number(known: Known, register: data.ResourceRecord) -> str:
    """The subject's number of the kind the register is kept by; empty when identity does not know it."""
    kind = NUMBERS.get(register.item(register.key_item).identifier, "") if register.key_item else ""
    fact = known.once("identity", lambda: identity.prefill(known.actor)).get(kind)
    return str(fact.value) if fact else ""


def register_row(known: Known, dataset: str) -> dict[str, Any]:
    """The newest row of a register about the subject, read with the purpose of filling in a form; logged by data."""
    subject = known.actor.subject_id
    found = getattr(data, "dataset", lambda _key: None)(dataset)
    if subject is None or found is None or "subject_id" not in {c.name for c in found.columns}:
        return {}
    try:
        rows = data.read(
            known.actor,
            dataset,
            columns=[c.name for c in found.columns],
            where=f'subject_id = "{subject}"',
            limit=1,
            offset=0,
            purpose="form.prefill",
        )
    except (CityError, LookupError, ValueError) as error:
        log.info("register %s offers nothing: %s", dataset, error)
        return {}
    line = next(iter(rows.dicts()), {})
    return {**line, "__title": found.title} if line else {}


register_source("identity", from_identity)
register_source("certificate", from_certificate)
register_source("case", from_case)
register_source("register", from_register)
