"""Editions of a resource: the list with who changed what, and two of them side by side."""

from dataclasses import dataclass
from typing import Any

from citybrain.hub.data.catalogue.domain.choices import BY_FIELD, YES_NO, say_choice
from citybrain.hub.data.catalogue.domain.description import Change, differences
from citybrain.hub.data.models import Edition, Resource
from citybrain.kernel.errors import NotFound
from citybrain.kernel.text import Text, say

ACTS = {
    "known": Text(zh="首次登记", en="first known"), "sync": Text(zh="业务模块更新", en="renewed by the room"),
    "declare": Text(zh="登记", en="declared"), "describe": Text(zh="修改目录信息", en="description changed"),
    "describe_item": Text(zh="修改信息项", en="item changed"), "add_item": Text(zh="新增信息项", en="item added"),
    "confirm_grade": Text(zh="确认识别建议", en="finding confirmed"), "publish": Text(zh="发布", en="published"),
    "import": Text(zh="表格导入", en="imported"), "note": Text(zh="场景包注记", en="noted by a pack"),
}  # fmt: skip


@dataclass(frozen=True)
class EditionLine:
    """One edition and what it changed against the one before."""

    edition: Edition
    act: str
    changes: tuple[Change, ...]


def editions(row: Resource, *, limit: int = 50) -> list[EditionLine]:
    """Newest first."""
    listed = list(row.editions.order_by("-number")[: limit + 1])
    found = []
    for at, edition in enumerate(listed[:limit]):
        older = listed[at + 1] if at + 1 < len(listed) else None
        changes = differences(older.body, edition.body) if older else []
        act = ACTS[edition.act].say() if edition.act in ACTS else edition.act
        found.append(EditionLine(edition, act, tuple(changes)))
    return found


def compared(row: Resource, older: int, newer: int) -> tuple[Edition, Edition, list[Change]]:
    """Two editions and what differs; NotFound when there is no such edition."""
    known = {e.number: e for e in row.editions.filter(number__in=[older, newer])}
    if older not in known or newer not in known:
        raise NotFound("no such version / 没有这个版本", code="no_edition")
    return known[older], known[newer], differences(known[older].body, known[newer].body)


def say_value(field: str, value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return YES_NO["yes" if value else "no"].say()
    if value in (None, "", [], {}):
        return "—"
    if isinstance(value, dict):
        return say(value) or "—"
    if isinstance(value, list):
        return "、".join(str(part) for part in value)
    return say_choice(field, str(value)) if field in BY_FIELD else str(value)
