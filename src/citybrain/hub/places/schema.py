"""What a pack may say in ``divisions/*.yaml`` and ``geometry/*.geojson``. Bounded; names no tables."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from citybrain.kernel.text import Text

Code = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Suffix = Annotated[str, StringConstraints(pattern=r"^\d{3}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
Kind = Literal[
    "province", "city", "district", "county", "county_city", "street", "town", "township",
    "ethnic_township", "zone", "community", "village", "quasi",
]  # fmt: skip


class Strict(BaseModel):
    """Unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid")


class AliasEntry(Strict):
    """Another name of a division."""

    name: Name
    kind: Literal["variant", "former"] = "variant"
    source: str = ""


class DivisionEntry(Strict):
    """One division. Short name, English name and pinyin are worked out when not given."""

    code: Code
    name: Name
    kind: Kind
    parent: Code | Literal[""] = ""
    short: str = ""
    name_en: str = ""
    pinyin: str = ""
    aliases: list[AliasEntry] = Field(default=[], max_length=10)
    civil_code: Code | Literal[""] = ""
    urban_rural: Annotated[str, StringConstraints(pattern=r"^(\d{3})?$")] = ""
    source: str = ""
    confirmed_by: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    replaced_by: Code | Literal[""] = ""


class TownEntry(DivisionEntry):
    """A town with its villages as ``last three digits: name``."""

    villages: dict[Suffix, Name] = Field(default={}, max_length=400)
    villages_under: Code | Literal[""] = ""
    village_source: str = ""


class SourceEntry(Strict):
    """A published list."""

    title: Text
    package: str = ""
    as_of: date | None = None


class JurisdictionEntry(Strict):
    """A county-level body and the divisions it answers for."""

    key: Key
    name: Text
    short: Name
    divisions: list[Code] = Field(min_length=1)


class DecisionEntry(Strict):
    """A difference between sources and how it was settled."""

    key: Key
    division: Code
    sources: list[str] = []
    found: Text
    decided: Text


class DivisionDocument(Strict):
    """One file of ``divisions/``: usually one county, and one file for the city itself."""

    sources: dict[Key, SourceEntry] = {}
    divisions: list[DivisionEntry] = Field(default=[], max_length=500)
    towns: list[TownEntry] = Field(default=[], max_length=200)
    jurisdictions: list[JurisdictionEntry] = Field(default=[], max_length=200)
    decisions: list[DecisionEntry] = Field(default=[], max_length=200)


class Geometry(Strict):
    """A GeoJSON polygon or multi-polygon, degrees, CGCS2000/WGS84."""

    type: Literal["Polygon", "MultiPolygon"]
    coordinates: list


class Properties(BaseModel):
    """Properties of a feature: the code it draws, a name, a point for its label."""

    model_config = ConfigDict(extra="allow")

    code: Code | Literal[""] = ""
    name: str = ""
    label: list[float] = Field(default=[], max_length=2)


class Feature(Strict):
    """One drawn area."""

    type: Literal["Feature"]
    properties: Properties
    geometry: Geometry


class GeometryDocument(Strict):
    """One file ``geometry/<layer>.geojson``: a FeatureCollection with its source and datum."""

    type: Literal["FeatureCollection"]
    source: str = Field(min_length=1, max_length=200)
    crs_name: Literal["CGCS2000", "WGS84"] = "CGCS2000"
    features: list[Feature] = Field(min_length=1, max_length=500)
