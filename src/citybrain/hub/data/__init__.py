"""What is known: the catalogue of operational datasets and the read door over them."""
