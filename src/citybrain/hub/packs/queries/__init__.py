"""Reads of packs: folders, installed packs, plans."""
