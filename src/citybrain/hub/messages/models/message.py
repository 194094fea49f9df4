"""Messages: what was said to whom, once."""

from django.db import models
from django.db.models import Q

from citybrain.kernel.fields import EncryptedJSONField
from citybrain.kernel.ids import new_id


class Message(models.Model):
    """One message to one holder (person, account or legal person), worded at the moment of sending.

    ``key`` makes sending idempotent: the same key never makes a second message for the same holder.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=160)
    holder_kind = models.CharField(max_length=16)
    holder_id = models.UUIDField()
    template = models.CharField(max_length=80)
    template_version = models.PositiveIntegerField()
    title = EncryptedJSONField()
    body = EncryptedJSONField()
    case_id = models.UUIDField(null=True)
    mandatory = models.BooleanField(default=False)
    muted = models.BooleanField(default=False)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "holder_id"], name="messages_message_once")]
        indexes = [
            models.Index(
                fields=["holder_id", "-at"], name="messages_message_inbox", condition=Q(muted=False)
            ),
            models.Index(
                fields=["holder_id"], name="messages_message_unread", condition=Q(muted=False, read_at=None)
            ),
            models.Index(fields=["case_id", "at"], name="messages_message_case"),
            models.Index(fields=["template", "template_version"], name="messages_message_template"),
        ]

    class Privacy:
        personal = ["title", "body", "holder_id"]

    def __str__(self) -> str:
        return f"{self.template} {self.id}"
