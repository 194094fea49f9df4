"""Keeping the row that search looks through."""

from django.db.models import Func, TextField, Value

from citybrain.hub.data.catalogue.domain.words import pairs, sounds
from citybrain.hub.data.models import CatalogueClass, Resource, ResourceWords
from citybrain.hub.identity import api as identity
from citybrain.kernel.errors import NotFound


def index_resource(row: Resource) -> None:
    """Renew the words of one resource: names, everyday words, provider, class, codes, items."""
    names = [row.title.get("zh", ""), *row.keywords, *unit_names(row.owner)]
    item_rows = row.items.values_list("name", "title")
    items = [text for name, title in item_rows for text in (name, *title.values())]
    more = [
        row.pk, row.title.get("en", ""), row.code, *row.former_codes, row.owner, row.source_system,
        *(row.note or row.description or {}).values(), *class_names(row.classification), *items,
    ]  # fmt: skip
    text = " ".join(filter(None, dict.fromkeys([*names, *more])))
    pinyin, initials = sounds([*names, *items])
    ResourceWords.objects.update_or_create(
        resource=row,
        defaults={
            "name": row.title.get("zh", "")[:300], "text": text, "pinyin": pinyin, "initials": initials,
            "bigrams": vector(text),
        },
    )  # fmt: skip


def vector(text: str) -> Func:
    """A tsvector of the character pairs; ``simple`` keeps them as they are."""
    words = Value(" ".join(pairs(text)), output_field=TextField())
    return Func(Value("simple"), words, function="to_tsvector", arg_joiner="::regconfig, ")


def unit_names(code: str) -> list[str]:
    """What a unit is called."""
    try:
        found = identity.organisation(code) if code else None
    except NotFound:
        found = None
    return [*found.name.values(), *found.short.values()] if found else []


def class_names(code: str) -> list[str]:
    """Names of a class and of those above it."""
    if not code:
        return []
    above = [code[:1], code[:3], code[:6], code]
    rows = CatalogueClass.objects.filter(pk__in=above).values_list("name", flat=True)
    return [text for name in rows for text in name.values()]


def index_missing() -> None:
    """Words for resources that have none (made before search was, or by a restore)."""
    for row in Resource.objects.filter(words=None):
        index_resource(row)
