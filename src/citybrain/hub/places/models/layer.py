"""A map layer from a pack: a GeoJSON FeatureCollection in CGCS2000/WGS84 degrees."""

from django.db import models


class Layer(models.Model):
    """County polygons, land. ``hash`` tells processes when their index is out of date."""

    key = models.SlugField(max_length=40, primary_key=True)
    collection = models.JSONField()
    hash = models.CharField(max_length=64)
    pack = models.CharField(max_length=60, blank=True)
    hidden = models.BooleanField(default=False)

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.key
