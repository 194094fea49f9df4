"""Service halls, their windows and the queue in front of them."""

from django.db import models
from django.db.models import Q

from citybrain.kernel.ids import new_id


class Hall(models.Model):
    """A service hall (政务服务大厅) with comprehensive windows; born from a pack."""

    code = models.CharField(max_length=64, primary_key=True)
    name = models.JSONField()
    organisation = models.CharField(max_length=64, db_index=True)
    division = models.CharField(max_length=12, db_index=True)
    address = models.JSONField(default=dict)
    opening = models.JSONField(default=dict)
    phone = models.CharField(max_length=40, blank=True)
    windows = models.JSONField(default=list)
    pack = models.CharField(max_length=80)
    hidden = models.BooleanField(default=False)

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.code


class QueueTicket(models.Model):
    """One number drawn in a hall on one day."""

    class State(models.TextChoices):
        WAITING = "waiting"
        CALLED = "called"
        SERVING = "serving"
        DONE = "done"
        MISSED = "missed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="tickets")
    day = models.DateField()
    serial = models.PositiveIntegerField()
    purpose = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    window = models.CharField(max_length=20, blank=True)
    case_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    drawn_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hall", "day", "serial"], name="one_serial_a_day")]
        indexes = [
            models.Index(
                fields=["hall", "day", "serial"],
                condition=Q(state__in=["waiting", "called", "serving"]),
                name="services_queue_open",
            )
        ]

    class Privacy:
        personal = ["person_id", "purpose"]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number as printed: A001."""
        return f"A{self.serial:03d}"
