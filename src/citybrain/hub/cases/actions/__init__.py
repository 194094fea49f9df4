"""Writes of cases: keyword-only, atomic, by an actor, audited."""
