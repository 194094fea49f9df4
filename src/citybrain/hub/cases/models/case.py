"""The case: one application under one matter, or one internal task; and its materials.

Lights are not stored: they follow from ``due_at`` and ``yellow_at`` when somebody looks. Personal names never enter
the search column; they are found by blind index only.
"""

from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q

from citybrain.kernel.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField
from citybrain.kernel.ids import new_id


class MarkedWords(Func):
    """The words of a case with its unit and whether it is open, as the search index holds them (``domain.search``).

    The unit stands in the index because a word may be common in the city and absent in one's own unit. The text has
    to be the index's own to be served by it, so the constants are written out.
    """

    output_field = SearchVectorField()

    def __init__(self, *sources: Any, **extra: Any) -> None:
        super().__init__(*(sources or ("search", "organisation", "closed_at")), **extra)

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        words, unit, closed = (compiler.compile(source)[0] for source in self.get_source_expressions())
        state = f"CASE WHEN {closed} IS NULL THEN '=open' ELSE '=done' END"
        return f"({words} || array_to_tsvector(ARRAY['@' || {unit}, {state}]))", []


class Case(models.Model):
    """One running or finished case. Written only by ``actions``; read by others only through ``case_for``."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case_no = models.CharField(max_length=50, null=True, unique=True)
    machine = models.ForeignKey("cases.MachineVersion", on_delete=models.PROTECT, related_name="+")
    case_type = models.CharField(max_length=60)
    state = models.CharField(max_length=40)
    finished = models.BooleanField(default=False)  # in an end state
    outcome = models.CharField(max_length=12, blank=True, default="")
    revision = models.PositiveIntegerField(default=0)

    matter = models.CharField(max_length=80, blank=True, default="")
    matter_version = models.PositiveIntegerField(default=0)
    matter_name = models.JSONField(default=dict)
    title = models.CharField(max_length=200, blank=True, default="")  # what it is about; no personal names
    organisation = models.CharField(max_length=60)
    division = models.CharField(max_length=12, blank=True, default="")
    channel = models.CharField(max_length=10, default="online")
    demo = models.BooleanField(default=False)

    subject_id = models.UUIDField(null=True)
    subject_kind = models.CharField(max_length=12, blank=True, default="")
    subject_name = EncryptedTextField(blank=True)
    subject_name_index = BlindIndexField(source="subject_name", db_index=False)
    subject_number = EncryptedTextField(blank=True)
    subject_number_index = BlindIndexField(source="subject_number", db_index=False)
    subject_phone = EncryptedTextField(blank=True)
    subject_label = models.CharField(
        max_length=120, blank=True, default=""
    )  # masked name, or a legal person's name
    person_id = models.UUIDField(null=True)  # natural person who applied (for the subject)
    parent_id = models.UUIDField(null=True)  # the bundle it belongs to; the tie itself is a Link
    parent_role = models.CharField(max_length=80, blank=True, default="")
    agent_id = models.UUIDField(null=True)  # person who handles it for the applicant (代办), with consent

    data = EncryptedJSONField()  # the form
    context = models.JSONField(default=dict)  # facts of the matter; no personal data
    limits = models.JSONField(default=dict)  # statutory / promised / internal, as {value, unit}

    opened_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # of the running clock that colours the case
    yellow_at = models.DateTimeField(null=True)
    paused = models.BooleanField(default=False)
    statutory_due_at = models.DateTimeField(null=True)
    overdue_told = models.BooleanField(default=False)  # the Overdue event of this due date went out
    decided_late = models.BooleanField(null=True)  # decided after its due date
    worked_days = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    materials_total = models.PositiveSmallIntegerField(default=0)
    materials_free = models.PositiveSmallIntegerField(default=0)
    idempotency_key = models.CharField(max_length=80, null=True, unique=True)
    search = SearchVectorField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "-opened_at"], name="cases_org_opened"),
            models.Index(fields=["organisation", "matter", "-opened_at"], name="cases_org_matter"),
            models.Index(fields=["-opened_at", "-id"], name="cases_recent"),
            models.Index(
                fields=["organisation", "-opened_at"],
                name="cases_open",
                condition=Q(closed_at__isnull=True, submitted_at__isnull=False),
            ),
            models.Index(
                fields=["-opened_at", "-id"], name="cases_done", condition=Q(closed_at__isnull=False)
            ),
            models.Index(fields=["received_at"], name="cases_received"),
            models.Index(fields=["closed_at"], name="cases_closed", condition=Q(closed_at__isnull=False)),
            models.Index(fields=["decided_at"], name="cases_decided", condition=Q(decided_at__isnull=False)),
            models.Index(fields=["due_at"], name="cases_due", condition=Q(due_at__isnull=False)),
            models.Index(
                fields=["due_at"],
                name="cases_overdue_untold",
                condition=Q(overdue_told=False, due_at__isnull=False, paused=False),
            ),
            models.Index(fields=["subject_id", "-opened_at"], name="cases_subject"),
            models.Index(fields=["parent_id"], name="cases_parent", condition=Q(parent_id__isnull=False)),
            models.Index(fields=["person_id", "-opened_at"], name="cases_person"),
            models.Index(
                fields=["agent_id", "-opened_at"], name="cases_agent", condition=Q(agent_id__isnull=False)
            ),
            models.Index(
                fields=["subject_name_index"],
                name="cases_name_index",
                condition=~Q(subject_name_index=""),
            ),
            models.Index(
                fields=["subject_number_index"],
                name="cases_number_index",
                condition=~Q(subject_number_index=""),
            ),
            models.Index(OpClass(F("case_no"), name="varchar_pattern_ops"), name="cases_no_prefix"),
            GinIndex(MarkedWords(), name="cases_words", fastupdate=True, gin_pending_list_limit=512),
        ]

    class Privacy:
        personal = [
            "subject_name",
            "subject_name_index",
            "subject_number",
            "subject_number_index",
            "subject_phone",
            "data",
        ]

    def __str__(self) -> str:
        return self.case_no or str(self.id)


class Material(models.Model):
    """One material the applicant has to give, and how it was given (or spared)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="materials")
    key = models.CharField(max_length=80)
    name = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=0)
    required = models.BooleanField(default=True)
    tolerable = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default="missing")  # missing given waived wanted
    source = models.CharField(max_length=12, blank=True, default="")  # upload paper certificate data promise
    reference = models.CharField(max_length=200, blank=True, default="")  # certificate id, record key …
    note = models.CharField(max_length=500, blank=True, default="")
    extra = models.JSONField(default=dict)  # what the matter says about it, for the form

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="cases_material_once")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.key
