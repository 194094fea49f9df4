"""Requests, objections and quality work as the benches list them; what is decided stands on their cases."""

from django.db import models

from citybrain.kernel.ids import new_id


class DataRequest(models.Model):
    """One request (数据申请). ``state`` follows the case; ``answered_late`` counts for the provider (A20)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case_id = models.UUIDField(unique=True)
    case_no = models.CharField(max_length=50, blank=True)
    resource = models.CharField(max_length=120, db_index=True)
    resource_title = models.JSONField(default=dict)
    items = models.JSONField(default=list)
    consumer = models.CharField(max_length=80)
    provider = models.CharField(max_length=80)
    purpose = models.JSONField(default=dict)
    ways = models.JSONField(default=list)
    state = models.CharField(max_length=40)
    state_name = models.JSONField(default=dict)
    due_at = models.DateTimeField(null=True)
    grant_id = models.UUIDField(null=True, unique=True)
    answered_late = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-opened_at"]
        indexes = [
            models.Index(fields=["consumer", "-opened_at"], name="sharing_request_consumer"),
            models.Index(fields=["provider", "-opened_at"], name="sharing_request_provider"),
            models.Index(fields=["state", "-opened_at"], name="sharing_request_state"),
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.case_no} {self.resource}"


class QualityWork(models.Model):
    """Work on rows that break one rule of one resource; at most one is open for each."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case_id = models.UUIDField(unique=True)
    case_no = models.CharField(max_length=50, blank=True)
    resource = models.CharField(max_length=120)
    resource_title = models.JSONField(default=dict)
    rule = models.CharField(max_length=120)
    scan_id = models.CharField(max_length=60)
    provider = models.CharField(max_length=80)
    problems = models.BigIntegerField(default=0)
    state = models.CharField(max_length=40)
    state_name = models.JSONField(default=dict)
    due_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "rule"],
                condition=models.Q(closed_at__isnull=True),
                name="sharing_one_open_work",
            )
        ]
        indexes = [models.Index(fields=["provider", "-opened_at"], name="sharing_work_provider")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.resource} {self.rule}"


class ObjectionCase(models.Model):
    """Which case decides which objection of the data room."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case_id = models.UUIDField(unique=True)
    case_no = models.CharField(max_length=50, blank=True)
    objection_id = models.UUIDField(unique=True)
    resource = models.CharField(max_length=120)
    resource_title = models.JSONField(default=dict)
    item = models.CharField(max_length=60)
    provider = models.CharField(max_length=80)
    raised_by = models.CharField(max_length=12)
    consumer = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=40)
    state_name = models.JSONField(default=dict)
    due_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-opened_at"]
        indexes = [models.Index(fields=["provider", "-opened_at"], name="sharing_objection_provider")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.resource}.{self.item}"
