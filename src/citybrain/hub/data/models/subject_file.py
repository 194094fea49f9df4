"""Files on people and firms (一人一档, 一企一档): which blocks they have, who looked, what the person objects to."""

from typing import Any

from django.db import models

from citybrain.kernel.fields import EncryptedTextField
from citybrain.kernel.ids import new_id

SUBJECTS = [("person", "person"), ("firm", "firm")]
OBJECTION_STATES = [
    (word, word)
    for word in ("raised", "registered", "source_check", "corrected", "kept", "review", "dismissed")
]


class SubjectFile(models.Model):
    """A kind of file: its blocks in order, as a pack declared them. ``permission`` opens it for officials."""

    key = models.CharField(max_length=40, primary_key=True)
    subject = models.CharField(max_length=8, choices=SUBJECTS)
    title = models.JSONField()
    note = models.JSONField(default=dict)
    register = models.CharField(max_length=120)
    links = models.CharField(max_length=120)
    relations = models.CharField(max_length=120, blank=True)
    permission = models.CharField(max_length=60)
    blocks = models.JSONField(default=list)
    pack = models.CharField(max_length=60, blank=True)
    alive = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "key"]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.key


class FileRead(models.Model):
    """One look into the file of one person or firm; ``subject`` is a keyed hash, so only who knows the number finds it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    at = models.DateTimeField(db_index=True)
    file = models.CharField(max_length=40)
    subject = models.CharField(max_length=64, db_index=True)
    blocks = models.JSONField()
    organisation = models.CharField(max_length=80, blank=True)
    actor = models.JSONField()
    purpose = models.CharField(max_length=200)
    unmasked = models.BooleanField(default=False)
    own = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["subject", "-at"], name="data_fileread_subject")]

    class Privacy:
        personal: list[str] = ["actor"]

    def __str__(self) -> str:
        return f"{self.file} {self.at:%Y-%m-%d}"


class Objection(models.Model):
    """Somebody says that a value of a record is wrong (异议). What they say is right is encrypted.

    ``record`` and ``subject`` are keyed hashes. From registering until it is settled the record is under objection and
    decides nothing alone (A21); this is the only place that says so.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    resource = models.CharField(max_length=120)
    record = models.CharField(max_length=64)
    record_value: Any = EncryptedTextField(
        blank=True
    )  # the record's identifier, for writing a correction back
    item = models.CharField(max_length=60)
    # The value that was objected to, and what it was corrected to (None: not written by us), both as the engine says
    # them: a model that is built again puts the right value wherever its sources still say the wrong one.
    stood: Any = EncryptedTextField(blank=True)
    corrected_to: Any = EncryptedTextField(null=True)
    claimed: Any = EncryptedTextField(blank=True)
    reason: Any = EncryptedTextField(blank=True)
    subject = models.CharField(max_length=64, blank=True, db_index=True)
    organisation = models.CharField(max_length=80, blank=True)
    owner = models.CharField(max_length=80, blank=True, db_index=True)
    state = models.CharField(max_length=14, choices=OBJECTION_STATES, default="raised")
    answer = models.CharField(max_length=400, blank=True)
    by = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["resource", "record", "state"], name="data_objection_record"),
            models.Index(fields=["resource", "state"], name="data_objection_state"),
        ]

    class Privacy:
        personal: list[str] = ["record_value", "stood", "corrected_to", "claimed", "reason", "by"]

    def __str__(self) -> str:
        return f"{self.resource} {self.state}"
