"""Scheduled exchange (库表交换, 文件交换): where the rows of a grant are delivered to, and how often."""

from django.db import models

from citybrain.hub.data.models.grant import Grant
from citybrain.kernel.fields import EncryptedTextField
from citybrain.kernel.ids import new_id

KINDS = [(word, word) for word in ("postgresql", "mysql", "folder", "sftp")]


class Exchange(models.Model):
    """One delivery line of one grant. ``target`` says host, database, table or folder; the password lies apart, sealed.

    Which batches are delivered is asked of the target itself, so that nothing comes twice after any crash.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="exchanges")
    kind = models.CharField(max_length=12, choices=KINDS)
    target = models.JSONField()
    secret = EncryptedTextField(default="")
    every_hours = models.PositiveIntegerField(default=24)
    state = models.CharField(max_length=10, choices=[("on", "on"), ("off", "off")], default="on")
    next_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    rows = models.PositiveBigIntegerField(default=0)
    made_at = models.DateTimeField()
    by = models.JSONField(default=dict)

    class Meta:
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["state", "next_at"], name="data_exchange_due")]

    class Privacy:
        personal: list[str] = ["by"]

    def __str__(self) -> str:
        return f"{self.kind} {self.grant_id}"
