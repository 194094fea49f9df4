"""Reads of the identity room."""
