"""Imports the kernel's loops so that the worker knows them."""

from citybrain.kernel import dispatch, idempotency, ratelimit, sealing

__all__ = ["dispatch", "idempotency", "ratelimit", "sealing"]
