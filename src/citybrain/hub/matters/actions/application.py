"""An application in progress: the guide it is bound to, its form, its situation answers and what was given so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from citybrain.hub.cases import api as cases
from citybrain.hub.matters.data import GuideView
from citybrain.hub.matters.queries.guides import bundle_guide_of, guide, not_found
from citybrain.kernel.actor import Actor
from citybrain.kernel.remember import remembered

OWN = ("_provenance", "_unread", "_children")
PRINTED = "certificate__"


@dataclass(frozen=True)
class Application:
    """``data`` is what the case stores: answers, where they came from, and what could not be understood yet."""

    view: GuideView
    form: cases.forms.Form
    answers: dict[str, str]
    data: dict[str, Any]
    case: cases.CaseView | None

    @property
    def plain(self) -> dict[str, Any]:
        """The form's answers only."""
        return {k: v for k, v in self.data.items() if k not in OWN and not k.startswith(PRINTED)}

    @property
    def unread(self) -> dict[str, Any]:
        """Answers as typed that could not be understood."""
        return dict(self.data.get("_unread") or {})

    @property
    def provenance(self) -> dict[str, Any]:
        return dict(self.data.get("_provenance") or {})

    def with_data(self, values: Mapping[str, Any], unread: Mapping[str, Any]) -> Application:
        return replace(self, data={**values, "_provenance": self.provenance, "_unread": dict(unread)})

    def with_provenance(self, provenance: Mapping[str, Any]) -> Application:
        return replace(self, data={**self.data, "_provenance": dict(provenance)})


def hidden(raw: Mapping[str, Any], keys: set[str]) -> dict[str, Any]:
    """What was typed and not understood, cut to what can be stored."""
    return {k: _storable(v) for k, v in raw.items() if k in keys}


def _storable(value: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        return "".join(c for c in value[:2000] if (c >= " " and not "\ud800" <= c <= "\udfff") or c == "\n")
    if isinstance(value, bool) or value is None or isinstance(value, int):
        return value
    if depth < 3 and isinstance(value, list):
        return [_storable(v, depth + 1) for v in value[:60]]
    if depth < 3 and isinstance(value, Mapping):
        return {str(k)[:60]: _storable(v, depth + 1) for k, v in list(value.items())[:60]}
    return str(value)[:200]


def application_of(by: Actor, case_id: UUID) -> Application:
    """The application behind a case, for who may fill it in or handle it. NotFound otherwise."""
    case = cases.case_for(by, case_id, purpose="handle")
    record = case.record
    facts = record.context.get("form") or {}
    view = _bound_guide(record)
    form = cases.forms.form(facts.get("key") or view.document.form, facts.get("version"))
    answers = {str(k): str(v) for k, v in (record.context.get("situation") or {}).items()}
    return Application(view, form, answers, dict(case.data), case)


@remembered(seconds=5)
def _guide_at(key: str, version: int) -> GuideView:
    return guide(key, version=version)


def _bound_guide(record: cases.CaseRecord) -> GuideView:
    """The guide of exactly the version the case is bound to."""
    if record.context.get("kind") != "bundle":
        return _guide_at(record.matter, record.matter_version)
    from citybrain.hub.matters.models import BundleVersion

    row = BundleVersion.objects.select_related("bundle").filter(
        bundle__key=record.matter, version=record.matter_version
    ).first()  # fmt: skip
    if row is None:
        raise not_found(record.matter)
    return bundle_guide_of(row.bundle, row)
