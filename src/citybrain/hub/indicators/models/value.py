"""Computed values: one row a period (series), and one headline an indicator shows now."""

from django.db import models

from citybrain.hub.indicators.models.indicator import Indicator


class Value(models.Model):
    """Numerator and denominator of one period, under the definition version that made them."""

    id = models.BigAutoField(primary_key=True)
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="values")
    version = models.PositiveIntegerField()
    period = models.CharField(max_length=10)
    dimension = models.CharField(max_length=12, blank=True)
    member = models.CharField(max_length=80, blank=True)
    numerator = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    denominator = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    value = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    rule_hash = models.CharField(max_length=64)
    computed_at = models.DateTimeField()
    as_of = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "version", "dimension", "period", "member"], name="indicators_value_once"
            ),
        ]
        # Windows of days are summed over every member: years of history must not be read for it.
        indexes = [models.Index(fields=["indicator", "version", "period"], name="indicators_value_window")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.period} {self.member}"


class Headline(models.Model):
    """What an indicator shows now, for the whole city and for each member of its dimensions, with its severity."""

    id = models.BigAutoField(primary_key=True)
    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="headlines")
    version = models.PositiveIntegerField()
    dimension = models.CharField(max_length=12, blank=True)
    member = models.CharField(max_length=80, blank=True)
    period = models.CharField(max_length=24)
    numerator = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    denominator = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    value = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    severity = models.CharField(max_length=6, default="calm")
    since = models.DateTimeField(null=True)
    rule_hash = models.CharField(max_length=64)
    as_of = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "dimension", "member"], name="indicators_headline_once"
            ),
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.member}"
