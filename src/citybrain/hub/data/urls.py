"""Addresses under /data/: each topic brings its own; a dataset's key has a dot, so the words of topics never collide."""

from django.urls import path, register_converter

from citybrain.hub.data.catalogue import urls as catalogue
from citybrain.hub.data.catalogue.views import pages
from citybrain.hub.data.collection import urls as collection
from citybrain.hub.data.grants import urls as grants
from citybrain.hub.data.jobs import urls as jobs
from citybrain.hub.data.lake import urls as lake
from citybrain.hub.data.lake.door import urls as lake_door
from citybrain.hub.data.quality import urls as quality
from citybrain.hub.data.registers import urls as registers
from citybrain.hub.data.views import rows
from citybrain.hub.data.workbench import urls as workbench


class KeyConverter:
    """``namespace.noun``."""

    regex = r"[a-z]+\.[a-z][a-z0-9_]{0,59}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(KeyConverter, "dataset")

app_name = "data"
urlpatterns = [
    path("", pages.catalogue, name="catalogue"),
    path("log/", rows.log, name="log"),
    *jobs.urlpatterns,
    *catalogue.urlpatterns,
    *collection.urlpatterns,
    *registers.urlpatterns,
    *quality.urlpatterns,
    *grants.urlpatterns,
    *lake.urlpatterns,
    *workbench.urlpatterns,
    *lake_door.urlpatterns,
    path("<dataset:key>/", pages.detail, name="detail"),
    path("<dataset:key>/rows/", rows.sample, name="rows"),
    path("<dataset:key>/export/", rows.export, name="export"),
]
