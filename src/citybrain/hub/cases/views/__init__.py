"""Screens of officials: the work list and the case. Parse, call, render."""
