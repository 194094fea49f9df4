"""The form of a matter for a situation, as data: for clients that draw their own pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from citybrain.hub.cases import api as cases
from citybrain.hub.certificates import api as certificates
from citybrain.hub.identity import api as identity
from citybrain.hub.matters.actions.application import Application
from citybrain.hub.matters.domain.plan import spared_note
from citybrain.hub.matters.domain.situations import walk
from citybrain.hub.matters.queries.guides import guide
from citybrain.kernel.actor import Actor


def form_of(key: str, answers: Mapping[str, str], actor: Actor) -> dict[str, Any]:
    """Questions left, or: JSON Schema, data elements by page, prefilled answers with their source, materials.

    Materials are those of the situation and the prefilled answers; other answers may call for more, which then is
    named by the refusal. NotFound for an unknown matter.
    """
    view = guide(key)
    way = walk(view.document.situations, answers)
    said: dict[str, Any] = {
        "matter": key,
        "version": view.version,
        "complete": way.complete,
        "situation": way.answers,
    }
    if not way.complete:
        following = way.next.model_dump(mode="json", exclude_none=True) if way.next else None
        refused = way.refused.as_dict() if way.refused else None
        return {**said, "next": following, "refused": refused, "go_to": way.go_to}
    asked = cases.forms.form(view.document.form)
    _subject, facts = identity.subject_with_facts(actor)
    offered = cases.forms.offers(asked, actor, facts=facts)
    app = Application(view, asked, way.answers, {k: offer.value for k, offer in offered.items()}, None)
    return {
        **said,
        "next": None,
        "form": {"key": asked.key, "version": asked.version, "title": asked.title.as_dict()},
        "schema": asked.keep("json_schema", lambda: cases.forms.json_schema(asked)),
        "pages": asked.keep("pages_as_data", lambda: [_page(page) for page in asked.pages]),
        "prefill": {k: offer.as_dict() for k, offer in offered.items()},
        "materials": [_material(m, actor) for m in app.materials],
        "declaration": asked.declaration.as_dict() if asked.declaration else None,
    }


def _page(page: cases.forms.Page) -> dict[str, Any]:
    return {"key": page.key, "title": page.title.as_dict(), "fields": [_item(item) for item in page.items()]}


def _item(item: Any) -> dict[str, Any]:
    if isinstance(item, cases.forms.Upload):
        return {"key": item.key, "kind": "material"}
    if isinstance(item, cases.forms.Repeat):
        fields = [_item(inner) for inner in item.fields]
        return {"key": item.key, "kind": "block", "title": item.spec.title.as_dict(), "fields": fields}
    return {
        "key": item.key, "kind": "field", "element": item.element, "type": item.type, "title": item.title.as_dict(),
        "hint": item.hint.as_dict() if item.hint else None, "required": item.required,
        "when": item.own.when, "required_when": item.own.required_when, "personal": item.personal,
        "options": [{"value": o.value, "label": o.label.as_dict()} for o in item.options],
    }  # fmt: skip


def _material(material: Any, actor: Actor) -> dict[str, Any]:
    spared = spared_note(material)
    held = []
    if material.certificate and actor.subject_id and spared is None:
        held = [
            {"id": str(c.id), "number": c.number, "name": c.name}
            for c in certificates.usable(actor.subject_id, material.certificate)
        ]
    return {
        "key": material.key, "name": material.name.as_dict(), "required": material.required,
        "tolerable": material.tolerable, "spared": spared.as_dict() if spared else None,
        "promise": material.substitute == "promise", "accept": list(material.accept), "max_files": material.max_files,
        "certificate": material.certificate or "", "certificates": held,
    }  # fmt: skip
