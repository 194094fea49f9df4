"""Addresses under /places/: everybody may look at divisions."""

from django.urls import path

from citybrain.hub.places.views import browse, machine

app_name = "places"
urlpatterns = [
    path("", browse.browse, name="browse"),
    path("picker/", browse.picker, name="picker"),
    path("search/", machine.search, name="search"),
    path("children/", machine.children, name="children"),
    path("locate/", machine.locate, name="locate"),
    path("layers/<slug:key>.geojson", machine.layer, name="layer"),
    path("<slug:code>/", browse.detail, name="detail"),
]
