"""Writes of certificates, a verb each."""
