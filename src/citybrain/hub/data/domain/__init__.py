"""Pure rules of the data room: dataset shape, SQL building, CSV. No Django."""
