"""The audit log: append-only rows with a keyed hash each, chained in order by the sealer."""

from django.db import models
from django.db.models import Q


class AuditEntry(models.Model):
    """Who did what to which object by what right. A trigger refuses UPDATE (but for sealing), DELETE and TRUNCATE."""

    seq = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True)
    at = models.DateTimeField()
    action = models.CharField(max_length=80)
    obj = models.CharField(max_length=160, default="", blank=True)
    organisation = models.CharField(max_length=64, default="", blank=True)
    account_id = models.UUIDField(null=True)
    actor = models.JSONField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    purpose = models.TextField(default="", blank=True)
    key_id = models.CharField(max_length=40)
    mac = models.BinaryField()
    number = models.BigIntegerField(null=True, unique=True)
    seal_key_id = models.CharField(max_length=40, default="", blank=True)
    seal = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["seq"], name="kernel_audit_unsealed", condition=Q(number=None)),
            models.Index(fields=["obj", "at"], name="kernel_audit_obj"),
            models.Index(fields=["account_id", "at"], name="kernel_audit_account"),
            models.Index(fields=["action", "at"], name="kernel_audit_action"),
            models.Index(fields=["at"], name="kernel_audit_at"),
        ]

    class Privacy:
        personal = ["actor", "before", "after"]

    def __str__(self) -> str:
        return f"{self.action} {self.obj}"
