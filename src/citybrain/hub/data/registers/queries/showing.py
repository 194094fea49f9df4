"""How a value of a file is shown: masked, a code in words, a division by its name."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from citybrain.hub.data.models import CodeTable, Item
from citybrain.hub.places import api as places
from citybrain.kernel.masking import mask
from citybrain.kernel.text import say


@dataclass(frozen=True)
class Eye:
    """Who looks: sees personal values whole (``unmasked``) or masked. ``words``: code table → code → {zh, en}."""

    unmasked: bool
    words: dict[str, dict[str, dict[str, str]]]

    def sees(self, item: Item, value: Any) -> Any:
        """The value as it may be seen; what is masked is not put into words."""
        if value is None:
            return None
        if item.personal and not self.unmasked:
            return mask("" if item.personal == "yes" else item.personal, value)
        if item.code_table:
            known = self.words.get(item.code_table, {}).get(str(value))
            return say(known) if known else value
        return places.path_name(str(value)) if item.identifier == "division" else value


def eye(items: Iterable[Item], *, unmasked: bool) -> Eye:
    """For the items of a file; their code tables in one question."""
    tables = {item.code_table for item in items if item.code_table}
    return Eye(unmasked, dict(CodeTable.objects.filter(pk__in=tables).values_list("key", "words")))
