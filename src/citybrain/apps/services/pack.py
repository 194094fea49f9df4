"""The pack part this room understands: service halls."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from citybrain.apps.services.models import Hall
from citybrain.hub.identity import api as identity
from citybrain.hub.packs import api as packs
from citybrain.kernel.text import Text


class HallDocument(BaseModel):
    """One hall: where it stands, when it is open, which windows it has."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(pattern=r"^[a-z0-9-]{3,64}$")
    name: Text
    organisation: str
    division: str = Field(pattern=r"^\d{12}$")
    address: Text
    opening: Text
    phone: str = Field(default="", max_length=40)
    windows: list[str] = Field(min_length=1, max_length=60)
    evidence: dict[str, Any] = {}


class Halls:
    """Part ``halls``: installs service halls and hides them again."""

    key = "halls"
    order = 125
    schema = HallDocument

    def check(self, ctx, docs):
        """Nothing across documents; the organisation is looked up when the hall is applied, after organisations are."""
        return ()

    def apply(self, ctx, doc) -> None:
        """Create or update the hall."""
        data: HallDocument = doc.data
        if data.organisation not in identity.directory().organisations:
            raise packs.PackError(
                zh=f"没有编码为 {data.organisation} 的单位。",
                en=f"There is no organisation with code {data.organisation}.",
                code="unknown_organisation",
                pointer="organisation",
            )
        Hall.objects.update_or_create(
            code=doc.key,
            defaults={
                "name": data.name.model_dump(),
                "organisation": data.organisation,
                "division": data.division,
                "address": data.address.model_dump(),
                "opening": data.opening.model_dump(),
                "phone": data.phone,
                "windows": data.windows,
                "pack": doc.pack,
                "hidden": False,
            },
        )

    def hide(self, ctx, pack: str, key: str) -> None:
        """Take the hall off the lists; its tickets stay."""
        Hall.objects.filter(code=key, pack=pack).update(hidden=True)

    def used(self, pack: str, key: str, version: int) -> bool:
        """Halls carry no version, so nothing is frozen."""
        return False


packs.register_part(Halls())
