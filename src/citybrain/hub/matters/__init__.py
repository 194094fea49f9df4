"""What government does: the catalogue of matters, their guides, and applying for them."""
