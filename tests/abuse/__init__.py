"""Abuse that really happens, through the real pages of a city with shipped packs installed."""
