"""An indicator and the versions of its definition. A version that has values never changes."""

from functools import lru_cache
from typing import Any

from django.db import models

from citybrain.hub.indicators.schema import IndicatorDocument


class Indicator(models.Model):
    """One indicator under its permanent code; ``version`` is the definition in force."""

    code = models.CharField(max_length=40, primary_key=True)
    version = models.PositiveIntegerField()
    name = models.JSONField()
    family = models.CharField(max_length=40, db_index=True)
    frequency = models.CharField(max_length=12)
    owner = models.CharField(max_length=80, blank=True)
    position = models.PositiveIntegerField(default=0)
    pack = models.CharField(max_length=60)
    hidden = models.BooleanField(default=False)
    # The version whose past days have been filled in, and when that was done last.
    filled_version = models.PositiveIntegerField(default=0)
    filled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["family", "position", "code"]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.code


class Definition(models.Model):
    """One version of an indicator's definition, as the pack said it."""

    id = models.BigAutoField(primary_key=True)
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="definitions")
    version = models.PositiveIntegerField()
    body = models.JSONField()
    rule_hash = models.CharField(max_length=64)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["indicator", "version"], name="indicators_definition_once"),
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.indicator_id} v{self.version}"

    def document(self) -> IndicatorDocument:
        """The definition, parsed."""
        return parsed(self.pk, self.rule_hash, _Body(self.body))


class _Body:
    """Carries the body past the cache, whose key is the row and its hash."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Body)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=1024)
def parsed(_pk: int, _rule_hash: str, held: _Body) -> IndicatorDocument:
    """A stored definition as the schema's document."""
    return IndicatorDocument.model_validate(held.body)
