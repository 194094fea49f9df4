"""Lineage (血缘): what came from what, item by item, and what made it."""

from django.db import models


class Lineage(models.Model):
    """One edge. A node is a resource's key, or ``kind:name`` for what is no resource (indicator, board, product, source).

    An empty item means the whole. ``made_by`` names the maker (``model:register.person``); its edges are renewed together.
    """

    upstream = models.CharField(max_length=160)
    upstream_item = models.CharField(max_length=60, blank=True)
    downstream = models.CharField(max_length=160)
    downstream_item = models.CharField(max_length=60, blank=True)
    made_by = models.CharField(max_length=160)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["downstream", "downstream_item", "upstream", "upstream_item", "made_by"],
                name="data_lineage_once",
            )
        ]
        indexes = [
            models.Index(fields=["upstream", "upstream_item"], name="data_lineage_up"),
            models.Index(fields=["made_by"], name="data_lineage_by"),
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.upstream}.{self.upstream_item} → {self.downstream}.{self.downstream_item}"
