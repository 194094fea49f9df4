"""Records that cross the door of places: divisions, jurisdictions, located points. No Django."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Any, NewType

from citybrain.kernel.text import Text, current_language

DivisionCode = NewType("DivisionCode", str)


class Level(IntEnum):
    """Administrative level of a division (GB/T 39046 counts the nation as 1; we begin at the province)."""

    PROVINCE = 1
    CITY = 2
    COUNTY = 3
    TOWN = 4
    VILLAGE = 5


KIND_NAMES: Mapping[str, Text] = {
    "province": Text(zh="省", en="Province"),
    "city": Text(zh="设区市", en="Prefecture city"),
    "district": Text(zh="市辖区", en="District"),
    "county": Text(zh="县", en="County"),
    "county_city": Text(zh="县级市", en="County-level city"),
    "street": Text(zh="街道", en="Subdistrict"),
    "town": Text(zh="镇", en="Town"),
    "township": Text(zh="乡", en="Township"),
    "ethnic_township": Text(zh="民族乡", en="Ethnic township"),
    "zone": Text(zh="开发区(统计单位)", en="Development zone"),
    "community": Text(zh="社区(居委会)", en="Community"),
    "village": Text(zh="村(村委会)", en="Village"),
    "quasi": Text(zh="类似村级单位", en="Village-like unit"),
}


@dataclass(frozen=True)
class Alias:
    """Another name: ``variant`` (in use beside), ``former`` (no longer official)."""

    name: str
    kind: str = "variant"
    source: str = ""


@dataclass(frozen=True)
class Division:
    """One administrative (or statistical) division. ``code`` is the 12-digit statistical code.

    ``parent`` is a fact of its own: after a change a village may keep a code that begins with its old town's.
    """

    code: str
    name: str
    short: str
    name_en: str
    level: Level
    kind: str
    parent: str = ""
    county: str = ""
    town: str = ""
    pinyin: str = ""
    initials: str = ""
    aliases: tuple[Alias, ...] = ()
    civil_code: str = ""
    urban_rural: str = ""
    source: str = ""
    confirmed_by: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    replaced_by: str = ""

    def say(self) -> str:
        """The name in the current language."""
        return self.name_en if current_language() == "en" and self.name_en else self.name

    @property
    def kind_name(self) -> Text:
        """What kind of division it is, in words."""
        return KIND_NAMES.get(self.kind, Text(zh=self.kind))

    def valid_on(self, day: date) -> bool:
        """Whether it exists on ``day``: from the first day up to, not including, the last."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )


@dataclass(frozen=True)
class Jurisdiction:
    """A county-level body that answers for divisions: the counties and the zone treated like one."""

    key: str
    name: Text
    short: str
    divisions: tuple[str, ...]


@dataclass(frozen=True)
class Located:
    """County of a point. ``near`` = the point lies off every polygon, ``metres`` from the nearest (coast, simplification)."""

    division: Division
    near: bool = False
    metres: int = 0


@dataclass(frozen=True)
class Option:
    """One choice of a cascade."""

    code: str
    name: str


@dataclass(frozen=True)
class Step:
    """One select of a cascade picker: county, town, village."""

    level: Level
    options: tuple[Option, ...]
    selected: str = ""


@dataclass(frozen=True)
class Hit:
    """A search result: the division, where it lies, how it matched and how well (0–100)."""

    division: Division
    path: str
    score: float
    why: str = ""


@dataclass(frozen=True)
class Decision:
    """How a difference between two sources was settled."""

    key: str
    division: str
    found: Text
    decided: Text
    sources: tuple[str, ...] = ()
    titles: Mapping[str, Any] = field(default_factory=dict)
