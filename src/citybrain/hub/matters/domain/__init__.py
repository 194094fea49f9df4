"""Pure rules of matters: documents, publish checks, situations, codes, depth. No Django."""
