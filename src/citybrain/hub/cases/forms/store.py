"""Elements and forms in the database: keep a version, find a version, mark it used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from citybrain.hub.cases.forms.models import Element
from citybrain.hub.cases.forms.models import Form as Row
from citybrain.hub.cases.forms.runtime import Form, compile_form
from citybrain.hub.cases.forms.schema import ElementSpec, FieldSpec, FormDocument, RepeatSpec
from citybrain.kernel.errors import NotFound
from citybrain.kernel.remember import remembered
from citybrain.kernel.text import Text


def form(key: str, version: int | None = None) -> Form:
    """The form (the newest that is not hidden, or exactly ``version``), compiled. NotFound."""
    found = _version(key, version)
    if found is None:
        raise NotFound(Text(zh=f"没有表单“{key}”", en=f"There is no form “{key}”"))
    return _compiled(key, *found[:2])


@remembered(seconds=5)
def _version(key: str, version: int | None) -> tuple[int, str, bool] | None:
    rows = Row.objects.filter(key=key)
    rows = rows.filter(version=version) if version else rows.filter(hidden=False)
    return rows.order_by("-version").values_list("version", "hash", "used").first()


@lru_cache(maxsize=256)
def _compiled(key: str, version: int, hash: str) -> Form:
    row = Row.objects.get(key=key, version=version)
    elements = {name: ElementSpec.model_validate(spec) for name, spec in row.elements.items()}
    return compile_form(FormDocument.model_validate(row.document), elements)


def has_form(key: str) -> bool:
    """Whether a form of this key can be asked now."""
    return Row.objects.filter(key=key, hidden=False).exists()


def mark_used(key: str, version: int) -> None:
    """Freeze a version: a case is being filled in with it. Asks nothing of a version known to be frozen."""
    found = _version(key, version)
    if found is None or found[2]:
        return
    Row.objects.filter(key=key, version=version, used=False).update(used=True)


def elements(keys: Iterable[str]) -> dict[str, ElementSpec]:
    """Elements of the dictionary by key, those that exist."""
    rows = Element.objects.filter(key__in=set(keys), hidden=False)
    return {row.key: ElementSpec.model_validate(row.spec) for row in rows}


def element_keys(document: FormDocument) -> set[str]:
    """Every element a form refers to."""
    found: set[str] = set()
    for page in document.pages:
        for item in page.items():
            if isinstance(item, FieldSpec):
                found.add(item.element)
            elif isinstance(item, RepeatSpec):
                found.update(inner.element for inner in item.fields)
    return found


def keep_elements(pack: str, group: str, specs: Mapping[str, ElementSpec]) -> None:
    """Store a group; elements the group no longer has are hidden."""
    for key, spec in specs.items():
        values = {"pack": pack, "group": group, "spec": dump(spec), "hidden": False}
        Element.objects.update_or_create(key=key, defaults=values)
    Element.objects.filter(pack=pack, group=group).exclude(key__in=specs).update(hidden=True)
    for row in Row.objects.filter(used=False, elements__has_any_keys=list(specs)):
        _store(row.pack, FormDocument.model_validate(row.document))


def keep_form(pack: str, document: FormDocument) -> Row:
    """Store a version of a form with the elements as they are now; older versions are asked no more."""
    row = _store(pack, document)
    Row.objects.filter(key=document.key, version__lt=document.version).update(hidden=True)
    return row


def _store(pack: str, document: FormDocument) -> Row:
    body, specs = dump(document), elements(element_keys(document))
    used = {key: dump(spec) for key, spec in specs.items()}
    digest = hashlib.sha256(json.dumps([body, used], sort_keys=True).encode()).hexdigest()
    values = {"pack": pack, "document": body, "elements": used, "hash": digest, "hidden": False}
    row, _ = Row.objects.update_or_create(key=document.key, version=document.version, defaults=values)
    return row


def dump(model: Any) -> dict[str, Any]:
    """A schema instance as the JSON it can be read from again."""
    return model.model_dump(mode="json", exclude_defaults=True, by_alias=True)
