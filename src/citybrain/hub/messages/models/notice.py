"""Notice templates, born in packs."""

from django.db import models


class Notice(models.Model):
    """One version of one template. The newest version that is not hidden is in use; used versions never change."""

    key = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    pack = models.CharField(max_length=80)
    title = models.JSONField()
    body = models.JSONField()
    sms = models.JSONField(default=dict)
    placeholders = models.JSONField(default=list)
    channels = models.JSONField(default=list)
    mandatory = models.BooleanField(default=False)
    basis = models.TextField(default="", blank=True)
    hidden = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="messages_notice_version")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"
