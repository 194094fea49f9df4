"""Writes of packs: check, install, uninstall, play journeys."""
