"""Journeys of the shipped packs, played by the product."""
