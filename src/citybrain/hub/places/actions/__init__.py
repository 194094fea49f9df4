"""Writes of places: only packs change divisions."""
