"""Addresses under /opendata/."""

app_name = "opendata"
urlpatterns: list = []
