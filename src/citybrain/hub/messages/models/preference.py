"""What a person wants to hear on which channel."""

from django.db import models


class Preference(models.Model):
    """Channels of one holder; no row means all on."""

    holder_id = models.UUIDField(primary_key=True)
    inbox = models.BooleanField(default=True)
    sms = models.BooleanField(default=True)
    mail = models.BooleanField(default=True)
    at = models.DateTimeField()

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return str(self.holder_id)
