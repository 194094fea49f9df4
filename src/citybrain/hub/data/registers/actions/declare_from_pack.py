"""Documents of a pack into models: SQL as it is, a golden record into its two statements, links into their kind."""

from typing import Any

from citybrain.hub.data.catalogue.actions.declare import declare_resource, publish_resource
from citybrain.hub.data.catalogue.actions.lineage import renew_lineage
from citybrain.hub.data.models import CodeTable
from citybrain.hub.data.registers.actions.declare_model import declare_model
from citybrain.hub.data.registers.documents import CodesSaid, ModelSaid
from citybrain.hub.data.registers.domain import model_sql, survivorship
from citybrain.kernel.actor import Actor

LINK_ITEMS: list[dict[str, Any]] = [
    {
        "name": "record",
        "type": "text",
        "title": {"zh": "来源记录", "en": "Source record"},
        "is_key": True,
        "grade": "L3",
        "personal": "yes",
    },
    {"name": "source", "type": "text", "title": {"zh": "来源", "en": "Source"}},
    {
        "name": "entity",
        "type": "text",
        "title": {"zh": "主体标识", "en": "Subject id"},
        "grade": "L2",
    },
    {
        "name": "found",
        "type": "text",
        "title": {"zh": "匹配所得标识", "en": "Id found by matching"},
        "grade": "L2",
    },
    {"name": "how", "type": "text", "title": {"zh": "依据", "en": "Found by"}},
    {"name": "probability", "type": "real", "title": {"zh": "概率", "en": "Probability"}},
]
VALUE_ITEMS: list[dict[str, Any]] = [
    {
        "name": "entity",
        "type": "text",
        "title": {"zh": "主体标识", "en": "Subject id"},
        "is_key": True,
        "grade": "L2",
    },
    {"name": "item", "type": "text", "title": {"zh": "信息项", "en": "Item"}, "is_key": True},
    {"name": "value", "type": "text", "title": {"zh": "值", "en": "Value"}, "grade": "L3", "personal": "yes"},
    {"name": "source", "type": "text", "title": {"zh": "来源", "en": "Source"}},
    {
        "name": "record",
        "type": "text",
        "title": {"zh": "来源记录", "en": "Source record"},
        "is_key": True,
        "grade": "L3",
        "personal": "yes",
    },
    {"name": "at", "type": "date", "title": {"zh": "来源日期", "en": "Date at the source"}},
    {"name": "chosen", "type": "bool", "title": {"zh": "采用", "en": "Stands"}},
    {"name": "conflict", "type": "bool", "title": {"zh": "有冲突", "en": "Contradicted"}},
    {"name": "confidence", "type": "real", "title": {"zh": "置信度", "en": "Confidence"}},
]


def sql_of(said: ModelSaid) -> str:
    """The statement that makes the declared items; empty for links."""
    if said.golden is not None:
        return survivorship.golden_sql(said.survivorship())
    return said.sql


def upstream_said(said: ModelSaid) -> list[str]:
    """What the document reads, seen from outside: a golden record reads its records and links."""
    if said.golden is not None:
        return sorted([said.golden.records, said.golden.links])
    if said.links is not None:
        return [said.links.records]
    return list(model_sql.checked(said.sql).tables)


def declare_said(said: ModelSaid, *, pack: str, by: Actor) -> None:
    """The model, or the two models of a golden record."""
    common: dict[str, Any] = {
        "owner": said.owner, "cycle": said.cycle, "by": by, "pack": pack, "document": said.key, "layer": said.layer,
    }  # fmt: skip
    tests = [plain(test.test()) for test in said.tests]
    title = said.title.as_dict()
    if said.golden is not None:
        declare_provenance(said, common)
    items = [item.fields(said.keys) for item in said.items]
    declare_model(
        said.key, title=title, items=LINK_ITEMS if said.links else items, tests=tests, sql=sql_of(said),
        kind="links" if said.links else "sql", key_item="entity" if said.links else said.key_item,
        spec={"register": said.links.register_} if said.links else {"keys": list(said.keys)},
        upstream=[said.links.records] if said.links else (),
        materialise="incremental" if said.incremental else "replace",
        incremental_on=said.incremental.on if said.incremental else "", **common, **said.values(),
    )  # fmt: skip
    if said.golden is not None:
        keep_golden_lineage(said)


def declare_provenance(said: ModelSaid, common: dict[str, Any]) -> None:
    """Every value with its source and standing: ``<key>_value``."""
    chosen = said.survivorship()
    declare_model(
        chosen.provenance, title={"zh": f"{said.title.zh}(逐值来源)", "en": f"{said.title.en}, value by value"},
        items=VALUE_ITEMS, sql=survivorship.provenance_sql(chosen), key_item="entity", sharing="none",
        sharing_basis="《中华人民共和国个人信息保护法》第六条(最小必要)", **common,
    )  # fmt: skip


def keep_golden_lineage(said: ModelSaid) -> None:
    """Item by item from the source records, in place of the pivoted statement that mixes them."""
    renew_lineage(said.key, survivorship.golden_edges(said.survivorship()), made_by=f"model:{said.key}")


def plain(test: Any) -> dict[str, Any]:
    """A test in its stored form."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(test).items()}


def declare_codes(said: CodesSaid, *, pack: str, by: Actor) -> None:
    """A code table and its resource; ``codes.bring`` writes the rows."""
    key = f"code.{said.key}"
    words = {c.code: c.title.as_dict() for c in said.codes}
    said_so = {"title": said.title.as_dict(), "basis": said.basis, "words": words, "pack": pack}
    CodeTable.objects.update_or_create(key=said.key, defaults=said_so)
    items = [
        {"name": "code", "type": "text", "title": {"zh": "代码", "en": "Code"}, "is_key": True},
        {"name": "zh", "type": "text", "title": {"zh": "名称", "en": "Chinese"}},
        {"name": "en", "type": "text", "title": {"zh": "英文名称", "en": "English"}},
    ]
    declare_resource(
        key, title=said.title.as_dict(), items=items, by=by, owner="350900-fgw", cycle="irregular", layer="standard",
        sharing="unconditional", opening="unconditional", key_item="code", pack=pack, table="later",
    )  # fmt: skip
    publish_resource(key, by=by)
