"""A bundle (一件事) and its versions."""

from django.db import models

from citybrain.hub.matters.models.matter import STATES
from citybrain.kernel.ids import new_id


class Bundle(models.Model):
    """One 一件事 of the catalogue."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=80, unique=True)
    pack = models.CharField(max_length=80, db_index=True)
    state = models.CharField(max_length=12, choices=STATES, default="draft")
    state_reason = models.CharField(max_length=300, blank=True, default="")
    hidden = models.BooleanField(default=False)
    name = models.JSONField(default=dict)
    axis = models.CharField(max_length=10)
    stage = models.CharField(max_length=40)
    current = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.key


class BundleVersion(models.Model):
    """One version of a bundle. Frozen once used."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bundle = models.ForeignKey(Bundle, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    document = models.JSONField()
    hash = models.CharField(max_length=64)
    used = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bundle", "version"], name="matters_bundle_version")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.bundle_id} v{self.version}"
