"""Organisations (单位), their edges (条块) and posts (岗位). Loaded from packs; never keyed on names."""

from django.db import models

from citybrain.kernel.ids import new_id


class Organisation(models.Model):
    """A unit. ``code`` is its permanent key; names change with reforms, so they carry validity and successor."""

    class Type(models.TextChoices):
        PARTY = "PARTY"
        GOV = "GOV"
        GOV_AGENCY = "GOV_AGENCY"
        VERTICAL = "VERTICAL"
        LEGIS = "LEGIS"
        CPPCC = "CPPCC"
        COURT = "COURT"
        PROC = "PROC"
        PUBINST = "PUBINST"
        UTIL = "UTIL"
        SOE = "SOE"
        EDU = "EDU"
        GRASS = "GRASS"
        ENT = "ENT"
        SOCORG = "SOCORG"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=40, unique=True)
    slug = models.CharField(max_length=20, db_index=True)
    jurisdiction = models.CharField(max_length=12, db_index=True)
    name = models.JSONField()
    short = models.JSONField(default=dict)
    type = models.CharField(max_length=12, choices=Type.choices)
    level = models.CharField(max_length=12)
    division = models.CharField(max_length=12, db_index=True)
    parent_code = models.CharField(max_length=40, blank=True, db_index=True)
    duties = models.JSONField(default=list)
    nature = models.CharField(max_length=2, blank=True)
    uscc = models.CharField(max_length=18, blank=True)
    pinyin = models.CharField(max_length=200, blank=True)
    initials = models.CharField(max_length=60, blank=True)
    search_text = models.TextField(blank=True)
    order = models.PositiveIntegerField(default=0)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    successor_code = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=80, blank=True)
    confirmed = models.BooleanField(default=True)
    demo = models.BooleanField(default=False)
    pack = models.CharField(max_length=60, blank=True)
    document = models.CharField(max_length=80, blank=True)
    hidden = models.BooleanField(default=False)

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.code


class OrganisationEdge(models.Model):
    """条块: who leads (属地, block) and who guides the business (条线, line)."""

    class Kind(models.TextChoices):
        LEADS = "leads"
        BUSINESS_GUIDES = "business_guides"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source_code = models.CharField(max_length=40, db_index=True)
    target_code = models.CharField(max_length=40, db_index=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    pack = models.CharField(max_length=60, blank=True)
    document = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_code", "target_code", "kind"], name="identity_edge_once")
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.source_code} {self.kind} {self.target_code}"


class Post(models.Model):
    """A post (岗位): organisation + title + roles with scope. People come and go, posts stay."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=80, unique=True)
    organisation_code = models.CharField(max_length=40, db_index=True)
    title = models.JSONField()
    duties = models.JSONField(default=dict)
    pack = models.CharField(max_length=60, blank=True)
    document = models.CharField(max_length=80, blank=True)
    hidden = models.BooleanField(default=False)

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.key


class PostRole(models.Model):
    """A role granted to a post within a scope: an organisation subtree and a set of matters (empty: all)."""

    class Reach(models.TextChoices):
        OWN = "own"
        SUBTREE = "subtree"
        PLACE = "place"
        LINE = "line"
        ALL = "all"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="roles")
    role_key = models.CharField(max_length=40, db_index=True)
    organisation_code = models.CharField(max_length=40)
    reach = models.CharField(max_length=10, choices=Reach.choices, default=Reach.SUBTREE)
    matters = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["post", "role_key", "organisation_code"], name="identity_postrole_once"
            )
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.post_id} {self.role_key} {self.organisation_code}"


class Role(models.Model):
    """A named set of permissions, from packs. ``separated`` marks the three administrators' powers (三员)."""

    key = models.CharField(primary_key=True, max_length=40)
    name = models.JSONField()
    note = models.JSONField(default=dict)
    permissions = models.JSONField(default=list)
    separated = models.CharField(max_length=12, blank=True)
    pack = models.CharField(max_length=60, blank=True)
    document = models.CharField(max_length=80, blank=True)
    hidden = models.BooleanField(default=False)

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.key
