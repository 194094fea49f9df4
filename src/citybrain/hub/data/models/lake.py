"""What the lake keeps beside its files: which deliveries are in, and which files are dead but not yet unlinked."""

from django.db import models
from django.db.models.functions import Now

from citybrain.kernel.ids import new_id


class LakeBatch(models.Model):
    """A delivery that is in a table. Written in the very transaction that swaps the table's pointer, never by itself.

    ``table`` is the table's own UUID, so that a table made anew under an old name starts with no deliveries. Rows
    outlive the snapshots they came with: a batch is refused again years later.
    """

    table = models.UUIDField()
    name = models.CharField(max_length=200)
    batch = models.CharField(max_length=200)
    snapshot = models.BigIntegerField()
    rows = models.BigIntegerField(default=0)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "batch"], name="data_lakebatch_once")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.name} {self.batch}"


class LakeGrave(models.Model):
    """A file no snapshot names any more. It is unlinked after a rest, so that no reader loses it under its feet."""

    id = models.UUIDField(primary_key=True, default=new_id)
    table = models.UUIDField()
    name = models.CharField(max_length=200)
    path = models.TextField()
    bytes = models.BigIntegerField()
    since = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "path"], name="data_lakegrave_once")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.path
