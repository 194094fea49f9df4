"""Clocks of a case and the intervals that do not count."""

from django.db import models
from django.db.models import Q

from citybrain.kernel.ids import new_id


class Clock(models.Model):
    """One run of one time limit. ``due_at`` already leaves out finished suspensions."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="clocks")
    name = models.CharField(max_length=40)
    state = models.CharField(max_length=10, default="running")  # running paused stopped
    value = models.PositiveIntegerField()
    unit = models.CharField(max_length=10)
    statutory = models.JSONField(null=True)  # {value, unit}
    internal = models.JSONField(null=True)
    extended = models.PositiveIntegerField(default=0)  # units added
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # NULL: reaches into a year whose holidays are not published yet
    yellow_at = models.DateTimeField(null=True)
    statutory_due_at = models.DateTimeField(null=True)
    internal_due_at = models.DateTimeField(null=True)
    suspensions = models.PositiveSmallIntegerField(default=0)  # how many intervals it has
    stopped_at = models.DateTimeField(null=True)
    light = models.BooleanField(default=True)
    fires_at = models.DateTimeField(null=True)  # when a timer looks at it next

    class Meta:
        indexes = [
            models.Index(fields=["case"], name="cases_clock_case"),
            models.Index(
                fields=["started_at"],
                name="cases_clock_unknown",
                condition=Q(due_at=None) & ~Q(state="stopped"),
            ),
            models.Index(fields=["fires_at"], name="cases_clock_fires", condition=Q(fires_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "name"], name="cases_clock_runs_once", condition=~Q(state="stopped")
            )
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.name} {self.state}"


class ClockInterval(models.Model):
    """A time that does not count (扣除时限): kind, reason, basis, start, end, document."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="intervals")
    kind = models.CharField(max_length=40)
    reason = models.CharField(max_length=2000, blank=True, default="")
    basis = models.CharField(max_length=200, blank=True, default="")
    document = models.CharField(max_length=80, blank=True, default="")
    expected_days = models.PositiveIntegerField(null=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=2000, blank=True, default="")

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.kind
