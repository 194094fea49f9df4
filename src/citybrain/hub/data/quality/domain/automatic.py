"""Rules nobody has to write: what the catalogue says about an item, made checkable."""

from collections.abc import Collection, Iterator

from citybrain.hub.data.data import ItemRecord, ResourceRecord
from citybrain.hub.data.quality.domain.kinds import IDENTIFIERS
from citybrain.hub.data.quality.domain.rule import Rule
from citybrain.kernel.text import Text


def automatic_rules(resource: ResourceRecord, code_tables: Collection[str]) -> list[Rule]:
    """Required, identifier, code table and length of every item; the key is unique; the cycle is kept; it answers."""
    made = [rule for item in resource.items for rule in of_item(resource, item, code_tables)]
    keys = key_items(resource)
    if keys:
        title = Text(zh="主键唯一", en="The key is unique")
        made.append(rule_of(resource, "auto_key_unique", "unique", title, keys))
    if resource.cycle and resource.cycle != "irregular":
        title = Text(zh="在更新周期内交付", en="Delivered within its cycle")
        made.append(rule_of(resource, "auto_timely", "timely", title, severity="advisory"))
    title = Text(zh="最近一次汇聚或调用成功", en="The last collection or call succeeded")
    made.append(rule_of(resource, "auto_reachable", "reachable", title, severity="advisory"))
    return made


def key_items(resource: ResourceRecord) -> tuple[str, ...]:
    """The items that name a record: those marked as key, else the one rows are looked up by."""
    marked = tuple(item.name for item in resource.items if item.is_key)
    return marked or ((resource.key_item,) if resource.key_item else ())


def of_item(resource: ResourceRecord, item: ItemRecord, code_tables: Collection[str]) -> Iterator[Rule]:
    """The rules an item's own metadata make."""
    zh, en = item.title.zh, item.title.en or item.name
    if item.required or item.is_key:
        yield rule_of(
            resource,
            f"auto_required_{item.name}",
            "required",
            Text(zh=f"{zh}必填", en=f"{en} is required"),
            (item.name,),
        )
    if item.type == "text" and item.identifier in IDENTIFIERS:
        yield rule_of(
            resource, f"auto_identifier_{item.name}", "identifier", Text(zh=f"{zh}校验位正确", en=f"{en}: check digit"),
            (item.name,), identifier=item.identifier,
        )  # fmt: skip
    if item.type == "text" and item.identifier == "phone":
        yield rule_of(
            resource, f"auto_format_{item.name}", "pattern", Text(zh=f"{zh}是电话号码", en=f"{en} is a phone number"),
            (item.name,), "advisory", pattern=r"(1[3-9][0-9]{9}|(0[0-9]{2,3}-?)?[1-9][0-9]{6,7}(-[0-9]{1,6})?)",
        )  # fmt: skip
    if item.code_table in code_tables and item.type in ("text", "integer"):
        yield rule_of(
            resource, f"auto_code_{item.name}", "code", Text(zh=f"{zh}在代码表内", en=f"{en} is in its code table"),
            (item.name,), table=item.code_table,
        )  # fmt: skip
    if item.type == "text" and item.length:
        yield rule_of(
            resource, f"auto_length_{item.name}", "length", Text(zh=f"{zh}不超过{item.length}字", en=f"{en}: at most {item.length} characters"),
            (item.name,), most=item.length,
        )  # fmt: skip


def rule_of(
    resource: ResourceRecord,
    key: str,
    kind: str,
    title: Text,
    items: tuple[str, ...] = (),
    severity: str = "mandatory",
    **params: object,
) -> Rule:
    """An automatic rule; its version is that of the resource's shape."""
    return Rule(
        resource=resource.key, key=key, kind=kind, items=items, params=params, severity=severity, title=title,
        basis="目录元数据(参考 GB/T 36344-2018)", version=resource.version, origin="auto",
    )  # fmt: skip
