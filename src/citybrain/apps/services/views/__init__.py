"""Screens of the services room: parse, call, render."""
