"""Sources (来源): where a unit's data come from, and how to get in."""

from django.db import models

from citybrain.kernel.fields import EncryptedTextField
from citybrain.kernel.ids import new_id

SOURCE_KINDS = [(w, w) for w in ("upload", "folder", "sftp", "postgresql", "mysql", "rest", "push", "stream")]


class Source(models.Model):
    """One source of one unit. ``settings`` hold what is no secret; the password or token lies encrypted in ``secret``.

    ``push_hash`` is the fingerprint of the key a pushing system shows; the key itself is told once and not kept.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=SOURCE_KINDS)
    organisation = models.CharField(max_length=80, db_index=True)
    settings = models.JSONField(default=dict)
    secret = EncryptedTextField(default="")
    push_hash = models.CharField(max_length=64, blank=True)
    active = models.BooleanField(default=True)
    by = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    findings = models.JSONField(default=list)

    class Meta:
        ordering = ["title", "id"]

    class Privacy:
        personal: list[str] = ["by"]

    def __str__(self) -> str:
        return f"{self.title} ({self.kind})"


class Receipt(models.Model):
    """What a pushing system or a stream handed in: kept until a run has taken it. One row a key and source."""

    id = models.UUIDField(primary_key=True, default=new_id)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="receipts")
    key = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    body = EncryptedTextField(default="")
    received_at = models.DateTimeField()
    run_id = models.UUIDField(null=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="data_receipt_once")]
        indexes = [models.Index(fields=["source", "run_id", "id"], name="data_receipt_waiting")]

    class Privacy:
        personal: list[str] = ["body"]

    def __str__(self) -> str:
        return f"receipt {self.key}"
