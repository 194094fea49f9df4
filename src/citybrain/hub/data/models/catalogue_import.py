"""A filled-in catalogue form that was uploaded: read, judged, waiting for a person to apply it."""

from django.db import models

from citybrain.kernel.ids import new_id

STATES = [(word, word) for word in ("waiting", "applied", "dropped")]


class CatalogueImport(models.Model):
    """``resources`` are the read descriptions, ``problems`` what is wrong with row and column; applied only without any."""

    id = models.UUIDField(primary_key=True, default=new_id)
    file_name = models.CharField(max_length=200)
    organisation = models.CharField(max_length=80, blank=True)
    account_id = models.UUIDField(null=True)
    by = models.JSONField(default=dict)
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    resources = models.JSONField(default=list)
    problems = models.JSONField(default=list)

    class Meta:
        ordering = ["-at"]

    class Privacy:
        personal: list[str] = ["by", "account_id"]

    def __str__(self) -> str:
        return self.file_name
