"""Quality rules that packs bring or stewards write, every version; and what a city sets about quality."""

from django.db import models

from citybrain.hub.data.quality.domain.kinds import DIMENSIONS, KINDS, SEVERITIES
from citybrain.hub.data.quality.domain.rule import Rule
from citybrain.kernel.ids import new_id
from citybrain.kernel.text import Text

ORIGINS = [(word, word) for word in ("pack", "screen")]


class QualityRule(models.Model):
    """One version of a rule. ``current`` marks the newest; ``active`` False: it is not scanned any more.

    A rule with the key of an automatic one takes its place. The resource is named, not linked: a rule may come first.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    resource = models.CharField(max_length=120, db_index=True)
    key = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    current = models.BooleanField(default=True)
    active = models.BooleanField(default=True)
    kind = models.CharField(max_length=20, choices=[(k, k) for k in KINDS])
    items = models.JSONField(default=list)
    params = models.JSONField(default=dict)
    dimension = models.CharField(max_length=20, choices=[(d, d) for d in DIMENSIONS])
    severity = models.CharField(max_length=10, choices=[(s, s) for s in SEVERITIES])
    weight = models.PositiveSmallIntegerField(default=10)
    title = models.JSONField()
    basis = models.CharField(max_length=200, blank=True)
    origin = models.CharField(max_length=10, choices=ORIGINS, default="screen")
    pack = models.CharField(max_length=60, blank=True)
    document = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    by = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "key", "version"], name="data_quality_rule_version"),
            models.UniqueConstraint(
                fields=["resource", "key"], condition=models.Q(current=True), name="data_quality_rule_current"
            ),
        ]

    class Privacy:
        personal: list[str] = ["by"]

    def __str__(self) -> str:
        return f"{self.resource} {self.key} {self.version}"

    def record(self) -> Rule:
        """As scans know it."""
        return Rule(
            resource=self.resource, key=self.key, kind=self.kind, items=tuple(self.items), params=self.params,
            dimension=self.dimension, severity=self.severity, weight=self.weight, title=Text(**self.title),
            basis=self.basis, version=self.version, origin=self.origin, pack=self.pack,
        )  # fmt: skip


class QualityProfile(models.Model):
    """What quality keeps of a resource: when it is to be scanned, whether rows of earlier cycles stay valid.

    ``historical``: rows are facts that do not age (with the reason); ``historical_item``: a yes-or-no item says so row
    by row. ``last_*`` describe the newest scan that totals can be carried on from.
    """

    resource = models.CharField(max_length=120, primary_key=True)
    historical = models.BooleanField(default=False)
    historical_item = models.CharField(max_length=60, blank=True)
    historical_reason = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField(null=True, db_index=True)
    due_since = models.DateTimeField(null=True)
    whole_on = models.DateField(null=True)
    last_snapshot = models.BigIntegerField(null=True)
    last_rows = models.BigIntegerField(default=0)
    last_rules = models.CharField(max_length=64, blank=True)

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.resource


class QualityWeight(models.Model):
    """How much a dimension counts in the score of a resource; missing ones count as ``domain.kinds.WEIGHTS`` says."""

    dimension = models.CharField(max_length=20, primary_key=True)
    weight = models.PositiveSmallIntegerField()

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.dimension} {self.weight}"
