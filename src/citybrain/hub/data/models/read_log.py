"""Who read which dataset, why, and how much. Append-only: no query, export or drill-down without a line here."""

from django.db import models

from citybrain.kernel.ids import new_id


class ReadLog(models.Model):
    """One read of rows."""

    id = models.UUIDField(primary_key=True, default=new_id)
    at = models.DateTimeField(db_index=True)
    dataset = models.CharField(max_length=120, db_index=True)
    account_id = models.UUIDField(null=True, db_index=True)
    organisation = models.CharField(max_length=80, blank=True)
    actor = models.JSONField()
    kind = models.CharField(max_length=10)
    columns = models.JSONField()
    condition = models.TextField(blank=True)
    purpose = models.CharField(max_length=200)
    rows = models.PositiveIntegerField()
    unmasked = models.BooleanField(default=False)

    class Privacy:
        personal: list[str] = ["actor"]

    def __str__(self) -> str:
        return f"{self.dataset} {self.kind} {self.rows}"
