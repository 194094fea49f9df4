"""The shared platform: rooms with doors."""
