"""Demo traffic against a real server."""
