"""Tasks: who can act now, by when. Work lists read this table only."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from citybrain.kernel.ids import new_id


class Task(models.Model):
    """One open (or done) place on somebody's work list."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="tasks")
    role = models.CharField(max_length=60)  # permission word, e.g. cases.reviewer
    organisation = models.CharField(max_length=60)
    matter = models.CharField(max_length=80, blank=True, default="")
    case_type = models.CharField(max_length=60)
    state = models.CharField(max_length=40)
    division = models.CharField(max_length=12, blank=True, default="")
    channel = models.CharField(max_length=10, blank=True, default="")
    branch = models.CharField(max_length=40, blank=True, default="")
    branch_name = models.JSONField(default=dict)
    lead = models.BooleanField(default=False)
    answer = models.CharField(max_length=60, blank=True, default="")
    opinion = models.TextField(blank=True, default="")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    yellow_at = models.DateTimeField(null=True)
    paused = models.BooleanField(default=False)
    sort_at = models.DateTimeField()  # due date, or far future: the order of work lists
    taken_by = models.UUIDField(null=True)
    taken_post = models.UUIDField(null=True)
    taken_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    search = SearchVectorField(null=True)  # the case's words and this task's unit, for open tasks

    class Meta:
        indexes = [
            models.Index(
                fields=["organisation", "role", "sort_at", "id"],
                name="cases_task_list",
                condition=Q(closed_at__isnull=True),
                include=[
                    "due_at",
                    "yellow_at",
                    "paused",
                    "taken_by",
                ],  # the counts of a list read the index alone
            ),
            models.Index(
                fields=["role", "sort_at", "id"], name="cases_task_role", condition=Q(closed_at__isnull=True)
            ),
            models.Index(
                fields=["taken_by", "sort_at", "id"],
                name="cases_task_mine",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(fields=["case"], name="cases_task_open", condition=Q(closed_at__isnull=True)),
            GinIndex(
                fields=["search"],
                name="cases_task_words",
                condition=Q(closed_at__isnull=True),
                fastupdate=True,
                gin_pending_list_limit=512,
            ),
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.role} {self.state}"
