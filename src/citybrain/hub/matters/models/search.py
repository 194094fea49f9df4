"""What the search box looks through: one row per matter or bundle, and the everyday words that lead to them."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F
from django.db.models.functions import Upper

from citybrain.kernel.ids import new_id


class SearchEntry(models.Model):
    """A findable thing. ``bigrams`` holds the Chinese character pairs of its words, ``pinyin`` how they sound."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=8)  # matter | bundle
    key = models.CharField(max_length=80)
    live = models.BooleanField(default=True)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300, blank=True, default="")
    words = models.TextField(blank=True, default="")
    pinyin = models.TextField(blank=True, default="")
    initials = models.CharField(max_length=200, blank=True, default="")
    bigrams = SearchVectorField(null=True)
    department = models.CharField(max_length=40, blank=True, default="")
    objects_served = models.JSONField(default=list)
    weight = models.FloatField(default=1.0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="matters_search_once")]
        indexes = [
            GinIndex(fields=["bigrams"], name="matters_search_bigrams"),
            GinIndex(OpClass(F("name"), name="gin_trgm_ops"), name="matters_search_name"),
            GinIndex(OpClass(Upper("name_en"), name="gin_trgm_ops"), name="matters_search_name_en"),
            GinIndex(OpClass(F("pinyin"), name="gin_trgm_ops"), name="matters_search_pinyin"),
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


class Synonym(models.Model):
    """An everyday word and where it leads: targets (matter or bundle keys) or official words."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    pack = models.CharField(max_length=80)
    group = models.CharField(max_length=80)
    word = models.CharField(max_length=40, db_index=True)
    pinyin = models.CharField(max_length=200, blank=True, default="", db_index=True)
    targets = models.JSONField(default=list)
    same = models.JSONField(default=list)
    weight = models.FloatField(default=1.0)
    hidden = models.BooleanField(default=False)

    class Meta:
        indexes = [GinIndex(OpClass(F("word"), name="gin_trgm_ops"), name="matters_synonym_word")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.word
