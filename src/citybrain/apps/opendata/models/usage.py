"""How often a dataset was downloaded and called, by day. No reader is noted."""

from django.db import models


class Usage(models.Model):
    """One dataset, one day."""

    dataset = models.ForeignKey("opendata.OpenDataset", on_delete=models.CASCADE, related_name="usage")
    day = models.DateField(db_index=True)
    downloads = models.PositiveIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "day"], name="opendata_usage_once")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.day}"
