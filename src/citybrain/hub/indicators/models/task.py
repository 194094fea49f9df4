"""Work that a warning opened: somebody of the owner looks, acknowledges, and closes with a comment."""

from django.db import models
from django.db.models import Q

from citybrain.hub.indicators.data import TaskRecord
from citybrain.hub.indicators.models.indicator import Indicator
from citybrain.kernel.ids import new_id
from citybrain.kernel.text import Text


class Task(models.Model):
    """One task. At most one is open for an indicator; a worse severity raises the open one."""

    OPEN, ACKNOWLEDGED, CLOSED = "open", "acknowledged", "closed"

    id = models.UUIDField(primary_key=True, default=new_id)
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="tasks")
    version = models.PositiveIntegerField()
    severity = models.CharField(max_length=6)
    value = models.DecimalField(max_digits=24, decimal_places=6)
    threshold = models.DecimalField(max_digits=24, decimal_places=6)
    owner = models.CharField(max_length=80, blank=True, db_index=True)
    state = models.CharField(max_length=12, default=OPEN)
    opened_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=120, blank=True)
    recovered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=120, blank=True)
    comment = models.TextField(blank=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator"], condition=~Q(state="closed"), name="indicators_task_one_open"
            ),
        ]

    class Privacy:
        personal: list[str] = ["acknowledged_by", "closed_by"]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.state}"

    def record(self) -> TaskRecord:
        """The frozen record that crosses the door."""
        same = ("severity", "value", "threshold", "owner", "state", "opened_at", "acknowledged_at")
        more = ("acknowledged_by", "recovered_at", "closed_at", "closed_by", "comment")
        return TaskRecord(
            id=self.id,
            indicator=self.indicator_id,
            name=Text(**self.indicator.name),
            **{name: getattr(self, name) for name in (*same, *more)},
        )
