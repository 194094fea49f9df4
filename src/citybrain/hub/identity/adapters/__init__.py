"""What identity gives to the libraries it uses."""
