"""The repository tests itself: what linters and people would otherwise have to remember."""
