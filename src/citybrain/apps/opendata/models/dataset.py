"""Open datasets (开放数据集) and their versions. A dataset is never deleted: its address stays and says what became of it."""

from django.db import models

from citybrain.kernel.ids import new_id

STATES = [(w, w) for w in ("draft", "published", "returned", "refused", "withdrawn")]
KINDS = [("own", "released here"), ("harvested", "described on another portal")]
VERSION_STATES = [(w, w) for w in ("candidate", "held", "published", "gone")]


class OpenDataset(models.Model):
    """What the portal shows under one address. ``source`` is ``resource:<key>`` or ``standing:<name>``.

    ``due_at`` is the moment from which it is past its cycle (A23); ``treatment`` is what was approved.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    slug = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=KINDS, default="own")
    state = models.CharField(max_length=10, choices=STATES, default="draft", db_index=True)
    title = models.JSONField()
    summary = models.JSONField(default=dict)
    theme = models.CharField(max_length=30, db_index=True)
    keywords = models.JSONField(default=list)
    region = models.CharField(max_length=12, blank=True)
    provider = models.CharField(max_length=80, blank=True, db_index=True)
    provider_name = models.JSONField(default=dict)
    cycle = models.CharField(max_length=20)
    licence = models.CharField(max_length=30)
    opening = models.CharField(max_length=20, default="unconditional")
    source = models.CharField(max_length=160, blank=True, db_index=True)
    treatment = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    search = models.TextField(default="")
    case_id = models.UUIDField(null=True)
    pack = models.CharField(max_length=60, blank=True)
    demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, db_index=True)
    updated_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, db_index=True)
    alarmed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    rows = models.BigIntegerField(default=0)
    downloads = models.BigIntegerField(default=0)
    calls = models.BigIntegerField(default=0)
    stars = models.FloatField(null=True)
    scores = models.PositiveIntegerField(default=0)
    # Described on another portal: where it came from and when it was last seen there.
    portal = models.ForeignKey(
        "opendata.Portal", on_delete=models.CASCADE, null=True, related_name="datasets"
    )
    origin = models.CharField(max_length=600, blank=True)
    landing = models.CharField(max_length=600, blank=True)
    distributions = models.JSONField(default=list)
    seen_at = models.DateTimeField(null=True)
    missing_since = models.DateTimeField(null=True)

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["portal", "origin"],
                condition=models.Q(portal__isnull=False),
                name="opendata_origin_once",
            )
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.slug


class Version(models.Model):
    """One version of a dataset's rows: the file (Parquet), its report, the picture of it that pages show.

    ``held``: made later under the approved treatment, but a check failed; people have to look.
    """

    dataset = models.ForeignKey(OpenDataset, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VERSION_STATES, default="candidate")
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    rows = models.BigIntegerField(default=0)
    change = models.BigIntegerField(default=0)
    columns = models.JSONField(default=list)
    report = models.JSONField(default=dict)
    profile = models.JSONField(default=dict)
    file = models.CharField(max_length=200, blank=True)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    treatment = models.JSONField(default=dict)

    class Meta:
        ordering = ["dataset", "-number"]
        constraints = [models.UniqueConstraint(fields=["dataset", "number"], name="opendata_version_once")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.dataset_id} v{self.number}"
