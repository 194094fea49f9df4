"""Whose files a person may open besides their own: of minors they are guardian of, of firms they are legal representative of.

The right follows from a relation in a register between two numbers, never from a name.
"""

from dataclasses import dataclass

from citybrain.hub.data.lake import keys, reading
from citybrain.hub.data.lake.tables import has_table
from citybrain.hub.data.models import SubjectFile
from citybrain.hub.data.registers.queries import files
from citybrain.hub.data.registers.queries.objections import subject_mark
from citybrain.hub.data.registers.queries.pruning import with_keys
from citybrain.kernel import clock

RIGHTS = {"guardian": "person", "representative": "firm"}
MOST = 50


@dataclass(frozen=True)
class Related:
    """A minor or a firm, by which right (``guardian``, ``representative``), and the mark the page names it by."""

    right: str
    subject: str
    number: str
    name: str

    @property
    def mark(self) -> str:
        """Tells nothing of the number."""
        return subject_mark(self.subject, self.number)


def related_to(number: str) -> list[Related]:
    """Minors and firms whose files the person with this number may open today, by name."""
    kinds = {row.subject: row for row in reversed(files.file_kinds()) if row.relations}
    found: set[tuple[str, str]] = set()
    for table in sorted({row.relations for row in kinds.values()}):
        found |= set(holding(table, number))
    told = [
        Related(right, RIGHTS[right], other, name_of(kinds[RIGHTS[right]], other))
        for right, other in found
        if RIGHTS.get(right) in kinds and (right != "guardian" or files.is_minor(kinds["person"], other))
    ]
    return sorted(told, key=lambda one: (one.subject != "person", one.name, one.number))


def holding(table: str, number: str) -> list[tuple[str, str]]:
    """(right, other number) of the relations that hold today."""
    if not has_table(table):
        return []
    hashed = keys.lookup_key(number)
    asked = reading.Asked(
        f"SELECT DISTINCT kind, upper(trim(other)) FROM {table} WHERE _key = $hashed AND upper(trim(subject)) = $number "  # noqa: S608 - a key of the catalogue
        "AND (since IS NULL OR since <= $today) AND (until IS NULL OR until >= $today) "
        f"AND other IS NOT NULL ORDER BY ALL LIMIT {MOST}",
        {"hashed": hashed, "number": keys.normal(number), "today": clock.today()}, {table: with_keys([hashed])},
        seconds=files.SECONDS,
    )  # fmt: skip
    return [(str(right), str(other)) for right, other in reading.query(asked).rows]


def name_of(kind: SubjectFile, number: str) -> str:
    """The name the register has for a number."""
    return str(files.row_by_key(kind.register, kind.subject, files.entity_of(kind, number)).get("name") or "")
