"""Pure rules of open data: vocabularies, treatment of columns, risk, formats. No Django."""
