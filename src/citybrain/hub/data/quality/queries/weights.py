"""How much each dimension counts: what the city set, else the proposal of the product."""

from citybrain.hub.data.models import QualityWeight
from citybrain.hub.data.quality.domain.kinds import WEIGHTS


def weights() -> dict[str, int]:
    """Dimension → weight."""
    return {**WEIGHTS, **dict(QualityWeight.objects.values_list("dimension", "weight"))}
