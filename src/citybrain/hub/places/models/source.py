"""Where divisions come from, and how differences between sources were settled."""

from django.db import models


class Source(models.Model):
    """A published list of divisions with its reference date."""

    key = models.SlugField(max_length=40, primary_key=True)
    title = models.JSONField()
    package = models.CharField(max_length=120, blank=True)
    as_of = models.DateField(null=True)
    pack = models.CharField(max_length=60, blank=True)

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.key


class Decision(models.Model):
    """A difference found between sources and what was decided."""

    key = models.SlugField(max_length=60, primary_key=True)
    division = models.CharField(max_length=12, db_index=True)
    found = models.JSONField()
    decided = models.JSONField()
    sources = models.JSONField(default=list)
    pack = models.CharField(max_length=60, blank=True)

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.key
