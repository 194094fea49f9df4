"""REST read API of the catalogue."""
