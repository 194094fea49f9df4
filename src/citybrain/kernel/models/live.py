"""Live events: what streams show and, for a while, can replay."""

from django.db import models
from django.db.models import Q


class LiveEvent(models.Model):
    """One message of one channel. ``number`` is given by the live process after commit, so that the order of
    numbers is the order in which rows became visible: replay by number can never skip a late committer."""

    channel = models.CharField(max_length=120)
    payload = models.JSONField()
    at = models.DateTimeField()
    number = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="kernel_live_unnumbered", condition=Q(number=None)),
            models.Index(fields=["channel", "number"], name="kernel_live_channel"),
            models.Index(fields=["at"], name="kernel_live_at"),
        ]

    class Privacy:
        personal = ["payload"]

    def __str__(self) -> str:
        return f"{self.channel} {self.number}"
