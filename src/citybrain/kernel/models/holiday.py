"""The yearly holiday table, as issued by the State Council office."""

from django.db import models


class HolidayYear(models.Model):
    """One loaded year: where the table comes from. A year without a row here is missing."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    source = models.TextField()
    confirmed = models.BooleanField(default=True)
    loaded_at = models.DateTimeField()

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return str(self.year)


class Holiday(models.Model):
    """One special day: a holiday, or a weekend day that is worked instead."""

    date = models.DateField(primary_key=True)
    year = models.ForeignKey(HolidayYear, on_delete=models.CASCADE, related_name="days")
    kind = models.CharField(max_length=8, choices=[("holiday", "holiday"), ("makeup", "makeup")])
    name = models.JSONField(default=dict)

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.date} {self.kind}"
