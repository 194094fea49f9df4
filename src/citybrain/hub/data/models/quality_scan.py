"""What scans found: the scan, a result a rule and day, sampled problem rows, scores and valid records a day."""

from django.db import models

from citybrain.kernel.fields import EncryptedTextField
from citybrain.kernel.ids import new_id

MODES = [(word, word) for word in ("whole", "incremental", "recheck")]
LEVELS = [(word, word) for word in ("item", "resource", "dimension", "department", "city")]


class QualityScan(models.Model):
    """One scan of one resource. ``outcome``: rule → {judged, failed, version}; ``broken``: rule → why it cannot be scanned."""

    id = models.UUIDField(primary_key=True, default=new_id)
    resource = models.CharField(max_length=120)
    owner = models.CharField(max_length=80, blank=True)
    mode = models.CharField(max_length=12, choices=MODES)
    rows = models.BigIntegerField(default=0)
    scanned = models.BigIntegerField(default=0)
    snapshot = models.BigIntegerField(null=True)
    outcome = models.JSONField(default=dict)
    broken = models.JSONField(default=dict)
    job_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["resource", "-at"], name="data_quality_scan_latest")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.resource} {self.mode} {self.at:%Y-%m-%d}"


class QualityResult(models.Model):
    """The last result of a rule on a day. ``current``: the newest of a rule that is still scanned."""

    resource = models.CharField(max_length=120)
    rule = models.CharField(max_length=80)
    day = models.DateField()
    current = models.BooleanField(default=True)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    items = models.JSONField(default=list)
    title = models.JSONField()
    dimension = models.CharField(max_length=20)
    severity = models.CharField(max_length=10)
    weight = models.PositiveSmallIntegerField()
    owner = models.CharField(max_length=80, blank=True)
    demo = models.BooleanField(default=False)
    judged = models.BigIntegerField()
    failed = models.BigIntegerField()
    scan = models.ForeignKey(QualityScan, on_delete=models.CASCADE, related_name="results")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "rule", "day"], name="data_quality_result_day"),
            models.UniqueConstraint(
                fields=["resource", "rule"],
                condition=models.Q(current=True),
                name="data_quality_result_current",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-failed"], condition=models.Q(current=True), name="data_quality_result_worst"
            )
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.resource} {self.rule} {self.day}"

    @property
    def passed(self) -> int:
        """Judged rows that pass."""
        return self.judged - self.failed


class ProblemRow(models.Model):
    """A row that broke a rule at the last scan, at most 200 a rule. ``content``: item → value, as JSON, encrypted."""

    resource = models.CharField(max_length=120)
    rule = models.CharField(max_length=80)
    scan = models.ForeignKey(QualityScan, on_delete=models.CASCADE, related_name="problem_rows")
    batch = models.CharField(max_length=80, blank=True)
    row = models.BigIntegerField(null=True)
    content = EncryptedTextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["resource", "rule", "id"], name="data_problem_of_rule")]

    class Privacy:
        personal: list[str] = ["content"]

    def __str__(self) -> str:
        return f"{self.resource} {self.rule} {self.batch}/{self.row}"


class QualityScore(models.Model):
    """A score on a day: of an item (``resource#item``), a resource, a dimension (``resource#word``), a department, the city."""

    day = models.DateField()
    level = models.CharField(max_length=12, choices=LEVELS)
    subject = models.CharField(max_length=200)
    current = models.BooleanField(default=True)
    owner = models.CharField(max_length=80, blank=True)
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    rows = models.BigIntegerField(default=0)
    checked = models.PositiveIntegerField(default=0)
    provided = models.PositiveIntegerField(default=0)
    problems = models.BigIntegerField(default=0)
    demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "subject", "day"], name="data_quality_score_day"),
            models.UniqueConstraint(
                fields=["level", "subject"],
                condition=models.Q(current=True),
                name="data_quality_score_current",
            ),
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.level} {self.subject} {self.day} {self.score}"


class ValidRecords(models.Model):
    """How many rows of a resource are valid (有效数据, reference §6.5) on a day, and why the others are not.

    Parts are exclusive in this order. ``counted``: it counts for M18: collected (raw layer), so that a copy in a modelled
    layer is not counted again; published; not demo data in production.
    """

    resource = models.CharField(max_length=120)
    day = models.DateField()
    current = models.BooleanField(default=True)
    owner = models.CharField(max_length=80, blank=True)
    layer = models.CharField(max_length=12)
    demo = models.BooleanField(default=False)
    counted = models.BooleanField(default=False)
    rows = models.BigIntegerField(default=0)
    unpublished = models.BigIntegerField(default=0)
    no_key = models.BigIntegerField(default=0)
    broken_rule = models.BigIntegerField(default=0)
    past_cycle = models.BigIntegerField(default=0)
    duplicate = models.BigIntegerField(default=0)
    valid = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "day"], name="data_valid_day"),
            models.UniqueConstraint(
                fields=["resource"], condition=models.Q(current=True), name="data_valid_current"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    rows=models.F("unpublished") + models.F("no_key") + models.F("broken_rule")
                    + models.F("past_cycle") + models.F("duplicate") + models.F("valid")
                ),
                name="data_valid_adds_up",
            ),
        ]  # fmt: skip

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.resource} {self.day} {self.valid}"
