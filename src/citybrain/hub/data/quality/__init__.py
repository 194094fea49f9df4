"""Quality: rules of the six dimensions, scans, problem rows, scores, valid records."""
