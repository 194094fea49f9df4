"""Reads of certificates, each through the guarded accessor."""
