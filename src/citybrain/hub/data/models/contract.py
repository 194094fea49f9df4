"""Social data bought once and shared by all (统采共用, S75)."""

from django.db import models

from citybrain.hub.data.models.resource import Resource
from citybrain.kernel.ids import new_id


class Contract(models.Model):
    """A purchase of data: from whom, what, for how much (in fen), until when, and which units may use it (none: all).

    ``warned_days``: the smallest distance to the end that people were told of; 0 when they were told that it has ended.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    supplier = models.CharField(max_length=120)
    scope = models.TextField()
    items = models.TextField(blank=True)
    price_fen = models.BigIntegerField()
    price_basis = models.CharField(max_length=200)
    begins = models.DateField()
    expires = models.DateField(db_index=True)
    organisation = models.CharField(max_length=80, db_index=True)
    users = models.JSONField(default=list)
    resource = models.ForeignKey(Resource, on_delete=models.SET_NULL, null=True, related_name="contracts")
    warned_days = models.PositiveSmallIntegerField(null=True)
    by = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["expires", "id"]
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="data_contract_once")]

    class Privacy:
        personal: list[str] = ["by"]

    def __str__(self) -> str:
        return self.title
