"""Officials' work by REST."""
