"""Words of code tables, for showing codes to people; the rows for models lie in the lake as ``code.<key>``."""

from django.db import models


class CodeTable(models.Model):
    """One code table: ``words`` is code → {zh, en}."""

    key = models.CharField(max_length=60, primary_key=True)
    title = models.JSONField()
    basis = models.CharField(max_length=200, blank=True)
    words = models.JSONField(default=dict)
    pack = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["key"]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.key
