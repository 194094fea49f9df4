"""Which files are rewritten together, and where a group is cut to be sorted."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from citybrain.hub.data.lake import tiers
from citybrain.hub.data.lake.tiers import KEYS, Piece

TARGET = 256


def whole(number: int, size: int = TARGET) -> Piece:
    """A file of a delivery: over the whole range of keys."""
    return Piece(f"w{number}", size, size, 0, KEYS - 1)


def run(count: int, name: str = "r") -> list[Piece]:
    """What a group becomes: files that do not touch."""
    step = KEYS // count
    return [Piece(f"{name}{n}", TARGET, TARGET, n * step, (n + 1) * step - 1) for n in range(count)]


def test_a_few_files_over_each_other_are_left_alone():
    assert tiers.chosen([whole(n) for n in range(tiers.MOST_DEPTH)], TARGET) == []


def test_many_become_one_run():
    groups = tiers.chosen([whole(n) for n in range(40)], TARGET)
    assert [len(group) for group in groups] == [40]
    assert tiers.chosen(run(40), TARGET) == []


def test_a_large_table_is_taken_in_groups_of_bounded_size():
    groups = tiers.chosen([whole(n) for n in range(200)], TARGET)
    assert [len(group) for group in groups] == [64, 64, 64, 8]
    runs = [piece for number, group in enumerate(groups) for piece in run(len(group), f"{number}-")]
    assert tiers.depth(runs) < tiers.MOST_DEPTH
    assert tiers.chosen(runs, TARGET) == []


def test_new_deliveries_do_not_make_old_runs_be_rewritten():
    groups = tiers.chosen([*run(40), *(whole(n) for n in range(9))], TARGET)
    assert [{piece.path[0] for piece in group} for group in groups] == [{"w"}]


def test_files_without_key_are_kept_apart():
    bare = [Piece(f"b{n}", 1, 1) for n in range(9)]
    groups = tiers.chosen([*bare, *(whole(n, 1) for n in range(9))], TARGET)
    assert sorted("".join(sorted({piece.path[0] for piece in group})) for group in groups) == ["b", "w"]


keyed = st.tuples(st.integers(0, KEYS - 1), st.integers(0, KEYS - 1), st.integers(1, 2000)).map(
    lambda t: Piece(f"{t}", t[2], 1, min(t[:2]), max(t[:2]))
)


@given(st.lists(keyed, max_size=30), st.integers(50, 3000))
def test_a_group_is_cut_into_ranges_of_about_the_same_size(pieces, most):
    cuts = tiers.cuts(pieces, most)
    assert cuts == sorted(set(cuts))
    assert len(cuts) <= 2 * sum(piece.bytes for piece in pieces) / most + 1
    one_key = sum(p.bytes / (p.high - p.low + 1) for p in pieces)  # cannot be cut
    for low, high in pairwise([0, *cuts, KEYS]):
        held = sum(p.bytes * overlap(p, low, high) / (p.high - p.low + 1) for p in pieces)
        assert held <= most * 1.001 + 2 * one_key


def overlap(piece: Piece, low: int, high: int) -> int:
    return max(0, min(piece.high + 1, high) - max(piece.low, low))
