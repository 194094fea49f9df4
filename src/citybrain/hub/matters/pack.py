"""Pack parts of this room: ``matters``, ``bundles``, ``themes``, ``synonyms``.

Checks speak of the document and line; an active matter that breaks a publish rule (G01–G16) is not installed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from citybrain.hub.cases import api as cases
from citybrain.hub.identity import api as identity
from citybrain.hub.matters import journeys as _journeys  # noqa: F401  its verbs register on import
from citybrain.hub.matters.actions import keep
from citybrain.hub.matters.actions.index import set_live
from citybrain.hub.matters.domain.bundle_document import BundleDocument, SynonymsDocument, ThemesDocument
from citybrain.hub.matters.domain.conditions import compile_all, question_conditions, wrong_conditions
from citybrain.hub.matters.domain.document import MatterDocument
from citybrain.hub.matters.domain.guide_rules import refusals
from citybrain.hub.matters.domain.situations import names_of
from citybrain.hub.matters.models import Bundle, BundleVersion, Matter, MatterVersion, Synonym, Theme
from citybrain.hub.matters.quality import element_groups
from citybrain.hub.packs import api as packs
from citybrain.kernel.text import Text


def form_names(ctx: packs.Context, form: str) -> dict[str, Any] | None:
    """Names and types of a form's answers; None when the form is not known."""
    doc = ctx.find("forms", form)
    if doc is not None:
        keys = {i.element for p in doc.data.pages for i in p.items() if hasattr(i, "element")}
        keys |= {
            f.element for p in doc.data.pages for i in p.items() if hasattr(i, "repeat") for f in i.fields
        }
        known = cases.forms.elements(keys)
        for group in ctx.docs("elements"):
            known.update(group.data.elements)
        return cases.forms.names_of(doc.data, known)
    return dict(cases.forms.form(form).names) if cases.forms.has_form(form) else None


def theme_keys(ctx: packs.Context, axis: str) -> set[str]:
    """Keys of an axis, installed or in the pack at hand."""
    found = set(Theme.objects.filter(axis=axis, hidden=False).values_list("key", flat=True))
    return found | {i.key for d in ctx.docs("themes") if d.data.axis == axis for i in d.data.items}


class MattersPart:
    """Matters with every element group of the implementation list."""

    key = "matters"
    order = 100
    schema = MatterDocument

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Iterator[packs.Problem]:
        for doc in docs:
            yield from self._rules(ctx, doc)
            yield from self._references(ctx, doc)
            yield from self._conditions(ctx, doc)

    def _rules(self, ctx: packs.Context, doc: packs.PackDocument) -> Iterator[packs.Problem]:
        if doc.data.state != "active":
            return
        for refusal in refusals(doc.data):
            yield ctx.problem(
                doc,
                refusal.path,
                code=refusal.rule,
                zh=f"{refusal.rule} {refusal.zh}",
                en=f"{refusal.rule}: {refusal.en}",
            )

    def _references(self, ctx: packs.Context, doc: packs.PackDocument) -> Iterator[packs.Problem]:
        d: MatterDocument = doc.data
        for part, name, pointer in (("machines", d.machine, "machine"), ("forms", d.form, "form")):
            if not ctx.known(part, name):
                yield ctx.problem(
                    doc,
                    pointer,
                    code="unknown",
                    zh=f"没有名为“{name}”的{'状态机' if part == 'machines' else '表单'}",
                    en=f"no {part[:-1]} “{name}”",
                )
        if d.result.certificate and not ctx.known("certificates", d.result.certificate):
            yield ctx.problem(
                doc, "result.certificate", code="unknown", level="warning",
                zh=f"没有证照类型“{d.result.certificate}”，办结时不会出证", en=f"no certificate type “{d.result.certificate}”: none will be issued",
            )  # fmt: skip
        for axis, field in (("person_topic", "person_topics"), ("corp_topic", "corp_topics"),
                            ("life_event", "life_events"), ("group", "groups")):  # fmt: skip
            unknown = sorted(set(getattr(d.who, field)) - theme_keys(ctx, axis))
            if unknown:
                yield ctx.problem(
                    doc,
                    f"who.{field}",
                    code="unknown_theme",
                    zh=f"没有主题：{'、'.join(unknown)}",
                    en=f"unknown: {', '.join(unknown)}",
                )
        yield from _files(ctx, doc)

    def _conditions(self, ctx: packs.Context, doc: packs.PackDocument) -> Iterator[packs.Problem]:
        d: MatterDocument = doc.data
        names = form_names(ctx, d.form)
        if names is None:
            return
        for pointer, error in wrong_conditions(d, names):
            yield ctx.problem(doc, pointer, code="condition", zh=error.text["zh"], en=error.text["en"])
        if d.route_by and d.route_by not in names:
            yield ctx.problem(
                doc,
                "route_by",
                code="unknown_field",
                zh=f"表单里没有“{d.route_by}”",
                en=f"the form does not ask “{d.route_by}”",
            )
        for item, source in d.result.data.items():
            if not _quoted(source) and source not in names:
                yield ctx.problem(
                    doc,
                    ("result", "data", item),
                    code="unknown_field",
                    zh=f"表单里没有“{source}”",
                    en=f"the form does not ask “{source}”",
                )

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        document = doc.data.model_copy(update={"key": doc.key})
        keep.keep_matter(doc.pack, document, by=ctx.by, find=getattr(ctx, "asset", None))

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        Matter.objects.filter(pack=pack, key=key).update(hidden=True)
        set_live("matter", key, False)

    def used(self, pack: str, key: str, version: int) -> bool:
        return MatterVersion.objects.filter(matter__key=key, version=version, used=True).exists()


def _quoted(text: str) -> bool:
    return len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'"


def _files(ctx: packs.Context, doc: packs.PackDocument) -> Iterator[packs.Problem]:
    asset = getattr(ctx, "asset", None)
    if asset is None:
        return
    wanted: list[tuple[Any, str]] = [(("result", "sample"), doc.data.result.sample or "")]
    for i, material in enumerate(doc.data.materials):
        wanted += [
            (("materials", i, "blank"), material.blank or ""),
            (("materials", i, "sample"), material.sample or ""),
        ]
    for pointer, name in wanted:
        if not name.startswith("files/"):
            continue
        try:
            asset(name)
        except (ValueError, OSError):
            yield ctx.problem(
                doc, pointer, code="no_file", zh=f"包里没有文件“{name}”", en=f"the pack has no file “{name}”"
            )


class BundlesPart:
    """Bundles: children exist, the one form can answer each child's conditions."""

    key = "bundles"
    order = 110
    schema = BundleDocument

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Iterator[packs.Problem]:
        for doc in docs:
            d: BundleDocument = doc.data
            for part, name, pointer in (("machines", d.machine, "machine"), ("forms", d.form, "form")):
                if not ctx.known(part, name):
                    yield ctx.problem(
                        doc, pointer, code="unknown", zh=f"没有“{name}”", en=f"no {part[:-1]} “{name}”"
                    )
            for i, child in enumerate(d.children):
                if not ctx.known("matters", child.matter):
                    yield ctx.problem(
                        doc,
                        ("children", i, "matter"),
                        code="unknown",
                        zh=f"没有事项“{child.matter}”",
                        en=f"no matter “{child.matter}”",
                    )
            if d.stage not in theme_keys(ctx, "life_event"):
                yield ctx.problem(
                    doc, "stage", code="unknown_theme", zh=f"没有阶段“{d.stage}”", en=f"no stage “{d.stage}”"
                )
            yield from self._conditions(ctx, doc)

    def _conditions(self, ctx: packs.Context, doc: packs.PackDocument) -> Iterator[packs.Problem]:
        d: BundleDocument = doc.data
        names = form_names(ctx, d.form)
        if names is None:
            return
        situation = names_of(d.situations)
        everything = {**names, **situation}

        def children() -> Iterator[tuple[tuple[str | int, ...], str | None]]:
            for i, child in enumerate(d.children):
                yield ("children", i, "when"), child.when

        def values() -> Iterator[tuple[tuple[str | int, ...], str | None]]:
            for i, child in enumerate(d.children):
                for name, text in child.situation.items():
                    yield ("children", i, "situation", name), text
                for name, text in child.map.items():
                    yield ("children", i, "map", name), text

        for pointer, error in [
            *compile_all(question_conditions(d.situations), situation),
            *compile_all(children(), everything),
            *compile_all(values(), everything, result="any"),
        ]:
            yield ctx.problem(doc, pointer, code="condition", zh=error.text["zh"], en=error.text["en"])

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        keep.keep_bundle(doc.pack, doc.data.model_copy(update={"key": doc.key}), by=ctx.by)

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        Bundle.objects.filter(pack=pack, key=key).update(hidden=True)
        set_live("bundle", key, False)

    def used(self, pack: str, key: str, version: int) -> bool:
        return BundleVersion.objects.filter(bundle__key=key, version=version, used=True).exists()


class ThemesPart:
    """Browse axes."""

    key = "themes"
    order = 97
    schema = ThemesDocument

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Iterator[packs.Problem]:
        return iter(())

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        keep.keep_themes(doc.pack, doc.data.model_copy(update={"key": doc.key}))

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        Theme.objects.filter(pack=pack, document=key).update(hidden=True)

    def used(self, pack: str, key: str, version: int) -> bool:
        return False


class SynonymsPart:
    """Everyday words. A word may lead to matters of packs that are not installed; it then leads nowhere."""

    key = "synonyms"
    order = 98
    schema = SynonymsDocument

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Iterator[packs.Problem]:
        return iter(())

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        keep.keep_synonyms(doc.pack, doc.data.model_copy(update={"key": doc.key}))

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        Synonym.objects.filter(pack=pack, group=key).update(hidden=True)

    def used(self, pack: str, key: str, version: int) -> bool:
        return False


for part in (MattersPart(), BundlesPart(), ThemesPart(), SynonymsPart()):
    packs.register_part(part)

packs.register_quality("element-groups", element_groups)


@identity.offer_matters
def delegable() -> list[tuple[str, Text]]:
    """What a citizen may let an agent handle: every matter and bundle in force."""
    matters = Matter.objects.filter(state="active", hidden=False).values_list("key", "name")
    bundles = Bundle.objects.filter(state="active", hidden=False).values_list("key", "name")
    return [(key, Text.model_validate(name)) for key, name in (*matters, *bundles)]
