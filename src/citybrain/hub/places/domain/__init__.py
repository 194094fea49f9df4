"""Pure rules of places: coordinates, division codes, the county index. No Django."""
