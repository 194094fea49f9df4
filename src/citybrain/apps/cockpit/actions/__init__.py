"""Writes of the cockpit: boards from packs, snapshots."""
