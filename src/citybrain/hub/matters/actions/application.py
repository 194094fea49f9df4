"""An application in progress: the guide it is bound to, its form, its situation answers and what was given so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from citybrain.hub.cases import api as cases
from citybrain.hub.matters.data import GuideView
from citybrain.hub.matters.domain.document import Material, MatterDocument
from citybrain.hub.matters.domain.situations import select_materials
from citybrain.hub.matters.queries.guides import bundle_guide_of, guide, not_found
from citybrain.hub.matters.queries.situations import env_for, names_for
from citybrain.kernel.actor import Actor
from citybrain.kernel.remember import remembered

OWN = ("_provenance", "_unread", "_children")
PRINTED = "certificate__"


@dataclass(frozen=True)
class Application:
    """``data`` is what the case stores: answers, where they came from, and what could not be understood yet.

    ``case`` is None before there is one. Never changed, so what follows from it is worked out once.
    """

    view: GuideView
    form: cases.forms.Form
    answers: dict[str, str]
    data: dict[str, Any]
    case: cases.CaseView | None

    @cached_property
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

    @cached_property
    def env(self) -> dict[str, Any]:
        """Values of the form's conditions."""
        return self.form.env(self.plain, self.answers)

    @cached_property
    def judged(self) -> cases.forms.Answers:
        """All answers so far, judged as one."""
        return cases.forms.check(self.form, self.plain, given=self.answers)

    @cached_property
    def children(self) -> list[Any]:
        """Of a bundle: the children these answers call for."""
        from citybrain.hub.matters.actions.bundles import bundle_children

        return bundle_children(self)

    @cached_property
    def materials(self) -> list[Material]:
        """Materials that the situation and the answers so far call for (of a bundle: the union of its children's)."""
        from citybrain.hub.matters.actions.bundles import bundle_materials

        d = self.view.document
        if isinstance(d, MatterDocument):
            return select_materials(d, names_for(d, self.form), env_for(self.form, self.data, self.answers))
        return bundle_materials(self)

    @cached_property
    def given(self) -> dict[str, cases.MaterialRecord]:
        """What was given so far, by material."""
        return {m.key: m for m in self.case.materials} if self.case else {}

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


def application_of(by: Actor, case_id: UUID, *, fill: bool = False) -> Application:
    """The application behind a case, for who may fill it in or handle it. NotFound otherwise; ``fill``: only while it
    may be filled in."""
    return application_in(cases.draft_for(by, case_id, fill=fill))


def application_in(case: cases.CaseView) -> Application:
    """The same for a case at hand."""
    record = case.record
    facts = record.context.get("form") or {}
    view = _bound_guide(record)
    form = cases.forms.form(facts.get("key") or view.document.form, facts.get("version"))
    answers = {str(k): str(v) for k, v in (record.context.get("situation") or {}).items()}
    return Application(view, form, answers, dict(case.data), case)


def _bound_guide(record: cases.CaseRecord) -> GuideView:
    """The guide of exactly the version the case is bound to."""
    if record.context.get("kind") == "bundle":
        return _bundle_at(record.matter, record.matter_version)
    return guide(record.matter, version=record.matter_version)


@remembered(seconds=5)
def _bundle_at(key: str, version: int) -> GuideView:
    from citybrain.hub.matters.models import BundleVersion

    row = BundleVersion.objects.select_related("bundle").filter(bundle__key=key, version=version).first()
    if row is None:
        raise not_found(key)
    return bundle_guide_of(row.bundle, row)
