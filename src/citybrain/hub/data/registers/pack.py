"""Pack parts of the registers: ``codes`` 71, ``models`` 74, ``archives`` 76; demo ``rows`` 905.

The tables departments deliver into are the catalogue's part ``resources`` (72). Nothing here touches the lake: tables are
made when the installing transaction commits, rows come by jobs that are queued in it, so that a check, which is an
install that is rolled back, leaves nothing behind.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from citybrain.hub.data.catalogue.queries.known import in_packs
from citybrain.hub.data.models import LakeModel, Resource, SubjectFile
from citybrain.hub.data.registers import documents
from citybrain.hub.data.registers.actions import codes, demo_rows
from citybrain.hub.data.registers.actions.declare_from_pack import (
    declare_codes,
    declare_said,
    sql_of,
    upstream_said,
)
from citybrain.hub.data.registers.actions.declare_model import retire_model
from citybrain.hub.data.registers.domain import model_sql
from citybrain.hub.data.registers.domain.model_sql import Refused
from citybrain.hub.data.registers.domain.model_tests import breaking
from citybrain.hub.data.registers.domain.order import Circle, ordered
from citybrain.hub.packs import api as packs
from citybrain.kernel.permissions import is_declared

Docs = Sequence[packs.PackDocument]


def unpublish(key: str) -> None:
    """Without its pack a resource is no longer offered; its rows stay."""
    Resource.objects.filter(pk=key).update(alive=False)


def known_resource(ctx: packs.Context, key: str) -> bool:
    """Whether a resource, model or code table of a pack, or a resource of the catalogue, has this key."""
    if in_packs(ctx, key):
        return True
    namespace, _, noun = key.partition(".")
    if namespace == "code" and ctx.known("codes", noun):
        return True
    golden = ctx.find("models", key.removesuffix("_value")) if key.endswith("_value") else None
    return golden is not None or Resource.objects.filter(pk=key, kind="lake", alive=True).exists()


class Codes:
    """Code tables: rows of the resource ``code.<key>``."""

    key, order, schema = "codes", 71, documents.CodesSaid

    def check(self, ctx: packs.Context, docs: Docs) -> Iterable[packs.Problem]:
        """No code twice."""
        for doc in docs:
            words = [code.code for code in doc.data.codes]
            for twice in sorted({w for w in words if words.count(w) > 1}):
                yield ctx.problem(
                    doc, "codes", code="code_twice", zh=f"代码重复:{twice}", en=f"code {twice} twice"
                )

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        """The resource; its rows by a job."""
        declare_codes(doc.data, pack=doc.pack, by=ctx.by)
        codes.begin_bring(doc.pack, by=ctx.by)

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        unpublish(f"code.{key}")

    def used(self, pack: str, key: str, version: int) -> bool:
        return False


class Models:
    """Models of the layers; the order follows from what they read, not from the files."""

    key, order, schema = "models", 74, documents.ModelSaid

    def check(self, ctx: packs.Context, docs: Docs) -> Iterable[packs.Problem]:
        """SQL that may run, over what exists, giving the declared items; tests that can be asked; no circle."""
        reads: dict[str, Sequence[str]] = {}
        for doc in docs:
            try:
                reads[doc.key] = upstream_said(doc.data)
                yield from self._columns(ctx, doc)
                for test in doc.data.tests:
                    breaking(test.test())
            except Refused as wrong:
                yield ctx.problem(doc, "sql", code="model_sql", zh=wrong.zh, en=wrong.en)
                continue
            for name in reads[doc.key]:
                if not known_resource(ctx, name):
                    yield ctx.problem(
                        doc, "sql", code="unknown_upstream",
                        zh=f"目录中没有 {name}", en=f"{name} is not in the catalogue",
                    )  # fmt: skip
        yield from self._circle(ctx, docs, reads)

    def _columns(self, ctx: packs.Context, doc: packs.PackDocument) -> Iterable[packs.Problem]:
        said: documents.ModelSaid = doc.data
        columns = set(model_sql.checked(sql_of(said)).columns) if sql_of(said) else set()
        odd = sorted(columns ^ {item.name for item in said.items}) if columns else []
        if odd:
            yield ctx.problem(
                doc, "items", code="items_differ",
                zh=f"SQL 结果与信息项不一致:{'、'.join(odd)}", en=f"the SQL and the items differ: {', '.join(odd)}",
            )  # fmt: skip

    def _circle(
        self, ctx: packs.Context, docs: Docs, reads: dict[str, Sequence[str]]
    ) -> Iterable[packs.Problem]:
        try:
            ordered(reads)
        except Circle as circle:
            doc = next(d for d in docs if d.key in circle.members)
            yield ctx.problem(
                doc,
                "sql",
                code="circle",
                zh=f"模型循环引用:{circle}",
                en=f"models wait for each other: {circle}",
            )

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        """What the model reads first, then the model."""
        for name in upstream_said(doc.data):
            other = ctx.find("models", name)
            if other is not None and not LakeModel.objects.filter(pk=name, alive=True).exists():
                self.apply(ctx, other)
        declare_said(doc.data, pack=doc.pack, by=ctx.by)

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        for name in (key, f"{key}_value"):
            if LakeModel.objects.filter(pk=name, pack=pack).exists():
                retire_model(name, by=ctx.by)
                unpublish(name)

    def used(self, pack: str, key: str, version: int) -> bool:
        return False


class Files:
    """Kinds of files on people and firms."""

    key, order, schema = "archives", 76, documents.FileSaid

    def check(self, ctx: packs.Context, docs: Docs) -> Iterable[packs.Problem]:
        """Sources and permission words exist."""
        for doc in docs:
            said: documents.FileSaid = doc.data
            for name in (
                said.register_,
                said.links,
                *filter(None, [said.relations]),
                *(b.resource for b in said.blocks),
            ):
                if not known_resource(ctx, name):
                    yield ctx.problem(
                        doc, "blocks", code="unknown_upstream",
                        zh=f"目录中没有 {name}", en=f"{name} is not in the catalogue",
                    )  # fmt: skip
            for word in (said.permission, *(b.permission for b in said.blocks if b.permission)):
                if not is_declared(word):
                    yield ctx.problem(
                        doc, "blocks", code="permission_unknown",
                        zh=f"没有这个权限:{word}", en=f"nobody declares permission {word}",
                    )  # fmt: skip

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        said: documents.FileSaid = doc.data
        blocks: list[dict[str, Any]] = [block.model_dump() for block in said.blocks]
        SubjectFile.objects.update_or_create(
            key=said.key,
            defaults={
                "subject": said.subject, "title": said.title.as_dict(), "note": said.note.as_dict() if said.note else {},
                "register": said.register_, "links": said.links, "relations": said.relations, "permission": said.permission, "blocks": blocks,
                "pack": doc.pack, "alive": True, "position": said.position,
            },
        )  # fmt: skip

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        SubjectFile.objects.filter(pk=key, pack=pack).update(alive=False)

    def used(self, pack: str, key: str, version: int) -> bool:
        return False


class DemoRows:
    """Synthetic rows for the demo city; loaded by a job after the install, then the models run once."""

    key, order, schema, demo = "rows", 905, documents.RowsSaid, True

    def check(self, ctx: packs.Context, docs: Docs) -> Iterable[packs.Problem]:
        """The table is known, the file there, its head names items."""
        for doc in docs:
            table = ctx.find("resources", doc.data.key)
            try:
                head = demo_rows.head_of(ctx.asset(doc.data.file))  # type: ignore[attr-defined]
            except ValueError as error:
                yield ctx.problem(
                    doc, "file", code="no_file", zh=f"没有这个文件:{error}", en=f"no such file: {error}"
                )
                continue
            odd = sorted(set(head) - {i.name for i in table.data.items}) if table else head
            if odd:
                yield ctx.problem(
                    doc,
                    "file",
                    code="odd_column",
                    zh=f"表中没有列:{'、'.join(odd)}",
                    en=f"no such items: {', '.join(odd)}",
                )

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        demo_rows.refuse_production()
        demo_rows.begin_load(doc.pack, by=ctx.by)

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        """The rows stay as delivered; the tables go with their own part."""

    def used(self, pack: str, key: str, version: int) -> bool:
        return False


for part in (Codes(), Models(), Files(), DemoRows()):
    packs.register_part(part)
