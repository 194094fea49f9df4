"""Version of the organisation directory: one row, a value from a sequence, so caches know when to reload."""

from django.db import models


class DirectoryVersion(models.Model):
    """A single row (id 1). The value comes from new ids, never from counting, so a rollback cannot repeat it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    value = models.UUIDField()

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return str(self.value)
