"""Grants (授权): who may use which items of which resource, for which purpose, until when; and how much was used."""

from django.db import models

from citybrain.hub.data.grants.data import GrantRecord
from citybrain.hub.data.models.resource import Resource
from citybrain.kernel.ids import new_id

STATES = [(word, word) for word in ("active", "suspended", "revoked", "expired")]
PURPOSES = [("matter", "for a service matter"), ("duty", "for a duty of the department")]


class Grant(models.Model):
    """One grant. ``purpose_kind:purpose_code`` is the word every call repeats; ``purpose`` says it to people.

    ``masked`` items leave masked, ``row_filter`` is an expression over all items of the resource, ``quota_per_day`` counts
    records (0: none, for exchange only). ``special`` names the approval that L4 items need.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="grants")
    items = models.JSONField()
    consumer = models.CharField(max_length=80, db_index=True)
    purpose = models.CharField(max_length=400)
    purpose_kind = models.CharField(max_length=10, choices=PURPOSES)
    purpose_code = models.CharField(max_length=80)
    basis = models.CharField(max_length=400)
    ways = models.JSONField()
    masked = models.JSONField(default=list)
    row_filter = models.TextField(blank=True)
    special = models.CharField(max_length=200, blank=True)
    quota_per_day = models.PositiveBigIntegerField(default=0)
    issued_at = models.DateTimeField()
    expires_on = models.DateField()
    state = models.CharField(max_length=10, choices=STATES, default="active")
    reason = models.CharField(max_length=400, blank=True)
    ended_at = models.DateTimeField(null=True)
    warned_days = models.PositiveSmallIntegerField(null=True)
    case_id = models.UUIDField(null=True, db_index=True)
    by = models.JSONField(default=dict)

    class Meta:
        ordering = ["-issued_at"]
        indexes = [
            models.Index(fields=["resource", "state"], name="data_grant_resource"),
            models.Index(fields=["state", "expires_on"], name="data_grant_expiry"),
        ]

    class Privacy:
        personal: list[str] = ["by"]

    def __str__(self) -> str:
        return f"{self.consumer} {self.resource_id} {self.state}"

    @property
    def purpose_word(self) -> str:
        """What every call has to repeat: ``matter:food-licence-new``."""
        return f"{self.purpose_kind}:{self.purpose_code}"

    def record(self) -> GrantRecord:
        """The frozen record that crosses the door."""
        return GrantRecord(
            id=self.pk, resource=self.resource_id, items=tuple(self.items), consumer=self.consumer,
            purpose=self.purpose, purpose_kind=self.purpose_kind, purpose_code=self.purpose_code, basis=self.basis,
            ways=tuple(self.ways), masked=tuple(self.masked), row_filter=self.row_filter, special=self.special,
            quota_per_day=self.quota_per_day, issued_at=self.issued_at, expires_on=self.expires_on, state=self.state,
            reason=self.reason, ended_at=self.ended_at, case_id=self.case_id,
        )  # fmt: skip


class GrantUse(models.Model):
    """How many calls and records of a grant on one day of the city: the quota is counted here, by one statement."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="uses")
    day = models.DateField()
    calls = models.PositiveBigIntegerField(default=0)
    used = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["grant", "day"], name="data_grant_use_once")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.grant_id} {self.day} {self.used}"
