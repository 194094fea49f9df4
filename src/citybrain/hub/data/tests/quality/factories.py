"""A table with known faults, scanned."""

from citybrain.hub.data import api as data
from citybrain.hub.data.jobs import running
from citybrain.hub.data.models import QualityScan, Resource
from citybrain.hub.data.quality.actions.begin import begin_scan
from citybrain.hub.data.quality.domain.rule import Rule
from citybrain.hub.data.tests import factories
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.text import Text

BY = Actor.system("tests")
KEY = "scjg.firm"
ITEMS = [
    (
        "number",
        "text",
        {"identifier": "citizen_number", "personal": "id_number", "is_key": True, "required": True},
    ),
    ("name", "text", {"personal": "name", "required": True, "length": 6}),
    ("amount", "number", {}),
    ("old", "bool", {}),
]
GOOD = [people.number(sequence=n) for n in range(1, 9)]
ROWS = [
    {"number": GOOD[0], "name": "林一", "amount": 1},
    {"number": GOOD[0], "name": "林一", "amount": 1},  # a later copy
    {"number": GOOD[1], "name": None, "amount": 1},  # no name
    {"number": None, "name": "林三", "amount": 1},  # no key
    {"number": "350902199001010000", "name": "林四", "amount": 1},  # wrong check digit
    {"number": GOOD[2], "name": "林五", "amount": 2},
]


def table(key: str = KEY, owner: str = "350902-scjg", layer: str = "raw", **values) -> Resource:
    """A published raw table, received now."""
    return factories.lake_resource(
        key, ITEMS, owner=owner, layer=layer, key_item="number", time_item="", organisation_item="",
        division_item="", received_at=clock.now(), **values,
    )  # fmt: skip


def deliver(rows=ROWS, key: str = KEY) -> None:
    """Rows, and the catalogue told of them."""
    full = [{"number": None, "name": None, "amount": None, "old": None} | row for row in rows]
    import pyarrow as pa

    from citybrain.hub.data.lake import writing
    from citybrain.kernel.ids import new_id

    types = {"number": pa.string(), "name": pa.string(), "amount": pa.int64(), "old": pa.bool_()}
    made = pa.table({name: pa.array([r[name] for r in full], kind) for name, kind in types.items()})
    batch = str(new_id())
    writing.append(key, made, batch=batch, at=clock.now(), key="number")
    data.note_delivery(key, batch=batch, rows=len(rows), by=BY)


def scanned(key: str = KEY, mode: str = "whole") -> QualityScan:
    """The table scanned by the job process."""
    begin_scan(key, mode=mode, by=BY)
    while running.do_next():
        pass
    return QualityScan.objects.filter(resource=key).latest("at")


def rule(
    key: str = "amount_small", kind: str = "range", items=("amount",), resource: str = KEY, **params
) -> Rule:
    """A rule as a steward writes it."""
    return Rule(
        resource,
        key,
        kind,
        tuple(items),
        params or ({"most": "1"} if kind == "range" else {}),
        title=Text(zh="金额不大于1", en="Amount at most 1"),
    )
