"""Addresses of the catalogue: pages for editors, files for everybody, the REST API."""

from django.urls import include, path

from citybrain.hub.matters.rest import applications
from citybrain.hub.matters.rest.api import addresses
from citybrain.hub.matters.views import catalogue, files

app_name = "matters"
urlpatterns = [
    path("", catalogue.listing, name="listing"),
    path("export/", catalogue.export, name="export"),
    path("api/", include(addresses())),
    path("rest/", include(applications.addresses())),
    path("file/<slug:key>/<str:material>/<str:which>/", files.download, name="file"),
    path("<slug:key>/", catalogue.detail, name="detail"),
    path("<slug:key>/compare/", catalogue.comparison, name="compare"),
    path("<slug:key>/publish/", catalogue.publish, name="publish"),
    path("<slug:key>/suspend/", catalogue.suspend, name="suspend"),
]
