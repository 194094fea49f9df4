"""Pure rules of certificates: types, numbers, states, layouts. No Django, no database."""
