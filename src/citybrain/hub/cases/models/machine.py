"""Versions of machines. A version is frozen by its first case; a running case keeps the version it began under."""

from django.db import models

from citybrain.kernel.ids import new_id


class MachineVersion(models.Model):
    """One version of one case type, as its pack wrote it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    pack = models.CharField(max_length=80)
    name = models.JSONField(default=dict)
    kind = models.CharField(max_length=10, default="case")
    definition = models.JSONField()
    hash = models.CharField(max_length=64)
    installed_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)  # first case under it: frozen from then on
    hidden_at = models.DateTimeField(null=True)  # opens no new cases; running ones go on

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="cases_machine_version")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"
