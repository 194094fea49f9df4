"""Collections (汇聚任务): what is brought from a source into which resource, how often, under which rules; their runs."""

from django.db import models

from citybrain.hub.data.models.job import Job
from citybrain.hub.data.models.source import Source
from citybrain.kernel.ids import new_id

COLLECTION_STATES = [(w, w) for w in ("draft", "active", "paused")]
MODES = [(w, w) for w in ("append", "replace", "upsert")]
RUN_KINDS = [(w, w) for w in ("manual", "scheduled", "correction")]


class Collection(models.Model):
    """One collection; a draft while the wizard is not finished (``step`` says how far it is).

    ``thing`` is the table, file, topic or path at the source. ``shape`` says how a file is read, ``columns`` what was seen
    when the collection was set up (drift is measured against it), ``mapping`` which column becomes which item under which
    rules, ``follow`` the column that only grows and ``position`` how far it was read. ``revises``: a draft in which
    the collection named there is being changed; ``version`` counts what was settled, and settled again.
    """

    # What a person settles, version by version; the rest is how far the collection has come.
    SETTLED = (
        "title",
        "thing",
        "shape",
        "columns",
        "mapping",
        "resource",
        "resource_title",
        "mode",
        "cycle",
        "drift",
        "follow",
    )

    id = models.UUIDField(primary_key=True, default=new_id)
    title = models.CharField(max_length=120)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="collections")
    organisation = models.CharField(max_length=80, db_index=True)
    thing = models.CharField(max_length=400, blank=True)
    sample = models.CharField(max_length=200, blank=True)
    sample_name = models.CharField(max_length=200, blank=True)
    shape = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=list)
    resource = models.CharField(max_length=120, blank=True, db_index=True)
    resource_title = models.CharField(max_length=120, blank=True)
    mode = models.CharField(max_length=8, choices=MODES, default="append")
    cycle = models.JSONField(default=dict)
    drift = models.CharField(max_length=8, default="stop")
    follow = models.CharField(max_length=120, blank=True)
    position = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=COLLECTION_STATES, default="draft")
    step = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveIntegerField(default=0)
    revises = models.OneToOneField("self", on_delete=models.CASCADE, null=True, related_name="revision")
    next_at = models.DateTimeField(null=True)
    by = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["title", "id"]
        indexes = [models.Index(fields=["state", "next_at"], name="data_collection_due")]

    class Privacy:
        personal: list[str] = ["by"]

    def __str__(self) -> str:
        return self.title


class CollectionVersion(models.Model):
    """What a collection was settled to be at one time, who settled it and why; never changed afterwards."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    settled = models.JSONField()
    changed = models.JSONField(default=list)
    reason = models.CharField(max_length=200, blank=True)
    by = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        ordering = ["collection", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["collection", "number"], name="data_collectionversion_once")
        ]

    class Privacy:
        personal: list[str] = ["by"]

    def __str__(self) -> str:
        return f"{self.collection_id} v{self.number}"


class CollectionRun(models.Model):
    """One run. Its id and a batch number name a delivery in the lake, so no batch comes in twice.

    ``parent``: the run whose rejected rows came back corrected with this one. ``version``: what it was settled to do
    when it began (0: before versions were kept); a change meanwhile does not touch it.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="runs")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="collection_run")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")
    kind = models.CharField(max_length=12, choices=RUN_KINDS)
    file = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    shape = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    collected = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    reasons = models.JSONField(default=dict)
    position_before = models.JSONField(default=dict)
    position_after = models.JSONField(default=dict)
    began_at = models.DateTimeField()

    class Meta:
        ordering = ["-began_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(collected=models.F("accepted") + models.F("rejected")),
                name="data_run_adds_up",
            )
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"run {self.pk}"


class RunBatch(models.Model):
    """One committed batch of a run: how many records, where its rejected rows lie, where the next one begins."""

    run = models.ForeignKey(CollectionRun, on_delete=models.CASCADE, related_name="batches")
    number = models.PositiveIntegerField()
    collected = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField()
    rejected = models.PositiveIntegerField()
    after = models.JSONField(default=dict)

    class Meta:
        ordering = ["run", "number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="data_runbatch_once"),
            models.CheckConstraint(
                condition=models.Q(collected=models.F("accepted") + models.F("rejected")),
                name="data_runbatch_adds_up",
            ),
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.run_id}:{self.number}"
