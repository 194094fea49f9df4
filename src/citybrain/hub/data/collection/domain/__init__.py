"""Rules of collecting: cycles, file shapes, checks. No Django, no database."""
