"""Long work in the data room: what runs, how far it is, what to go on with after a crash."""

from django.db import models

from citybrain.kernel.ids import new_id

STATES = [(w, w) for w in ("queued", "running", "paused", "cancelled", "done", "failed")]


class Job(models.Model):
    """One piece of long work. ``wish`` is what a person asked of it (pause, cancel); the work looks at it between steps.

    ``checkpoint`` is written by the work in the transaction of each finished step: another process goes on from there.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=160, blank=True)
    title = models.JSONField(default=dict)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=STATES, default="queued")
    wish = models.CharField(max_length=10, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    note = models.JSONField(default=dict)
    checkpoint = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    organisation = models.CharField(max_length=80, blank=True, db_index=True)
    by = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "created_at"], name="data_job_state"),
            models.Index(fields=["subject", "created_at"], name="data_job_subject"),
            models.Index(fields=["kind", "created_at"], name="data_job_kind"),
        ]

    class Privacy:
        personal: list[str] = ["by"]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.state}"
