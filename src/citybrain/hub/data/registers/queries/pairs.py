"""Pairs for people to look at."""

from django.db.models import QuerySet

from citybrain.hub.data.models import MatchPair


def pairs(register: str = "", state: str = "open") -> QuerySet[MatchPair]:
    """Pairs of a register (all when none) in a state, likeliest first."""
    rows = MatchPair.objects.filter(state=state).order_by("-probability", "id")
    return rows.filter(register=register) if register else rows
