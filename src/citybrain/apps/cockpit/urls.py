"""Addresses under /cockpit/."""

from django.urls import path

from citybrain.apps.cockpit.views import board

app_name = "cockpit"
urlpatterns = [
    path("", board.home, name="home"),
    path("shapes/<slug:edition>.svg", board.shapes, name="shapes"),
    path("<slug:key>/", board.board, name="board"),
    path("<slug:key>/cards/", board.cards, name="cards"),
    path("<slug:key>/<slug:card>/<slug:area>/", board.county, name="county"),
]
