"""Pure rules of quality: what a rule says, its SQL, scores. No Django."""
