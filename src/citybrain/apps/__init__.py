"""Windows: thin applications over the hub, never importing each other."""
