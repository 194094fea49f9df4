"""What is proven, sealed, verifiable by anyone."""
