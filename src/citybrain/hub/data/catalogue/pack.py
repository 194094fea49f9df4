"""Parts of a pack that the catalogue owns: ``classes`` (69), ``duties`` (71), ``resources`` (72)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from citybrain.hub.data.catalogue.actions.classify import keep_class
from citybrain.hub.data.catalogue.actions.declare import declare_resource
from citybrain.hub.data.catalogue.actions.duties import bind_duty, hide_duty, keep_duty
from citybrain.hub.data.catalogue.actions.publish import publish_resource
from citybrain.hub.data.catalogue.domain.checks import Known, problems_of
from citybrain.hub.data.catalogue.domain.codes import class_level, parent_code
from citybrain.hub.data.catalogue.domain.grading import highest
from citybrain.hub.data.catalogue.queries.known import unit_known
from citybrain.hub.data.catalogue.schema import ClassTree, DutyDocument, ResourceDocument
from citybrain.hub.data.models import CatalogueClass, CodeTable, DutyBinding, Resource
from citybrain.hub.identity import api as identity
from citybrain.hub.packs import api as packs
from citybrain.kernel.errors import Conflict, Invalid

Found = Iterable[packs.Problem]


class Classes:
    """Classes of the catalogue, a tree a document."""

    key, order, schema = "classes", 69, ClassTree

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Found:
        """Codes follow the rule, nobody lacks a parent, no code stands twice."""
        known = set(CatalogueClass.objects.values_list("code", flat=True))
        known |= {line.code for doc in docs for line in doc.data.classes}
        seen: set[str] = set()
        for doc in docs:
            for at, line in enumerate(doc.data.classes):
                where = ("classes", at, "code")
                if not class_level(line.code):
                    yield ctx.problem(doc, where, code="class_code", zh=f"分类代码“{line.code}”应为1、3、6位或更长数字", en=f"class code {line.code}: 1, 3, 6 or more digits")  # fmt: skip
                elif parent_code(line.code) and parent_code(line.code) not in known:
                    yield ctx.problem(doc, where, code="class_parent", zh=f"缺少上级分类 {parent_code(line.code)}", en=f"the class {parent_code(line.code)} above it is missing")  # fmt: skip
                if line.code in seen:
                    yield ctx.problem(doc, where, code="class_twice", zh=f"分类代码 {line.code} 重复", en=f"class {line.code} stands twice")  # fmt: skip
                seen.add(line.code)

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        """From the widest class to the narrowest."""
        for line in sorted(doc.data.classes, key=lambda line: len(line.code)):
            keep_class(line.code, name=line.name.as_dict(), kind=doc.data.kind, organisation=line.organisation, pack=doc.pack)  # fmt: skip

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        """Not offered any more; codes given stay."""
        CatalogueClass.objects.filter(pack=pack).update(hidden=True)

    def used(self, pack: str, key: str, version: int) -> bool:
        """Names of classes may change at any time."""
        return False


class Duties:
    """Lines of the duty list."""

    key, order, schema = "duties", 71, DutyDocument

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Found:
        """Known units; one unit an element (A18)."""
        owner: dict[str, str] = {}
        named = units_named(ctx)
        for doc in docs:
            yield from unit_problems(ctx, doc, "organisation", doc.data.organisation, named)
            for at, element in enumerate(doc.data.elements):
                other = owner.setdefault(element.name, doc.data.organisation)
                if other != doc.data.organisation:
                    yield ctx.problem(doc, ("elements", at), code="two_sources", zh=f"一数一源:{element.name} 已由 {other} 负责", en=f"one source only: {element.name} is {other}'s already")  # fmt: skip

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        """Write the line."""
        duty: DutyDocument = doc.data
        values = duty.model_dump(mode="json", exclude={"evidence"})
        with refusals():
            keep_duty(doc.key, by=ctx.by, pack=doc.pack, basis_tag=duty.evidence.tag if duty.evidence else "K", **values)  # fmt: skip

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        """Off the list."""
        hide_duty(key, by=ctx.by)

    def used(self, pack: str, key: str, version: int) -> bool:
        """A line may change at any time; editions of resources keep what held."""
        return False


class Resources:
    """Resources of the lake with their items."""

    key, order, schema = "resources", 72, ResourceDocument

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Found:
        """Unknown units, and everything publishing checks (A18, A19, A22, grade matrix), between the documents as well."""
        sources: dict[str, tuple[str, str]] = {}
        named = units_named(ctx)
        for doc in docs:
            entry: ResourceDocument = doc.data
            yield from unit_problems(ctx, doc, "owner", entry.owner, named)
            body = body_of(entry)
            known = Known(frozenset([entry.classification]), frozenset([entry.owner]), dict(sources))
            for found in problems_of(body, known, complete=entry.state == "published"):
                yield ctx.problem(doc, pointer(entry, found.path), code=found.code, zh=found.zh, en=found.en)
            for at, item in enumerate(entry.items):
                if item.code_table and not code_table_known(ctx, item.code_table):
                    yield ctx.problem(doc, ("items", at, "code_table"), code="no_codes", zh=f"没有代码表“{item.code_table}”", en=f"there is no code table {item.code_table}")  # fmt: skip
            for duty in entry.duties:
                if not ctx.known("duties", duty):
                    yield ctx.problem(doc, "duties", code="unknown_duty", zh=f"没有数据责任“{duty}”", en=f"there is no duty {duty}")  # fmt: skip
            sources |= {
                i.element: (entry.key, entry.title.zh) for i in entry.items if i.element and i.is_source
            }

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        """Declare it, tie it to its duties, publish it when it says so. The table is made when the transaction commits.

        That rows are made up is said by whoever loads them as well; a document only ever adds that mark.
        """
        entry: ResourceDocument = doc.data
        body = body_of(entry)
        items = [{"name": name, **item} for name, item in body.pop("items").items()]
        body.pop("grade")
        with refusals():
            row = declare_resource(
                entry.key, items=items, by=ctx.by, table="later", pack=doc.pack, permission=entry.permission, note={},
                **({"demo": True} if entry.demo else {}), **body,
            )  # fmt: skip
            for duty in entry.duties:
                bind_duty(duty, row.pk, by=ctx.by)
            DutyBinding.objects.filter(resource=row).exclude(duty__in=entry.duties).delete()
            if entry.state == "published" and row.state != "published":
                publish_resource(row.pk, by=ctx.by, complete=True)

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        """Out of the catalogue; the rows stay."""
        Resource.objects.filter(pack=pack, kind="lake", pk=key).update(alive=False)

    def used(self, pack: str, key: str, version: int) -> bool:
        """Editions keep every state, so a description may change."""
        return False


def units_named(ctx: packs.Context) -> frozenset[str]:
    """Units the pack at hand brings itself; those of the packs it needs are in the directory by now."""
    return frozenset(code for doc in ctx.docs("organisations") for code in identity.unit_codes(doc.data))


def code_table_known(ctx: packs.Context, key: str) -> bool:
    """Whether the pack, one it needs, or the catalogue has the code table."""
    return ctx.known("codes", key) or CodeTable.objects.filter(pk=key).exists()


def unit_problems(
    ctx: packs.Context, doc: packs.PackDocument, field: str, code: str, named: frozenset[str]
) -> Found:
    """A unit that neither the pack nor the directory knows; a warning, for a pack that is not needed may bring it."""
    if code not in named and not unit_known(code):
        yield ctx.problem(doc, field, code="unknown_unit", level="warning", zh=f"机构目录中没有“{code}”", en=f"the directory has no unit {code}")  # fmt: skip


def body_of(entry: ResourceDocument) -> dict[str, Any]:
    """A document as a description."""
    given = entry.model_dump(
        mode="json", exclude={"key", "items", "duties", "state", "demo", "permission", "evidence"}
    )
    given["description"] = given.pop("abstract") or {"zh": "", "en": ""}
    given["items"] = {item.name: item_of(item.model_dump(mode="json")) for item in entry.items}
    given["grade"] = highest([entry.grade_floor, *(item.grade for item in entry.items)])
    return given


def item_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item's fields as its table has them."""
    return {**{k: v for k, v in item.items() if k not in ("name", "note")}, "description": item["note"] or {}}


def pointer(entry: ResourceDocument, path: str) -> tuple[str | int, ...]:
    """Where in the document a problem of the description stands."""
    parts = path.split(".")
    if parts[0] == "items" and len(parts) > 1:
        names = [item.name for item in entry.items]
        return ("items", names.index(parts[1]), *parts[2:])
    return (("abstract" if parts[0] == "description" else parts[0]),)


class refusals:
    """What an action refuses becomes a refusal of the pack, in plain words."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Invalid | Conflict):
            zh, _, en = str(error).partition(" / ")
            raise packs.PackError(zh=zh, en=en or zh, code=error.code) from error


packs.register_part(Classes())
packs.register_part(Duties())
packs.register_part(Resources())
