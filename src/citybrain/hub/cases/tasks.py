"""Loops of the worker process: timers and overdue cases."""

from citybrain.hub.cases.actions.timers import fire_timers, tell_of_overdue

__all__ = ["fire_timers", "tell_of_overdue"]
