"""Models of the services room, one noun a file."""

from .hall import Hall, QueueTicket
from .rating import Rating
from .reception import Reception

__all__ = ["Hall", "QueueTicket", "Rating", "Reception"]
