"""Grants: who may use which items for which purpose by which way; delivery by API, verification and exchange; evidence."""
