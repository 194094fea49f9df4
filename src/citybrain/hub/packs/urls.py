"""Addresses of packs."""

from django.urls import path

from citybrain.hub.packs.views import shelf

app_name = "packs"
urlpatterns = [
    path("", shelf.shelf_list, name="list"),
    path("<slug:name>/", shelf.detail, name="detail"),
    path("<slug:name>/check/", shelf.check_now, name="check"),
    path("<slug:name>/install/", shelf.install_now, name="install"),
    path("<slug:name>/hide/", shelf.hide_now, name="hide"),
]
