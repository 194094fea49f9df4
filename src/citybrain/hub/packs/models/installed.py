"""What is installed: one row a pack, one row a document, with the content hash that makes installs idempotent."""

from django.db import models


class InstalledPack(models.Model):
    """A pack at its installed version. Hidden when uninstalled; never deleted."""

    pack = models.CharField(max_length=60, primary_key=True)
    name = models.JSONField(default=dict)
    version = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    owner = models.CharField(max_length=200)
    grade = models.CharField(max_length=10)
    needs = models.JSONField(default=list)
    hash = models.CharField(max_length=64)
    demo = models.BooleanField(default=False)
    hidden = models.BooleanField(default=False)
    installed_at = models.DateTimeField()

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.pack} {self.version}"


class InstalledDocument(models.Model):
    """One document as last applied."""

    pack = models.CharField(max_length=60)
    part = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    demo = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    hash = models.CharField(max_length=64)
    file = models.CharField(max_length=300)
    hidden = models.BooleanField(default=False)
    applied_at = models.DateTimeField()

    class Privacy:
        personal: list[str] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pack", "part", "key", "demo"], name="packs_document_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pack}/{self.part}/{self.key}"
