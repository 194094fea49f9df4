"""Models of the identity room, one noun a file."""

from .account import Account

__all__ = ["Account"]
