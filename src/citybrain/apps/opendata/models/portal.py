"""Other portals whose catalogues are harvested."""

from django.db import models

from citybrain.kernel.ids import new_id

FORMATS = [(w, w) for w in ("dcat", "ckan")]


class Portal(models.Model):
    """Another portal's feed and what the last harvest found there."""

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=600, unique=True)
    format = models.CharField(max_length=10, choices=FORMATS, default="dcat")
    active = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    harvested_at = models.DateTimeField(null=True)
    outcome = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.name
