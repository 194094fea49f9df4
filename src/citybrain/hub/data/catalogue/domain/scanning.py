"""Judging one column from its name, its title and a sample of its values: findings with hit rate and masked samples."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from citybrain.hub.data.catalogue.domain.detectors import DETECTORS, Detector
from citybrain.kernel.masking import mask

INSIDE_LEAST = 0.01
INSIDE_LENGTH = 20
FEWEST = 5
SAMPLES = 3
# A stricter kind speaks for the looser one too: minors' numbers are citizen numbers.
COVERS = {"minor": ("citizen_number",)}


@dataclass(frozen=True)
class Finding:
    """One kind found in a column. ``checked`` values were not empty; ``inside``: within longer texts; ``by_name``: by title only."""

    kind: str
    checked: int
    hits: int
    grade: str
    personal: str
    identifier: str
    samples: tuple[str, ...]
    inside: bool = False
    by_name: bool = False


def findings(name: str, titles: Sequence[str], values: Sequence[object]) -> list[Finding]:
    """What a column seems to hold, strictest first; nothing when nothing reaches its share."""
    texts = [text for value in values if (text := str(value).strip() if value is not None else "")]
    called = " ".join([name.replace("_", " "), name, *titles])
    found = [finding for d in DETECTORS if (finding := judged(d, called, texts)) is not None]
    covered = {kind for finding in found for kind in COVERS.get(finding.kind, ()) if not finding.by_name}
    return [finding for finding in found if finding.kind not in covered]


def judged(detector: Detector, called: str, texts: Sequence[str]) -> Finding | None:
    """One detector over one column."""
    named = bool(detector.names and re.search(detector.names, called, re.I))
    if detector.needs_name and not named:
        return None
    hits = [text for text in texts if detector.whole(text)]
    if len(texts) >= FEWEST and len(hits) / len(texts) >= detector.least * (0.5 if named else 1):
        return made(detector, len(texts), hits)
    within = [t for t in texts if detector.inside and len(t) >= INSIDE_LENGTH and detector.inside(t)]
    if within and len(within) / len(texts) >= INSIDE_LEAST:
        return made(detector, len(texts), within, inside=True)
    if named and len(texts) < FEWEST:
        return made(detector, len(texts), hits, by_name=True)
    return None


def made(
    detector: Detector, checked: int, hits: Sequence[str], *, inside: bool = False, by_name: bool = False
) -> Finding:
    """The finding; a hit inside a longer text hides the whole text."""
    personal = "yes" if inside else detector.personal
    kept = tuple(dict.fromkeys(masked(detector, text, inside) for text in hits[: SAMPLES * 4]))[:SAMPLES]
    identifier = "" if inside else detector.identifier
    return Finding(
        detector.kind, checked, len(hits), detector.grade, personal, identifier, kept, inside, by_name
    )


def masked(detector: Detector, text: str, inside: bool) -> str:
    """A sample that gives nobody away: the mask of its kind, or length only."""
    if detector.kind == "uscc":  # of a firm, printed on its licence
        return text
    if inside or detector.personal in ("", "yes"):
        return f"{text[:2]}{'*' * 6}({len(text)})"
    return mask(detector.personal, text)
