"""``pack.yaml``: only what cannot be found by looking into the folder."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from citybrain.kernel.text import Text

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
GRADES = ("bronze", "silver", "gold")


class Manifest(BaseModel):
    """What a pack says about itself. ``pack`` equals the folder and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pack: Name
    name: Text
    version: Annotated[str, Field(pattern=r"^\d{1,4}\.\d{1,4}\.\d{1,4}$")]
    kind: Literal["base", "city", "sector", "scenario"]
    owner: str = Field(min_length=1, max_length=200)
    needs: tuple[Name, ...] = ()
    basis: tuple[Text | str, ...] = ()
    grade: Literal["bronze", "silver", "gold"] = "bronze"
    summary: Text | None = None


class QualityRule(BaseModel):
    """One line of ``quality.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: Literal["done", "todo", "exempt"]
    reason: str = ""
