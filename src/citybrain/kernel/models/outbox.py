"""The outbox: facts written in the transaction that made them true, and how far their delivery has come."""

import uuid

from django.db import models
from django.db.models import Q

from citybrain.kernel.fields import EncryptedJSONField


class OutboxEvent(models.Model):
    """One published fact. ``seq`` orders facts of one aggregate (writers hold the aggregate's row lock)."""

    seq = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True, default=uuid.uuid4)
    name = models.CharField(max_length=80)
    aggregate = models.CharField(max_length=120)
    payload = EncryptedJSONField()
    actor = models.JSONField()
    at = models.DateTimeField()
    tx = models.BigIntegerField()
    routed = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["seq"], name="kernel_outbox_unrouted", condition=Q(routed=False)),
            models.Index(fields=["aggregate", "seq"], name="kernel_outbox_aggregate"),
            models.Index(fields=["at"], name="kernel_outbox_at"),
        ]

    class Privacy:
        personal = ["payload", "actor"]

    def __str__(self) -> str:
        return f"{self.name} {self.aggregate}"


class Consumption(models.Model):
    """A subscriber has dealt with an event; written in the same transaction as its effects."""

    pk = models.CompositePrimaryKey("event_id", "subscriber")
    event_id = models.UUIDField()
    subscriber = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="kernel_consumption_at")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.subscriber} {self.event_id}"


class Delivery(models.Model):
    """An event one subscriber has not managed yet: failing, waiting behind a failing one, or dead."""

    FAILING, WAITING, DEAD = "failing", "waiting", "dead"

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    subscriber = models.CharField(max_length=80)
    aggregate = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=[(s, s) for s in (FAILING, WAITING, DEAD)])
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.TextField(default="", blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "subscriber"], name="kernel_delivery_once")]
        indexes = [
            models.Index(fields=["subscriber", "aggregate", "event"], name="kernel_delivery_line"),
            models.Index(fields=["state", "next_at"], name="kernel_delivery_due"),
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.subscriber} {self.state}"
