"""Deliveries: how far a message has come on one outside channel."""

from django.db import models
from django.db.models import Q

from citybrain.hub.messages.models.message import Message
from citybrain.kernel.fields import EncryptedTextField
from citybrain.kernel.ids import new_id


class Delivery(models.Model):
    """queued → sending → sent → receipted; failed is tried again, dead waits for a person, skipped has no address."""

    class State(models.TextChoices):
        QUEUED = "queued", "queued"
        SENDING = "sending", "sending"
        SENT = "sent", "sent"
        RECEIPTED = "receipted", "receipted"
        FAILED = "failed", "failed"
        DEAD = "dead", "dead"
        SKIPPED = "skipped", "skipped"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=8)
    address = EncryptedTextField(default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=120, default="", blank=True)
    error = models.TextField(default="", blank=True)
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    receipted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "channel"], name="messages_delivery_once")]
        indexes = [
            models.Index(
                fields=["next_at"],
                name="messages_delivery_due",
                condition=Q(state__in=["queued", "failed", "sending"]),
            ),
            models.Index(
                fields=["-at"], name="messages_delivery_troubled", condition=Q(state__in=["failed", "dead"])
            ),
            models.Index(
                fields=["reference"], name="messages_delivery_reference", condition=~Q(reference="")
            ),
        ]

    class Privacy:
        personal = ["address"]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"
