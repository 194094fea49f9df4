"""Certificate types as packs brought them, each version kept; and the serial counters."""

from django.db import models


class CertificateTypeVersion(models.Model):
    """One version of a type; certificates keep the version they were issued under."""

    key = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField()
    pack = models.CharField(max_length=60)
    code = models.CharField(max_length=21)
    name = models.JSONField()
    document = models.JSONField()
    current = models.BooleanField(default=True)
    hidden = models.BooleanField(default=False)

    class Privacy:
        personal: list[str] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="certificates_type_version"),
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(current=True), name="certificates_type_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"


class Serial(models.Model):
    """Last serial given out for a type, issuer and year. Gaps are possible (a rolled-back issue), reuse is not."""

    type_code = models.CharField(max_length=21)
    issuer = models.CharField(max_length=18)
    year = models.PositiveSmallIntegerField()
    last = models.BigIntegerField(default=0)

    class Privacy:
        personal: list[str] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["type_code", "issuer", "year"], name="certificates_serial_once"),
        ]

    def __str__(self) -> str:
        return f"{self.type_code}.{self.issuer}.{self.year}: {self.last}"
