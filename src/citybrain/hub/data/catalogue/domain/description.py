"""A resource's description as plain values: what an edition keeps, what a form, a file or a pack brings.

``body`` maps field → value; ``body["items"]`` maps item name → its fields, in the order of the items.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from citybrain.kernel.text import Text

FIELDS = (
    "title", "description", "layer", "owner", "classification", "code", "format", "cycle", "sharing",
    "sharing_condition", "sharing_basis", "sharing_ways", "opening", "opening_basis", "grade", "grade_floor",
    "data_class", "special_approval", "security_owner", "retention_months", "source_system", "vertical", "keywords",
    "related", "time_item", "organisation_item", "division_item", "key_item",
)  # fmt: skip
ITEM_FIELDS = (
    "title", "type", "length", "is_key", "required", "code_table", "identifier", "grade", "personal", "sharing",
    "opening", "description", "element", "is_source",
)  # fmt: skip
# Worked out by the product, never typed.
DERIVED = ("code", "grade")
TITLES = {
    "title": Text(zh="名称", en="Name"), "description": Text(zh="摘要", en="Abstract"),
    "layer": Text(zh="数据层", en="Layer"), "owner": Text(zh="提供方", en="Provider"),
    "classification": Text(zh="资源分类", en="Class"), "code": Text(zh="资源代码", en="Code"),
    "format": Text(zh="格式", en="Format"), "cycle": Text(zh="更新周期", en="Update cycle"),
    "sharing": Text(zh="共享类型", en="Sharing"), "sharing_condition": Text(zh="共享条件", en="Condition of sharing"),
    "sharing_basis": Text(zh="共享依据", en="Basis of sharing"), "sharing_ways": Text(zh="共享方式", en="Ways of sharing"),
    "opening": Text(zh="开放属性", en="Opening"), "opening_basis": Text(zh="开放依据或不开放理由", en="Basis of opening or reason against it"),
    "grade": Text(zh="数据分级", en="Grade"), "grade_floor": Text(zh="整体定级", en="Grade of the whole"),
    "data_class": Text(zh="数据类别", en="Importance"), "special_approval": Text(zh="专项审批文号", en="Special approval"),
    "security_owner": Text(zh="安全责任人", en="Security owner"), "retention_months": Text(zh="保存期限(月)", en="Kept for (months)"),
    "source_system": Text(zh="来源系统", en="Source system"), "vertical": Text(zh="垂管系统数据", en="From a vertical system"),
    "keywords": Text(zh="常用叫法", en="Everyday words"), "related": Text(zh="关联资源", en="Related resources"),
    "time_item": Text(zh="时间项", en="Item of time"), "organisation_item": Text(zh="机构项", en="Item of the unit"),
    "division_item": Text(zh="区划项", en="Item of the division"), "key_item": Text(zh="主标识项", en="Identifying item"),
    "type": Text(zh="类型", en="Type"), "length": Text(zh="长度", en="Length"), "is_key": Text(zh="主键", en="Key"),
    "required": Text(zh="必填", en="Required"), "code_table": Text(zh="字典", en="Code table"),
    "identifier": Text(zh="标识类型", en="Kind of identifier"), "personal": Text(zh="个人信息", en="Personal data"),
    "element": Text(zh="对应数据元", en="Element of a register"), "is_source": Text(zh="数源", en="Is the source"),
    "position": Text(zh="顺序", en="Order"),
}  # fmt: skip
NO_TEXT: tuple[Any, ...] = (None, "", [], {}, {"zh": "", "en": ""}, {"zh": ""})


@dataclass(frozen=True)
class CatalogueProblem:
    """One thing wrong with a description. ``path`` names the field, or ``items.<name>.<field>``."""

    path: str
    code: str
    zh: str
    en: str

    @property
    def message(self) -> Text:
        """In both languages."""
        return Text(zh=self.zh, en=self.en)


@dataclass(frozen=True)
class Change:
    """One field that differs between two descriptions; ``item`` is empty for the resource's own fields."""

    item: str
    field: str
    before: Any
    after: Any

    @property
    def title(self) -> Text:
        """What the field is called."""
        return TITLES.get(self.field, Text(zh=self.field, en=self.field))


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What changed between two bodies, field by field; an item that came or went is one change of the field ``item``."""
    found = [
        Change("", field, before.get(field), after.get(field))
        for field in FIELDS
        if not same(before.get(field), after.get(field))
    ]
    old, new = before.get("items", {}), after.get("items", {})
    for name in dict.fromkeys([*old, *new]):
        found += item_changes(name, old.get(name), new.get(name))
    return found


def item_changes(name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[Change]:
    """What changed in one item."""
    if old is None or new is None:
        return [
            Change(
                name,
                "item",
                None if old is None else old.get("title"),
                None if new is None else new.get("title"),
            )
        ]
    fields = (*ITEM_FIELDS, "position")
    return [Change(name, f, old.get(f), new.get(f)) for f in fields if not same(old.get(f), new.get(f))]


def same(one: Any, other: Any) -> bool:
    """Equal, where every form of nothing is the same nothing."""
    return one == other or (one in NO_TEXT and other in NO_TEXT)
