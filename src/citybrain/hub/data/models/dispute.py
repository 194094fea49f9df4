"""The word of corrections that every past reader has to confirm. Which records are under objection says ``Objection``."""

from django.db import models

from citybrain.kernel.fields import EncryptedTextField
from citybrain.kernel.ids import new_id


class CorrectionNotice(models.Model):
    """One past reader's word of one correction: old and new hash, by when to confirm, and the confirmation (回执)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    resource = models.CharField(max_length=120)
    record_hash = models.CharField(max_length=32)
    record = EncryptedTextField(default="")
    objection_id = models.CharField(max_length=80)
    old_hash = models.CharField(max_length=128)
    new_hash = models.CharField(max_length=128)
    consumer = models.CharField(max_length=80)
    grant_id = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True)
    confirmed_by = models.JSONField(default=dict)

    class Meta:
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["consumer", "confirmed_at"], name="data_correction_consumer")]
        constraints = [
            models.UniqueConstraint(
                fields=["objection_id", "resource", "record_hash", "consumer"], name="data_correction_once"
            )
        ]

    class Privacy:
        personal: list[str] = ["record", "confirmed_by"]

    def __str__(self) -> str:
        return f"{self.consumer} {self.resource} {self.objection_id}"
