"""Rating by REST."""
