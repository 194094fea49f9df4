"""What the catalogue's search looks through: one row a resource."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F
from django.db.models.functions import Upper

from citybrain.hub.data.models.resource import Resource


class ResourceWords(models.Model):
    """``bigrams`` holds character pairs of every word, ``pinyin`` and ``initials`` how name, owner and items sound."""

    resource = models.OneToOneField(
        Resource, on_delete=models.CASCADE, primary_key=True, related_name="words"
    )
    name = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    pinyin = models.TextField(blank=True)
    initials = models.TextField(blank=True)
    bigrams = SearchVectorField(null=True)

    class Meta:
        indexes = [
            GinIndex(fields=["bigrams"], name="data_words_bigrams"),
            GinIndex(OpClass(Upper("text"), name="gin_trgm_ops"), name="data_words_text"),
            GinIndex(OpClass(F("pinyin"), name="gin_trgm_ops"), name="data_words_pinyin"),
            GinIndex(OpClass(F("initials"), name="gin_trgm_ops"), name="data_words_initials"),
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.name
