"""A matter, its versions, and the bodies that perform each version."""

from django.db import models

from citybrain.kernel.ids import new_id

STATES = [("draft", "草稿"), ("active", "在用"), ("suspended", "暂停"), ("cancelled", "取消")]


class Matter(models.Model):
    """One catalogue entry. ``state`` is the editor's word and holds for every version."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=80, unique=True)
    pack = models.CharField(max_length=80, db_index=True)
    state = models.CharField(max_length=12, choices=STATES, default="draft")
    state_reason = models.CharField(max_length=300, blank=True, default="")
    hidden = models.BooleanField(default=False)
    name = models.JSONField(default=dict)
    type = models.CharField(max_length=20)
    department = models.CharField(max_length=40, blank=True, default="", db_index=True)
    main_item = models.CharField(max_length=200, blank=True, default="", db_index=True)
    current = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.key


class MatterVersion(models.Model):
    """One version with all its elements. Frozen once a case was opened under it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    document = models.JSONField()
    hash = models.CharField(max_length=64)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.JSONField(default=dict)
    used = models.BooleanField(default=False)
    base_code = models.CharField(max_length=36)
    code_confirmed = models.BooleanField(default=False)
    depth = models.PositiveSmallIntegerField(default=1)
    visits = models.PositiveSmallIntegerField(default=0)
    online = models.BooleanField(default=False)
    comprehensive_window = models.BooleanField(default=False)
    single_sign_on = models.BooleanField(default=False)
    high_frequency = models.BooleanField(default=False)
    cross_province = models.BooleanField(default=False)
    objects_served = models.JSONField(default=list)
    topics = models.JSONField(default=list)
    materials_total = models.PositiveSmallIntegerField(default=0)
    materials_government = models.PositiveSmallIntegerField(default=0)
    materials_substituted = models.PositiveSmallIntegerField(default=0)
    no_certificate_needed = models.BooleanField(default=False)
    weak_elements = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "version"], name="matters_version_once")]
        indexes = [models.Index(fields=["matter", "effective_from"], name="matters_version_from")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.matter_id} v{self.version}"


class MatterBody(models.Model):
    """An implementing body of a version: a unit, its division, its implementation code."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(MatterVersion, on_delete=models.CASCADE, related_name="bodies")
    position = models.PositiveSmallIntegerField(default=0)
    organisation = models.CharField(max_length=60, db_index=True)
    name = models.JSONField(default=dict)
    level = models.CharField(max_length=10)
    jurisdiction = models.CharField(max_length=20, db_index=True)
    division = models.CharField(max_length=12, blank=True, default="")
    nature = models.CharField(max_length=12, default="authority")
    implementation_code = models.CharField(max_length=40, blank=True, default="")
    place = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "organisation"], name="matters_body_once")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.organisation
