"""Writes of the catalogue and of applying, a verb each."""
