"""A division: province, city, county, town, village. The 12-digit statistical code is its key."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from citybrain.hub.places.data import Alias, Level
from citybrain.hub.places.data import Division as DivisionRecord


class Division(models.Model):
    """One division of the tree, with its other names and codes, source and validity."""

    code = models.CharField(max_length=12, primary_key=True)
    civil_code = models.CharField(max_length=12, blank=True, db_index=True)
    name = models.CharField(max_length=60)
    short = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120)
    level = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    county = models.CharField(max_length=12, blank=True)
    town = models.CharField(max_length=12, blank=True)
    pinyin = models.CharField(max_length=200)
    short_sound = models.CharField(max_length=200)
    initials = models.CharField(max_length=60)
    aliases = models.JSONField(default=list)
    # Every name a person may type, lower case, and the names above: what search looks at.
    search = models.TextField()
    path = models.TextField()
    urban_rural = models.CharField(max_length=3, blank=True)
    source = models.CharField(max_length=40)
    confirmed_by = models.CharField(max_length=40, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    replaced_by = models.CharField(max_length=12, blank=True)
    pack = models.CharField(max_length=60, blank=True)
    document = models.CharField(max_length=60, blank=True)
    hidden = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]
        indexes = [
            models.Index(fields=["parent", "code"], name="places_division_below"),
            models.Index(fields=["pack", "document"], name="places_division_pack"),
            GinIndex(fields=["search"], name="places_division_search", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["pinyin"], name="places_division_pinyin", opclasses=["gin_trgm_ops"]),
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.name

    def record(self) -> DivisionRecord:
        """The frozen record that crosses the door."""
        same = (
            "code",
            "name",
            "short",
            "name_en",
            "kind",
            "county",
            "town",
            "pinyin",
            "initials",
            "civil_code",
        )
        more = ("urban_rural", "source", "confirmed_by", "valid_from", "valid_to", "replaced_by")
        return DivisionRecord(
            level=Level(self.level),
            parent=self.parent_id or "",
            aliases=tuple(Alias(**alias) for alias in self.aliases),
            **{name: getattr(self, name) for name in (*same, *more)},
        )
