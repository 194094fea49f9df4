"""The catalogue of operational datasets: one row a dataset, its shape written by code, its ownership by a pack."""

from django.db import models

from citybrain.hub.data.data import CatalogueRecord
from citybrain.kernel.text import Text


class CatalogueEntry(models.Model):
    """A dataset in the catalogue. ``version`` grows when its shape changes."""

    key = models.CharField(max_length=120, primary_key=True)
    room = models.CharField(max_length=40)
    title = models.JSONField()
    description = models.JSONField(default=dict)
    columns = models.JSONField()
    hash = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    alive = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    # From a pack (part ``datasets``): who owns it, how often it changes, who may share it.
    owner = models.CharField(max_length=80, blank=True)
    cycle = models.CharField(max_length=20, blank=True)
    sharing = models.CharField(max_length=20, blank=True)
    sharing_basis = models.CharField(max_length=200, blank=True)
    note = models.JSONField(default=dict)
    pack = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["key"]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.key

    def record(self) -> CatalogueRecord:
        """The frozen record that crosses the door."""
        return CatalogueRecord(
            key=self.key,
            room=self.room,
            title=Text(**self.title),
            description=Text(**(self.note or self.description or {"zh": ""})),
            owner=self.owner,
            cycle=self.cycle,
            sharing=self.sharing,
            sharing_basis=self.sharing_basis,
            version=self.version,
            columns=tuple(self.columns),
            alive=self.alive,
            changed_at=self.changed_at,
        )
