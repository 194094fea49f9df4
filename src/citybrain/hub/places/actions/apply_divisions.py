"""Write the divisions, jurisdictions, sources and decisions of a pack document. Idempotent; runs inside install."""

from dataclasses import dataclass, field

from citybrain.hub.places.data import Level
from citybrain.hub.places.domain import codes, names
from citybrain.hub.places.models import Decision, Division, Jurisdiction, Source
from citybrain.hub.places.schema import DivisionDocument, DivisionEntry, TownEntry

WRITTEN = [f.name for f in Division._meta.concrete_fields if f.name != "code"]


@dataclass
class Rows:
    """Division rows being built, by code, so that paths can be read while building."""

    pack: str
    document: str
    made: dict[str, Division] = field(default_factory=dict)

    def add(self, entry: DivisionEntry, *, parent: str, name: str = "") -> Division:
        """Build the row of one entry below ``parent``."""
        code, name = codes.padded(entry.code), name or entry.name
        short = entry.short or names.short_name(name, entry.kind)
        others = [alias.name for alias in entry.aliases]
        row = Division(
            code=code, name=name, short=short, kind=entry.kind, parent_id=parent or None,
            civil_code=entry.civil_code, level=codes.level_of(code),
            name_en=entry.name_en or names.english(name, entry.kind),
            county=codes.at_level(code, Level.COUNTY) if codes.level_of(code) >= Level.COUNTY else "",
            pinyin=entry.pinyin or names.pinyin(name), short_sound=names.pinyin(short),
            initials=names.initials(name),
            aliases=[alias.model_dump() for alias in entry.aliases],
            search="|" + "|".join([name, short, *others, *map(names.pinyin, others)]).lower() + "|",
            urban_rural=entry.urban_rural, source=entry.source, confirmed_by=entry.confirmed_by,
            valid_from=entry.valid_from, valid_to=entry.valid_to, replaced_by=entry.replaced_by,
            pack=self.pack, document=self.document, hidden=False,
        )  # fmt: skip
        row.path = self.path(row, parent)
        row.town = self.town(row, parent)
        self.made[code] = row
        return row

    def path(self, row: Division, parent: str) -> str:
        """Names from the city down, lower case, for search."""
        above = self.made.get(parent) or Division.objects.filter(pk=parent).first()
        return f"{above.path} {row.name}".strip() if above else row.name

    def town(self, row: Division, parent: str) -> str:
        """The town a village belongs to by its recorded parent; a town is its own."""
        if row.level == Level.TOWN:
            return row.code
        return parent if row.level == Level.VILLAGE else ""


def apply_divisions(document: DivisionDocument, *, pack: str, key: str) -> None:
    """Upsert everything a document says; divisions it no longer names are hidden, never deleted."""
    rows = Rows(pack, key)
    for entry in document.divisions:
        rows.add(entry, parent=codes.padded(entry.parent) if entry.parent else "")
    for town in document.towns:
        rows.add(town, parent=codes.at_level(town.code, Level.COUNTY))
    for town in document.towns:
        add_villages(rows, town)
    made = list(rows.made.values())
    Division.objects.bulk_create(
        made, update_conflicts=True, unique_fields=["code"], update_fields=WRITTEN, batch_size=500
    )
    Division.objects.filter(pack=pack, document=key).exclude(pk__in=rows.made).update(hidden=True)
    apply_bodies(document, pack)


def add_villages(rows: Rows, town: TownEntry) -> None:
    """The villages of a town; after a change of the town they stand under its successor."""
    parent = codes.padded(town.villages_under or town.code)
    for last, name in town.villages.items():
        code = town.code[:9] + last
        entry = DivisionEntry(
            code=code,
            name=name,
            kind=codes.village_kind(code),
            source=town.village_source or town.source,
        )
        rows.add(entry, parent=parent)


def apply_bodies(document: DivisionDocument, pack: str) -> None:
    """Upsert jurisdictions, sources and decisions."""
    for position, body in enumerate(document.jurisdictions):
        values = {
            "name": body.name.as_dict(),
            "short": body.short,
            "divisions": [codes.padded(code) for code in body.divisions],
        }
        Jurisdiction.objects.update_or_create(
            pk=body.key, defaults={**values, "position": position, "pack": pack, "hidden": False}
        )
    for source_key, source in document.sources.items():
        about = {"title": source.title.as_dict(), "package": source.package, "as_of": source.as_of}
        Source.objects.update_or_create(pk=source_key, defaults={**about, "pack": pack})
    for decision in document.decisions:
        values = {
            "division": codes.padded(decision.division),
            "found": decision.found.as_dict(),
            "decided": decision.decided.as_dict(),
            "sources": decision.sources,
            "pack": pack,
        }
        Decision.objects.update_or_create(pk=decision.key, defaults=values)


def hide_divisions(*, pack: str, key: str) -> None:
    """Take a document's divisions out of sight (uninstall); cases keep pointing at their codes."""
    Division.objects.filter(pack=pack, document=key).update(hidden=True)
    if not Division.objects.filter(pack=pack, hidden=False).exists():
        Jurisdiction.objects.filter(pack=pack).update(hidden=True)
