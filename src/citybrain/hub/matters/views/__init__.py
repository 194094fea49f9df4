"""Pages of the catalogue for editors, and downloads of its files."""
