"""The parts of a pack that places owns: ``divisions`` and ``geometry``."""

from collections.abc import Iterable, Sequence

from citybrain.hub.packs import api as packs
from citybrain.hub.places.actions.apply_divisions import apply_divisions, hide_divisions
from citybrain.hub.places.actions.apply_geometry import apply_geometry, faults, hide_geometry
from citybrain.hub.places.data import Level
from citybrain.hub.places.domain import codes
from citybrain.hub.places.models import Division
from citybrain.hub.places.schema import DivisionDocument, DivisionEntry, GeometryDocument


class Divisions:
    """Divisions of a city: usually one document a county and one for the city."""

    key, order, schema = "divisions", 20, DivisionDocument

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Iterable[packs.Problem]:
        """Twice the same code, unknown parents and successors, a parent of the wrong level."""
        known = set(Division.objects.values_list("code", flat=True))
        seen: dict[str, str] = {}
        for doc in docs:
            known.update(entry.code for _, entry in entries(doc.data))
        for doc in docs:
            for pointer, entry in entries(doc.data):
                if entry.code in seen:
                    yield ctx.problem(
                        doc, (*pointer, "code"), code="twice",
                        zh=f"代码 {entry.code} 已在 {seen[entry.code]} 出现", en=f"{entry.code} is already in {seen[entry.code]}",
                    )  # fmt: skip
                seen[entry.code] = doc.file
                yield from self.references(ctx, doc, pointer, entry, known)

    def references(
        self,
        ctx: packs.Context,
        doc: packs.PackDocument,
        pointer: tuple,
        entry: DivisionEntry,
        known: set[str],
    ) -> Iterable[packs.Problem]:
        """Codes an entry points to must exist; a validity must not end before it begins."""
        for name in ("parent", "replaced_by", "villages_under"):
            code = getattr(entry, name, "")
            if code and code not in known:
                yield ctx.problem(
                    doc, (*pointer, name), code="unknown_division",
                    zh=f"没有代码为 {code} 的区划", en=f"there is no division {code}",
                )  # fmt: skip
        if entry.parent and codes.level_of(entry.parent) >= codes.level_of(entry.code):
            yield ctx.problem(
                doc, (*pointer, "parent"), code="parent_level",
                zh="上级区划的层级不对", en="the parent is not of a higher level",
            )  # fmt: skip
        if entry.valid_from and entry.valid_to and entry.valid_to <= entry.valid_from:
            yield ctx.problem(
                doc, (*pointer, "valid_to"), code="validity",
                zh="失效日期早于生效日期", en="it ends before it begins",
            )  # fmt: skip

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        """Upsert the document's divisions."""
        apply_divisions(doc.data, pack=doc.pack, key=doc.key)

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        """Hide them; codes in cases stay."""
        hide_divisions(pack=pack, key=key)

    def used(self, pack: str, key: str, version: int) -> bool:
        """Divisions carry their own validity dates, so a document is never frozen."""
        return False


def entries(data: DivisionDocument) -> Iterable[tuple[tuple, DivisionEntry]]:
    """Every entry with its place in the file."""
    for number, entry in enumerate(data.divisions):
        yield ("divisions", number), entry
    for number, town in enumerate(data.towns):
        yield ("towns", number), town


class Geometry:
    """Map layers: GeoJSON in CGCS2000/WGS84 degrees. ``counties`` answers points, ``land`` is drawn behind."""

    key, order, schema = "geometry", 21, GeometryDocument
    suffixes = (".geojson",)

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Iterable[packs.Problem]:
        """Polygons must be valid and must not overlap visibly."""
        for doc in docs:
            for fault in faults(doc.data):
                yield ctx.problem(doc, (), code="geometry", zh=f"图形有误:{fault}", en=fault)

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        """Upsert the layer, whose counties must exist."""
        if doc.key == "counties":
            self.refuse_strangers(doc)
        apply_geometry(doc.data, pack=doc.pack, key=doc.key, digest=doc.hash)

    def refuse_strangers(self, doc: packs.PackDocument) -> None:
        """A polygon without a county would make a point unanswerable."""
        drawn = {feature.properties.code for feature in doc.data.features}
        known = set(Division.objects.filter(level=Level.COUNTY).values_list("code", flat=True))
        if strangers := sorted(drawn - known):
            raise packs.PackError(
                zh=f"图形对应的区划不存在:{'、'.join(strangers)}",
                en=f"polygons of unknown counties: {', '.join(strangers)}",
            )

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        """Take the layer off."""
        hide_geometry(pack=pack, key=key)

    def used(self, pack: str, key: str, version: int) -> bool:
        """A drawing is not a record."""
        return False


packs.register_part(Divisions())
packs.register_part(Geometry())
