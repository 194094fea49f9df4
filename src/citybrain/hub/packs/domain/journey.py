"""The shape of a journey: given a time and people, steps that act, steps that expect."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from citybrain.kernel.text import Text


class Given(BaseModel):
    """What holds at the start; rooms may read further members."""

    model_config = ConfigDict(extra="allow", frozen=True)

    at: datetime


class Journey(BaseModel):
    """A story the product plays and checks, inside a transaction that is rolled back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = ""
    name: Text
    kind: Literal["happy", "refused", "corrected", "overdue", "other"] | None = None
    given: Given
    steps: tuple[dict[str, Any], ...] = Field(min_length=1, max_length=200)

    @field_validator("steps")
    @classmethod
    def _one_verb_each(cls, steps: tuple[dict, ...]) -> tuple[dict, ...]:
        for number, step in enumerate(steps, 1):
            if len(step) != 1:
                raise ValueError(f"step {number} must hold one verb")
        return steps
