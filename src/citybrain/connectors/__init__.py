"""Adapters to the outside behind the ports of the rooms."""
