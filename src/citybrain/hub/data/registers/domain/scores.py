"""How good a matching is on labelled twins: precision and recall of what is joined without a person, and what people look at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Scored = tuple[str, str, float]


@dataclass(frozen=True)
class Scores:
    """Counts of pairs: joined rightly and wrongly, true ones a person is shown, pairs shown, true ones in all."""

    right: int
    wrong: int
    shown_right: int
    shown: int
    truth: int

    @property
    def precision(self) -> float:
        """Of what was joined, how much is true."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Of what is true, how much was joined without a person."""
        return self.right / max(1, self.truth)

    @property
    def recall_with_people(self) -> float:
        """Of what is true, how much is joined when people answer rightly."""
        return (self.right + self.shown_right) / max(1, self.truth)


def scored(pairs: Iterable[Scored], truth: Mapping[str, str], auto: float, review: float) -> Scores:
    """Judge each bare record by its likeliest known one; ``pairs`` are (bare, known, probability)."""
    best: dict[str, tuple[float, str]] = {}
    for bare, known, probability in pairs:
        best[bare] = max(best.get(bare, (0.0, "")), (probability, known))
    right = wrong = shown = shown_right = 0
    for bare, (probability, known) in best.items():
        true = truth.get(bare) == known
        if probability >= auto:
            right, wrong = right + true, wrong + (not true)
        elif probability >= review:
            shown, shown_right = shown + 1, shown_right + true
    return Scores(right, wrong, shown_right, shown, len(truth))
