"""What people decided about who is who: merging two records of one person or firm, splitting a wrong one, and pairs to look at."""

from django.db import models

from citybrain.kernel.ids import new_id

ACTS = [("merge", "merge"), ("split", "split")]
PAIR_STATES = [(word, word) for word in ("open", "same", "different")]


class EntityDecision(models.Model):
    """A merge (``other`` is from now on ``kept``) or a split (``records`` leave ``kept`` and are ``other``).

    Decisions are applied in order of time over what matching found; one taken back (``undone_at``) counts no more. The
    ids of entities never change: ``other`` of a merge stays known as another name of ``kept``.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    register = models.CharField(max_length=40)
    act = models.CharField(max_length=6, choices=ACTS)
    kept = models.CharField(max_length=40, db_index=True)
    other = models.CharField(max_length=40, db_index=True)
    records = models.JSONField(default=list)
    reason = models.CharField(max_length=400)
    by = models.JSONField(default=dict)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.JSONField(default=dict)
    undone_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [models.Index(fields=["register", "undone_at", "at"], name="data_decision_register")]

    class Privacy:
        personal: list[str] = ["by", "undone_by"]

    def __str__(self) -> str:
        return f"{self.act} {self.kept} {self.other}"


class MatchPair(models.Model):
    """Two records that may be the same person or firm, too likely to ignore and too unlikely to join: a person looks."""

    id = models.UUIDField(primary_key=True, default=new_id)
    register = models.CharField(max_length=40)
    left = models.CharField(max_length=160)
    right = models.CharField(max_length=160)
    probability = models.FloatField()
    state = models.CharField(max_length=10, choices=PAIR_STATES, default="open")
    decided_by = models.JSONField(default=dict)
    decided_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["register", "left", "right"], name="data_pair_once")]
        indexes = [models.Index(fields=["register", "state", "-probability"], name="data_pair_state")]

    class Privacy:
        personal: list[str] = ["decided_by"]

    def __str__(self) -> str:
        return f"{self.register} {self.state}"
