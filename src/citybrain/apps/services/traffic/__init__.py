"""Demo traffic: demo citizens and officials use the real web pages at a chosen rate, so that a visitor sees the city
breathe. It is bounded in rate and time, stops by itself, refuses anything but a demo on this machine, and everything
it makes is demo data because only demo accounts take part.
"""

from citybrain.apps.services.traffic.main import main

__all__ = ["main"]
