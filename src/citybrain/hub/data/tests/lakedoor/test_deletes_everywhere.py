"""Rows deleted in every way there is: every reader sees them gone, or refuses; none answers with a dead row."""

from uuid import uuid4

import pytest

from citybrain.hub.data.lake import compaction, distributed, merging, reading, tables
from citybrain.hub.data.lake.door.domain.grants import LakeGrant
from citybrain.hub.data.tests.lake import readers
from citybrain.hub.data.tests.lake import test_planted_deletes as planted
from citybrain.hub.data.tests.lakedoor.conftest import QUIET, attached_duckdb, new_client, rest_catalog

pytestmark = [QUIET]
NAME = planted.NAME
MERGE = (
    "MERGE INTO city.gaj.person AS t USING (VALUES ('E', 9), ('X', 1)) AS s(number, amount) ON t.number = s.number "
    "WHEN MATCHED THEN UPDATE SET amount = s.amount WHEN NOT MATCHED THEN INSERT (number, amount) VALUES (s.number, s.amount)"
)  # fmt: skip


class Readers:
    """All there are: the embedded engine, a cluster, the library, DuckDB's reader, and both through the door."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.client = new_client(LakeGrant("gaj", write=True))

    def duckdb(self):
        return attached_duckdb(self.address, *self.client)

    def library(self):
        return rest_catalog(self.address, *self.client).load_table(NAME)

    def say(self) -> dict[str, str]:
        """The numbers each sees, or ``refused``."""
        asked = reading.Asked(f"SELECT number FROM {NAME} ORDER BY number")
        ways = {
            "embedded": lambda: [row[0] for row in reading.query(asked).rows],
            "cluster": lambda: [row[0] for row in distributed.query(asked).rows],
            "arrow": lambda: sorted(readers.library()),
            "duckdb on the files": lambda: sorted(readers.engines_own()),
            "duckdb at the door": lambda: [r[0] for r in self.duckdb().execute("SELECT number FROM city.gaj.person ORDER BY 1").fetchall()],
            "pyiceberg at the door": lambda: sorted(self.library().scan().to_arrow()["number"].to_pylist()),
        }  # fmt: skip
        return {name: told(ask) for name, ask in ways.items()}


def told(ask) -> str:
    try:
        return "".join(ask())
    except ValueError as error:
        return "refused" if "equality deletes" in str(error) else repr(error)


@pytest.fixture
def all_readers(served, on_cluster):
    tables.create_table(NAME, planted.COLUMNS)
    planted.add("A", "B", "C", "D")
    planted.add("E", "F", "G")
    return Readers(served)


def test_one_after_the_other_by_every_writer(all_readers):
    steps = [
        (lambda: None, "ABCDEFG"),
        (lambda: merging.delete(NAME, key="number", keys=["A"], batch=uuid4(), at=planted.NOW), "BCDEFG"),
        (lambda: planted.plant_positions([planted.place_of("B")]), "CDEFG"),
        (lambda: all_readers.duckdb().execute("DELETE FROM city.gaj.person WHERE number = 'C'"), "DEFG"),
        (lambda: all_readers.duckdb().execute(MERGE), "DEFGX"),
        (lambda: all_readers.library().delete("number == 'D'"), "EFGX"),
    ]
    for act, expected in steps:
        act()
        assert set(all_readers.say().values()) == {expected}
    assert readers.engines_own()["E"] == 9


def test_deletes_by_value_are_seen_or_refused_and_compaction_ends_that(all_readers):
    planted.plant_values(number=["A", "F"])
    all_readers.duckdb().execute("DELETE FROM city.gaj.person WHERE number = 'G'")
    planted.add("F", amount=2)
    said = all_readers.say()
    assert said.pop("arrow") == said.pop("pyiceberg at the door") == "refused"
    assert set(said.values()) == {"BCDEF"}
    assert compaction.gather_marks(NAME)
    assert set(all_readers.say().values()) == {"BCDEF"}
    for group in compaction.need(tables.table(NAME)).groups:
        compaction.rewrite(NAME, group)
    assert set(all_readers.say().values()) == {"BCDEF"}
