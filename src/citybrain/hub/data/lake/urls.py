"""Addresses of this topic under /data/."""

urlpatterns: list = []
