"""What a delegation may be limited to. The room of matters stands above and announces its list here."""

from collections.abc import Callable, Iterable

from citybrain.kernel.text import Text

Offer = Callable[[], Iterable[tuple[str, Text]]]
_offers: list[Offer] = []


def offer_matters(offer: Offer) -> Offer:
    """Announce a function that lists (matter key, name) of what can be delegated. Usable as a decorator."""
    if offer not in _offers:
        _offers.append(offer)
    return offer


def matter_choices() -> list[tuple[str, str]]:
    """(key, name in the current language), by name; empty while nobody announced any."""
    found = {key: name.say() for offer in _offers for key, name in offer()}
    return sorted(found.items(), key=lambda pair: pair[1])[:500]
