"""Addresses under /sharing/."""

app_name = "sharing"
urlpatterns: list = []
