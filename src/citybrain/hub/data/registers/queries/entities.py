"""Who is who: the decisions in force, and the source records of an entity."""

from citybrain.hub.data.lake import keys, reading
from citybrain.hub.data.lake.tables import has_table
from citybrain.hub.data.models import EntityDecision
from citybrain.hub.data.registers.domain.decisions import Decided, entity_after, names_of, trail
from citybrain.hub.data.registers.queries.pruning import with_keys


def decisions(register: str) -> list[Decided]:
    """Merges and splits in force, in order."""
    return in_force_and_all(register)[0]


def in_force_and_all(register: str) -> tuple[list[Decided], list[Decided]]:
    """Decisions in force, and all that were ever made, in order; in one question."""
    rows = list(
        EntityDecision.objects.filter(register=register)
        .order_by("at", "id")
        .values("act", "kept", "other", "records", "undone_at")
    )
    return trail(row for row in rows if row["undone_at"] is None), trail(rows)


def entity_of_identifier(prefix: str, identifier: str) -> str:
    """The entity an identifier stands for; the same everywhere and for ever, and tells nothing of the identifier."""
    return f"{prefix}{keys.lookup_key(identifier):016x}"


def records_of(links: str, register: str, entity: str) -> list[tuple[str, str, str, float]]:
    """(record, source, how it was found, probability) of an entity, after what people decided; looked up by key.

    Right at once after a decision: rows still lie under the entity of the last build, and are judged by what was found.
    """
    made, ever = in_force_and_all(register)
    if not has_table(links):
        return []
    names = sorted(names_of(entity, ever))
    hashes = [keys.lookup_key(name) for name in names]
    asked = reading.Asked(
        f"SELECT record, source, how, probability, found FROM {links} "  # noqa: S608 - a key of the catalogue
        "WHERE list_contains($hashes, _key) AND list_contains($names, entity) ORDER BY record",
        {"hashes": hashes, "names": names},
        {links: with_keys(hashes)},
    )
    return [
        (record, source, how, probability)
        for record, source, how, probability, found in reading.query(asked).rows
        if entity_after(record, found, made) == entity
    ]
