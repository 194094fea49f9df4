"""Addresses under /ui/."""

from django.urls import path

from citybrain.ui.views import gallery, preferences

app_name = "ui"
urlpatterns = [
    path("language/<str:code>/", preferences.language, name="language"),
    path("mode/<str:name>/", preferences.mode, name="mode"),
    path("gallery/", gallery.index, name="gallery"),
    path("gallery/<slug:mood>/", gallery.mood, name="gallery_mood"),
    path("accessibility/", gallery.accessibility, name="accessibility"),
]
