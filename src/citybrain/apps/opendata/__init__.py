"""The open data portal: datasets for everybody, releases decided as cases."""
