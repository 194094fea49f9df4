"""Editions of a resource: how it was described at each change, by whom, and by which act. Append-only."""

from django.db import models

from citybrain.hub.data.models.resource import Resource
from citybrain.kernel.ids import new_id


class Edition(models.Model):
    """One state of the description. ``number`` is the resource's version from then on."""

    id = models.UUIDField(primary_key=True, default=new_id)
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="editions")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    act = models.CharField(max_length=60)
    by = models.JSONField(default=dict)
    state = models.CharField(max_length=12)
    # Field → value; ``items`` is a mapping of item name → its fields, so that two editions compare field by field.
    body = models.JSONField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["resource", "number"], name="data_edition_once")]

    class Privacy:
        personal: list[str] = ["by"]

    def __str__(self) -> str:
        return f"{self.resource_id} v{self.number}"
