"""Results kept so that a repeated request is answered, not repeated."""

from django.db import models


class KeptResult(models.Model):
    """The result of an idempotent action under its key."""

    key = models.CharField(max_length=64, primary_key=True)
    result = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="kernel_kept_at")]

    class Privacy:
        personal = ["result"]

    def __str__(self) -> str:
        return self.key
