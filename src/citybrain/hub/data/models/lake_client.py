"""Clients of the lake's door: engines outside this process that attach with a secret of their own."""

from django.db import models

from citybrain.kernel.ids import new_id


class LakeClient(models.Model):
    """An engine (Spark, Trino, DuckDB …) of an organisation, for a purpose, until a day.

    ``grants`` is a list of ``{namespace, table, write}``; an empty table means the namespace. ``grade`` is the highest
    grade of table it may know of. The secret itself is nowhere: only its keyed fingerprint.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.CharField(max_length=80)
    organisation = models.CharField(max_length=80, db_index=True)
    purpose = models.CharField(max_length=200)
    secret_hash = models.CharField(max_length=64)
    grants = models.JSONField(default=list)
    grade = models.CharField(max_length=2, default="L2")
    expires_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.JSONField(default=dict)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    class Privacy:
        personal: list[str] = ["created_by"]

    def __str__(self) -> str:
        return f"{self.name} ({self.organisation})"
