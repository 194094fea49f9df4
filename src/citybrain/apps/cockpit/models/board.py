"""A board as a pack brought it."""

from django.db import models


class Board(models.Model):
    """``definition`` is the checked document; ``hash`` changes when the pack changes it."""

    key = models.CharField(max_length=40, primary_key=True)
    pack = models.CharField(max_length=80)
    title = models.JSONField()
    definition = models.JSONField()
    hash = models.CharField(max_length=64)
    order = models.IntegerField(default=50)
    hidden = models.BooleanField(default=False)

    class Privacy:
        personal: list[str] = []

    class Meta:
        ordering = ["order", "key"]

    def __str__(self) -> str:
        return self.key
