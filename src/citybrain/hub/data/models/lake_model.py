"""Models of the layers (数据加工模型): which statement makes which resource, and every run of them."""

from django.db import models

from citybrain.kernel.ids import new_id

KINDS = [(word, word) for word in ("sql", "links")]
RUN_STATES = [(word, word) for word in ("running", "done", "refused", "failed", "skipped")]


class LakeModel(models.Model):
    """One model. ``key`` is the resource it makes; ``sql`` its SELECT; ``spec`` what a pack declared beside it.

    ``upstream`` are the resources the statement names. ``materialise`` is ``replace`` or ``incremental``.
    """

    key = models.CharField(max_length=120, primary_key=True)
    kind = models.CharField(max_length=10, choices=KINDS, default="sql")
    title = models.JSONField()
    owner = models.CharField(max_length=80)
    cycle = models.CharField(max_length=20)
    sql = models.TextField(blank=True)
    spec = models.JSONField(default=dict)
    upstream = models.JSONField(default=list)
    materialise = models.CharField(max_length=12, default="replace")
    key_item = models.CharField(max_length=60, blank=True)
    incremental_on = models.CharField(max_length=120, blank=True)
    tests = models.JSONField(default=list)
    pack = models.CharField(max_length=60, blank=True)
    document = models.CharField(max_length=120, blank=True)
    hash = models.CharField(max_length=64, blank=True)
    alive = models.BooleanField(default=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["key"]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.key


class ModelRun(models.Model):
    """One run of one model. ``findings``: per test its words, how many rows break it, keys of a few of them (hashed)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    model = models.ForeignKey(LakeModel, on_delete=models.CASCADE, related_name="runs")
    job_id = models.UUIDField(null=True, db_index=True)
    state = models.CharField(max_length=10, choices=RUN_STATES, default="running")
    hash = models.CharField(max_length=64, blank=True)  # of the model as it was
    rows = models.BigIntegerField(default=0)
    # Rows of the upstream newer than ``since`` were read, up to ``read_to`` in a backfill of a range; the next incremental
    # run goes on from ``until``.
    since = models.DateTimeField(null=True)
    read_to = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    findings = models.JSONField(default=list)
    error = models.TextField(blank=True)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-begun_at"]
        indexes = [models.Index(fields=["model", "-begun_at"], name="data_modelrun_model")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.model_id} {self.state}"
