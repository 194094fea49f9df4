"""Names in place of keys and codes on the pages of data: offered to every template as functions."""

from collections.abc import Iterable

from citybrain.hub.data.catalogue.queries.known import unit_name
from citybrain.hub.data.models import Item, QualityResult, Resource
from citybrain.kernel.text import say
from citybrain.ui import environment


def dataset_titles(keys: Iterable[object]) -> dict[str, str]:
    """Key → title in the reader's language, read at once for a page; keys nobody knows are left out."""
    wanted = {str(key) for key in keys if key}
    return {
        key: say(title) for key, title in Resource.objects.filter(pk__in=wanted).values_list("key", "title")
    }


def item_titles(resources: Iterable[object]) -> dict[tuple[str, str], str]:
    """(resource, item) → title of every item of these resources."""
    found = Item.objects.filter(resource__in={str(key) for key in resources if key})
    return {(key, name): say(title) for key, name, title in found.values_list("resource_id", "name", "title")}


def rule_titles(resources: Iterable[object]) -> dict[tuple[str, str], str]:
    """(resource, rule) → title of every rule these resources were last checked by."""
    found = QualityResult.objects.filter(resource__in={str(key) for key in resources if key}, current=True)
    return {(key, rule): say(title) for key, rule, title in found.values_list("resource", "rule", "title")}


def unit_options(chosen: str = "") -> list[tuple[str, str]]:
    """Units that provide tables, for a select: code and name, by name; ``chosen`` is always among them."""
    codes = {
        *Resource.objects.exclude(owner="").values_list("owner", flat=True).distinct(),
        *([chosen] if chosen else []),
    }
    return sorted(((code, unit_name(code)) for code in codes), key=lambda pair: pair[1])


def announce() -> None:
    """Offer them to the templates."""
    for fn in (dataset_titles, item_titles, rule_titles, unit_name, unit_options):
        environment.offer(fn.__name__, fn)
