"""Where: divisions, jurisdictions, geometry."""
