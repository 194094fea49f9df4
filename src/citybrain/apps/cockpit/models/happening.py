"""The newest happenings of the service net, for the stream of a board: public words only, a few hundred rows."""

from django.db import models


class Happening(models.Model):
    """One transition of a case without the case: when, which matter, where, into which state. ``id`` is the event's."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    matter = models.JSONField(default=dict)
    place = models.CharField(max_length=20, blank=True)
    state = models.JSONField(default=dict)

    class Privacy:
        personal: list[str] = []

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["-at", "-id"], name="cockpit_happening_newest")]

    def __str__(self) -> str:
        return f"{self.at} {self.place}"
