"""Code tables (代码表) that items name and rules check against."""

from django.db import models


class CodeTable(models.Model):
    """A table of codes from a pack. ``codes``: code → words in both languages."""

    key = models.CharField(max_length=60, primary_key=True)
    title = models.JSONField()
    codes = models.JSONField()
    source = models.CharField(max_length=200, blank=True)
    pack = models.CharField(max_length=60, blank=True)

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.key
