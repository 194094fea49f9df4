"""A small world of registers for tests: three source tables, the models over them, a few synthetic people."""

from datetime import date
from typing import Any

from citybrain.hub.data import api as data
from citybrain.hub.data.jobs import running
from citybrain.hub.data.registers.actions.build import begin_build
from citybrain.hub.data.registers.actions.declare_from_pack import declare_said
from citybrain.hub.data.registers.documents import FileSaid, ModelSaid
from citybrain.hub.data.registers.pack import Files
from citybrain.hub.data.tests import factories as rooms
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel.actor import Actor

BY = Actor.system("tests")
MEI, MING = people.number(sequence=2), people.number("35090219851231", sequence=3)
CHILD = people.number("35090220180605", sequence=2)


def item(name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    """An item of a table."""
    return {"name": name, "type": kind, "title": {"zh": f"项{name}", "en": name}, **more}


NUMBER = {"personal": "id_number", "identifier": "citizen_number", "grade": "L3"}
NAME, PHONE = {"personal": "name", "grade": "L3"}, {"personal": "phone", "grade": "L3"}
RAW: dict[str, tuple[str, str, list[dict[str, Any]]]] = {
    "gaj.resident": ("350902-gaj", "number", [
        item("number", **NUMBER), item("name", **NAME), item("sex"), item("birth_date", "date"), item("phone", **PHONE),
        item("address", personal="address"), item("at", "date"),
    ]),
    "rsj.insured": ("350902-rsj", "number", [
        item("number", **NUMBER), item("name", **NAME), item("phone", **PHONE), item("address", personal="address"),
        item("at", "date"),
    ]),
    "jyj.pupil": ("350902-jyj", "roll", [
        item("roll"), item("name", **NAME), item("sex"), item("birth_date", "date"), item("phone", **PHONE),
        item("address", personal="address"), item("school"), item("at", "date"),
    ]),
    "wjw.health": ("350902-wjw", "number", [
        item("number", **NUMBER), item("blood", grade="L4", personal="yes"), item("chronic", grade="L4", personal="yes"),
    ]),
}  # fmt: skip
RECORDS_SQL = """
SELECT 'gaj.resident:' || number AS record, 'gaj.resident' AS source, number, name, sex, birth_date, phone, address, at
FROM gaj.resident
UNION ALL
SELECT 'rsj.insured:' || number, 'rsj.insured', number, name, NULL, NULL, phone, address, at FROM rsj.insured
UNION ALL
SELECT 'jyj.pupil:' || roll, 'jyj.pupil', NULL, name, sex, birth_date, phone, address, at FROM jyj.pupil
"""


def raw() -> None:
    """The departments' tables."""
    for key, (owner, key_item, items) in RAW.items():
        data.declare_resource(
            key,
            title={"zh": f"表{key}", "en": key},
            items=items,
            by=BY,
            owner=owner,
            cycle="daily",
            key_item=key_item,
        )
        data.publish_resource(key, by=BY)


def model(key: str, items: list[dict[str, Any]], **said: Any) -> ModelSaid:
    """A model as a pack says it."""
    return ModelSaid.model_validate(
        {
            "key": key,
            "title": {"zh": f"模型{key}", "en": key},
            "owner": "350902-fgw",
            "layer": "standard",
            "items": items,
            **said,
        }
    )


def records(**more: Any) -> ModelSaid:
    """The standard table of person records."""
    items = [
        item("record", personal="yes"), item("source"), item("number", **NUMBER), item("name", **NAME), item("sex"),
        item("birth_date", "date"), item("phone", **PHONE), item("address", personal="address"), item("at", "date"),
    ]  # fmt: skip
    return model("std.person_record", items, sql=RECORDS_SQL, key_item="record", **more)


def links() -> ModelSaid:
    """Who is who."""
    return model(
        "std.person_link", [item("record")], links={"register": "person", "records": "std.person_record"}
    )


def golden() -> ModelSaid:
    """The register of people."""
    items = [
        item("person"), item("number", **NUMBER), item("name", **NAME), item("birth_date", "date"), item("phone", **PHONE),
        item("address", personal="address"), item("records", "integer"), item("sources", "integer"),
        item("conflicts", "integer"), item("confidence", "real"), item("at", "date"),
    ]  # fmt: skip
    rules = {
        "number": {"rule": "priority", "sources": ["gaj.resident"]}, "name": {"rule": "priority", "sources": ["gaj.resident"]},
        "birth_date": {"rule": "frequent"}, "phone": {"rule": "newest"}, "address": {"rule": "frequent"},
    }  # fmt: skip
    said = {
        "records": "std.person_record",
        "links": "std.person_link",
        "items": rules,
        "trust": {"gaj.resident": 0.95},
    }
    return model("register.person", items, layer="register", key_item="person", golden=said)


def declare(*said: ModelSaid) -> None:
    """Models into the house."""
    for one in said:
        declare_said(one, pack="tests", by=BY)


def build(*keys: str, **more: Any) -> dict[str, Any]:
    """Run the models; the job's result."""
    job = begin_build(keys, by=BY, **more)
    while running.do_next():
        pass
    job.refresh_from_db()
    assert job.state == "done", job.error
    return job.result


def person(number: str, name: str, **more: Any) -> dict[str, Any]:
    """A row of 公安."""
    said = {
        "sex": "2",
        "birth_date": date(1990, 1, 1),
        "phone": "13800000001",
        "address": "蕉南街道演示路1号",
        "at": date(2026, 1, 1),
    }
    return {"number": number, "name": name, **said, **more}


def file_of_people() -> None:
    """The kind of file the tests look into: register, social insurance, school (by matching), health."""
    said = FileSaid.model_validate({
        "key": "person", "subject": "person", "title": {"zh": "一人一档", "en": "Person"}, "register": "register.person",
        "links": "std.person_link", "blocks": [
            {"key": "identity", "title": {"zh": "身份", "en": "Identity"}, "resource": "gaj.resident",
             "items": ["name", "phone", "address"], "confidence": 0.95, "minors": True},
            {"key": "insurance", "title": {"zh": "社保", "en": "Insurance"}, "resource": "rsj.insured", "items": ["phone", "at"]},
            {"key": "school", "title": {"zh": "学籍", "en": "School"}, "resource": "jyj.pupil", "items": ["school"],
             "find": "record", "minors": True},
            {"key": "health", "title": {"zh": "健康", "en": "Health"}, "resource": "wjw.health", "items": ["blood", "chronic"],
             "permission": "data.health"},
        ],
    })  # fmt: skip
    Files().apply(None, _Doc(said))  # type: ignore[arg-type]


class _Doc:
    """As much of a pack document as the part reads."""

    pack = "tests"

    def __init__(self, data: FileSaid) -> None:
        self.data = data


def world() -> None:
    """Two grown-ups and a pupil, built; the phone of 林 differs between two departments."""
    raw()
    declare(records(), links(), golden())
    rooms.deliver("gaj.resident", [
        person(MEI, "测试甲"), person(MING, "测试乙", sex="1", birth_date=date(1985, 12, 31), phone="13800000002", address="蕉北街道演示路2号"),
        person(CHILD, "测试小童", birth_date=date(2018, 6, 5), phone="13800000003", address="金涵乡演示村3号"),
    ])  # fmt: skip
    rooms.deliver("rsj.insured", [
        {"number": MEI, "name": "测试甲", "phone": "13900000009", "address": "蕉南街道演示路1号", "at": date(2026, 6, 1)},
    ])  # fmt: skip
    rooms.deliver("jyj.pupil", [
        {"roll": "G001", "name": "测试小童", "sex": "2", "birth_date": date(2018, 6, 5), "phone": "13800000003",
         "address": "金涵乡演示村3号", "school": "演示小学", "at": date(2026, 9, 1)},
    ])  # fmt: skip
    rooms.deliver("wjw.health", [{"number": MEI, "blood": "A型", "chronic": "高血压"}])
    build()
    file_of_people()
