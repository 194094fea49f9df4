"""Who is asking, for which unit, by what right."""
