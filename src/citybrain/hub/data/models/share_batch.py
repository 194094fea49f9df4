"""Batches of records too many for one answer: asked for once, read by a job, fetched part by part, forgotten after a week."""

from django.db import models

from citybrain.hub.data.models.grant import Grant
from citybrain.kernel.fields import EncryptedTextField
from citybrain.kernel.ids import new_id

STATES = [(word, word) for word in ("queued", "done", "failed")]


class ShareBatch(models.Model):
    """What was asked for: records by their keys (sealed), items, by whom. ``error`` is the code of what stopped it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="batches")
    resource = models.CharField(max_length=120)
    consumer = models.CharField(max_length=80)
    purpose = models.CharField(max_length=100)
    items = models.JSONField()
    records = EncryptedTextField()
    count = models.PositiveIntegerField()
    adverse = models.BooleanField(default=False)
    caller = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=STATES, default="queued")
    error = models.CharField(max_length=40, blank=True)
    rows = models.PositiveIntegerField(default=0)
    withheld = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["consumer", "state"], name="data_share_batch_open")]

    class Privacy:
        personal: list[str] = ["records", "caller"]

    def __str__(self) -> str:
        return f"{self.consumer} {self.resource} {self.count}"


class ShareBatchPart(models.Model):
    """The answer to some of its records, sealed until it is fetched."""

    batch = models.ForeignKey(ShareBatch, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    content = EncryptedTextField()
    rows = models.PositiveIntegerField()
    withheld = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["batch", "number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="data_share_batch_part_once")]

    class Privacy:
        personal: list[str] = ["content"]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.number}"
