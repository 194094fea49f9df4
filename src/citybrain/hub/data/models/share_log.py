"""The access log of sharing: who got which class of rows, by which grant, for what. Append-only (trigger)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from citybrain.kernel.ids import new_id


class ShareLog(models.Model):
    """One class of rows that left in one delivery; written before they leave.

    A class is: these items, of this highest grade, under objection or not. ``records`` are keyed hashes of the records;
    empty with ``rows`` > 0 means the rows were too many to name, so that any record may have been among them.
    ``chunk`` names a piece of an exchange: sent again after a crash, it is neither logged nor counted twice.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    at = models.DateTimeField()
    grant_id = models.UUIDField()
    resource = models.CharField(max_length=120)
    consumer = models.CharField(max_length=80)
    purpose = models.CharField(max_length=100)
    way = models.CharField(max_length=10)
    items = models.JSONField()
    condition = models.TextField(blank=True)
    grade = models.CharField(max_length=2)
    disputed = models.BooleanField(default=False)
    rows = models.PositiveBigIntegerField()
    records = ArrayField(models.CharField(max_length=32), default=list)
    application = models.CharField(max_length=120, blank=True)
    key_id = models.UUIDField(null=True)
    address = models.CharField(max_length=45, blank=True)
    actor = models.JSONField(default=dict)
    chunk = models.CharField(max_length=160, null=True, unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["grant_id", "at"], name="data_share_log_grant"),
            models.Index(fields=["resource", "at"], name="data_share_log_resource"),
            GinIndex(fields=["records"], name="data_share_log_records"),
        ]

    class Privacy:
        personal: list[str] = ["actor", "condition"]

    def __str__(self) -> str:
        return f"{self.consumer} {self.resource} {self.way} {self.rows}"
