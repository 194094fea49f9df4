"""Who is who: the decisions in force, and the source records of an entity."""

from pyiceberg.expressions import In

from citybrain.hub.data.lake import keys, reading
from citybrain.hub.data.lake.tables import has_table
from citybrain.hub.data.models import EntityDecision
from citybrain.hub.data.registers.domain.decisions import Decided, entity_after, names_of, trail


def decisions(register: str) -> list[Decided]:
    """Merges and splits in force, in order."""
    rows = EntityDecision.objects.filter(register=register, undone_at=None).order_by("at", "id")
    return trail(rows.values("act", "kept", "other", "records"))


def entity_of_identifier(prefix: str, identifier: str) -> str:
    """The entity an identifier stands for; the same everywhere and for ever, and tells nothing of the identifier."""
    return f"{prefix}{keys.lookup_key(identifier):016x}"


def records_of(links: str, register: str, entity: str) -> list[tuple[str, str, str, float]]:
    """(record, source, how it was found, probability) of an entity, after what people decided; looked up by key."""
    made = decisions(register)
    if not has_table(links):
        return []
    names = sorted(names_of(entity, made))
    hashes = [keys.lookup_key(name) for name in names]
    asked = reading.Asked(
        f"SELECT record, source, how, probability, entity FROM {links} "  # noqa: S608 - a key of the catalogue
        "WHERE list_contains($hashes, _key) AND list_contains($names, entity) ORDER BY record",
        {"hashes": hashes, "names": names},
        {links: In("_key", hashes)},
    )
    return [
        (record, source, how, probability)
        for record, source, how, probability, found in reading.query(asked).rows
        if entity_after(record, found, made) == entity
    ]
