"""Lineage of items (字段血缘): which item of which resource an item of a modelled resource is made from."""

from django.db import models


class ColumnLineage(models.Model):
    """One edge (upstream key, item) → (key, item), found in the model's statement."""

    upstream = models.CharField(max_length=120, db_index=True)
    upstream_item = models.CharField(max_length=60)
    key = models.CharField(max_length=120, db_index=True)
    item = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["upstream", "upstream_item", "key", "item"], name="data_lineage_once"
            )
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.upstream}.{self.upstream_item} > {self.key}.{self.item}"
