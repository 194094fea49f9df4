"""What is done to each column before a dataset is opened, and what keeps it from being opened at all.

A treatment is data: it stands in the release case, is approved with it, and every later version is made under it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from citybrain.kernel.text import Text

StepName = Literal[
    "keep", "drop", "mask", "county", "town", "month", "year", "age_band", "top_code", "round", "hide_small"
]
STEPS: Mapping[str, Text] = {
    "keep": Text(zh="原样保留", en="Keep as it is"),
    "drop": Text(zh="删除", en="Leave out"),
    "mask": Text(zh="掩码", en="Mask"),
    "county": Text(zh="泛化到县（市、区）", en="Generalise to county"),
    "town": Text(zh="泛化到乡镇（街道）", en="Generalise to town"),
    "month": Text(zh="泛化到月", en="Generalise to month"),
    "year": Text(zh="泛化到年", en="Generalise to year"),
    "age_band": Text(zh="泛化为年龄段", en="Generalise to age band"),
    "top_code": Text(zh="封顶", en="Top-code"),
    "round": Text(zh="取整", en="Round"),
    "hide_small": Text(zh="隐去小计数", en="Suppress small counts"),
}
WITH_NUMBER = {"age_band": 10, "top_code": 100, "round": 10, "hide_small": 5}
GENERAL = {"county", "town", "month", "year", "age_band"}
HIDING = {"drop", "mask", "county", "town", "month", "year", "age_band"}
Role = Literal["plain", "quasi", "sensitive", "count"]
ROLES: Mapping[str, Text] = {
    "plain": Text(zh="普通", en="Plain"),
    "quasi": Text(zh="准标识符", en="Quasi-identifier"),
    "sensitive": Text(zh="敏感属性", en="Sensitive attribute"),
    "count": Text(zh="计数", en="Count"),
}


class ColumnTreatment(BaseModel):
    """One column: the step, its number (band, cap, unit, least count) and its role in the risk checks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: StepName = "keep"
    number: int | None = Field(default=None, ge=1, le=10**9)
    role: Role = "plain"


class Treatment(BaseModel):
    """All columns and the thresholds. ``reference`` is a resource a linkage is tried against, by columns of equal name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: dict[str, ColumnTreatment] = {}
    k: int = Field(default=5, ge=2, le=1000)
    small_cell: int = Field(default=5, ge=2, le=1000)
    reference: str = Field(default="", max_length=120)
    most_unique: float = Field(default=0.05, ge=0, le=1)
    longitude: str = Field(default="", max_length=60)
    latitude: str = Field(default="", max_length=60)
    division: str = Field(default="", max_length=60)

    def of(self, name: str) -> ColumnTreatment:
        """The treatment of a column; a column nobody spoke about is left out."""
        return self.columns.get(name, ColumnTreatment(step="drop"))

    def named(self, role: str) -> list[str]:
        """Columns of a role that stay in the dataset."""
        return [name for name, c in self.columns.items() if c.role == role and c.step != "drop"]

    @property
    def kept(self) -> list[str]:
        """Columns that stay in the dataset."""
        return [name for name, c in self.columns.items() if c.step != "drop"]


def watched(items: Sequence[Any], treatment: Treatment) -> Treatment:
    """The treatment as the risk checks see it: what is said of people and only generalised counts as a quasi-identifier,
    also where the proposer calls it plain."""
    about = {item.name for item in items if item.personal or item.grade == "L3"}
    columns = {
        name: c.model_copy(update={"role": "quasi"})
        if name in about and c.step in GENERAL and c.role == "plain"
        else c
        for name, c in treatment.columns.items()
    }
    return treatment.model_copy(update={"columns": columns})


def hindrances(items: Sequence[Any], treatment: Treatment, *, opening: str) -> list[tuple[str, str]]:
    """Why this may not be opened, as (code, column); empty when nothing stands against it.

    A22: no column of grade L4; nothing whose opening attribute is none; personal items and L3 only dropped, masked or
    generalised (reference §6.6). ``items`` have name, grade, personal, opening.
    """
    found = [("not_opened", "")] if opening == "none" else []
    known = {item.name for item in items}
    found += [("unknown_item", name) for name in treatment.kept if name not in known]
    if not treatment.kept:
        found.append(("nothing_left", ""))
    for item in items:
        step = treatment.of(item.name).step
        if step == "drop":
            continue
        if item.grade == "L4":
            found.append(("l4", item.name))
        elif item.opening == "none":
            found.append(("not_opened", item.name))
        elif (item.personal or item.grade == "L3") and step not in HIDING:
            found.append(("personal", item.name))
    return found
