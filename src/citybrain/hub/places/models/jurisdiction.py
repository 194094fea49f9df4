"""A county-level jurisdiction: who answers for which divisions. Not the same as a division (东侨 has no GB code)."""

from django.db import models

from citybrain.hub.places.data import Jurisdiction as JurisdictionRecord
from citybrain.kernel.text import Text


class Jurisdiction(models.Model):
    """One of the county-level bodies, mapped to one or more division codes."""

    key = models.SlugField(max_length=40, primary_key=True)
    name = models.JSONField()
    short = models.CharField(max_length=40)
    divisions = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=0)
    pack = models.CharField(max_length=60, blank=True)
    hidden = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "key"]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.short

    def record(self) -> JurisdictionRecord:
        """The frozen record that crosses the door."""
        return JurisdictionRecord(self.key, Text(**self.name), self.short, tuple(self.divisions))
