"""Pack parts ``elements`` and ``forms``: checks across documents, and storing them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from citybrain.hub.cases.forms import store
from citybrain.hub.cases.forms.models import Element
from citybrain.hub.cases.forms.models import Form as FormRow
from citybrain.hub.cases.forms.runtime import FormError, compile_form
from citybrain.hub.cases.forms.schema import ElementsDocument, ElementSpec, FormDocument
from citybrain.hub.packs import api as packs


def dictionary(ctx: packs.Context, wanted: Iterable[str]) -> dict[str, ElementSpec]:
    """Elements by key: those installed, overlaid by those of the pack at hand."""
    found = store.elements(wanted)
    for doc in ctx.docs("elements"):
        found.update(doc.data.elements)
    return found


class ElementsPart:
    """The dictionary of data elements. An element belongs to one pack; nobody redefines another's."""

    key = "elements"
    order = 40
    schema = ElementsDocument

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Iterator[packs.Problem]:
        seen: dict[str, str] = {}
        for doc in docs:
            owners = dict(
                Element.objects.filter(key__in=doc.data.elements, hidden=False)
                .exclude(pack=doc.pack)
                .values_list("key", "pack")
            )
            for name in doc.data.elements:
                other = seen.get(name) or owners.get(name)
                if other:
                    yield ctx.problem(
                        doc,
                        ("elements", name),
                        code="element_twice",
                        zh=f"数据元“{name}”已在“{other}”中定义",
                        en=f"the data element “{name}” is already defined in “{other}”",
                    )
                seen[name] = doc.key

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        store.keep_elements(doc.pack, doc.key, doc.data.elements)

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        Element.objects.filter(pack=pack, group=key).update(hidden=True)

    def used(self, pack: str, key: str, version: int) -> bool:
        return False


class FormsPart:
    """Forms. Every element, name and condition is resolved at check time."""

    key = "forms"
    order = 95
    schema = FormDocument

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Iterator[packs.Problem]:
        for doc in docs:
            known = dictionary(ctx, store.element_keys(doc.data))
            try:
                compile_form(doc.data, known)
            except FormError as error:
                yield ctx.problem(doc, error.pointer, zh=error.zh, en=error.en, code=error.code)

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        store.keep_form(doc.pack, doc.data.model_copy(update={"key": doc.key}))

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        FormRow.objects.filter(pack=pack, key=key).update(hidden=True)

    def used(self, pack: str, key: str, version: int) -> bool:
        return FormRow.objects.filter(key=key, version=version, used=True).exists()


def register() -> None:
    """Announce both parts (called by the room's ``pack`` module)."""
    packs.register_part(ElementsPart())
    packs.register_part(FormsPart())
