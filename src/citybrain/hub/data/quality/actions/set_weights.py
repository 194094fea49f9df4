"""Setting how much the dimensions count; in force from the next scan, audited with what it was before."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.data.models import QualityWeight
from citybrain.hub.data.quality.domain.kinds import DIMENSIONS
from citybrain.hub.data.quality.permissions import WEIGH
from citybrain.hub.data.quality.queries.weights import weights
from citybrain.hub.identity import api as identity
from citybrain.kernel import audit
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid


@transaction.atomic
def set_weights(given: Mapping[str, str], *, by: Actor) -> None:
    """Whole numbers from 0 to 100, not all 0. NotAllowed, Invalid."""
    identity.require(by, WEIGH, obj="quality:weights")
    texts = {word: given.get(word, "") for word in DIMENSIONS}
    wrong = [
        word
        for word, text in texts.items()
        if not (text.isascii() and text.isdigit() and int(text[:6]) <= 100)
    ]
    problems = [FieldProblem(word, "weight", _("A whole number from 0 to 100.")) for word in wrong]
    if not problems and not any(int(text) for text in texts.values()):
        problems = [FieldProblem("completeness", "weight", _("At least one dimension has to count."))]
    if problems:
        raise Invalid(problems)
    before = weights()
    for word, text in texts.items():
        QualityWeight.objects.update_or_create(pk=word, defaults={"weight": int(text)})
    audit.record("data.set_weights", by=by, obj="quality:weights", before=before, after=weights())
