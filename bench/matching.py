"""``./citybrain bench matching --count N``: precision and recall of matching people and firms on labelled synthetic twins.

About N people (or firms) known by number against three quarters as many records without one; prints what is joined
without a person, what people are shown, the time on the clock and of the processors, and the most memory the process ever held. ``--train`` prints the
weights measured instead; those in ``domain/matching.py`` come from another seed than the one measured with here.
"""

import argparse
import os
import random
import resource
import time

import django
import duckdb
import pyarrow as pa

from citybrain.hub.data.registers.domain.matching import MODELS, Matching
from citybrain.hub.data.registers.domain.scores import scored
from citybrain.hub.data.tests.registers import twins


def main(argv: list[str]) -> int:
    """Both models."""
    said = argparse.ArgumentParser(prog="citybrain bench matching", description=__doc__)
    said.add_argument("--count", type=int, default=4000)
    said.add_argument("--seed", type=int, default=7)
    said.add_argument("--register", choices=sorted(MODELS), default="")
    said.add_argument("--train", action="store_true")
    asked = said.parse_args(argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citybrain.project.settings")
    django.setup()
    for register, make in (("person", twins.people), ("firm", twins.firms)):
        if asked.register in ("", register):
            (train if asked.train else measure)(register, make(asked.count, asked.seed))
    return 0


def measure(register: str, made: twins.Twins) -> None:
    """One line of figures."""
    from citybrain.hub.data.registers.actions.alike import MEMORY, alike

    before, model, began, busy = held(), MODELS[register], time.perf_counter(), time.process_time()
    found = alike(register, made.known, made.bare)
    seconds, work = time.perf_counter() - began, time.process_time() - busy
    most = held()
    known = {row["record"] for row in made.known}
    pairs = [
        (p.left, p.right, p.probability) if p.right in known else (p.right, p.left, p.probability)
        for p in found
    ]
    told = scored(
        [p for p in pairs if p[0] not in known and p[1] in known], made.truth, model.auto, model.review
    )
    print(
        f"{register}: {len(made.known)} known, {len(made.bare)} without number, {told.truth} true pairs; "
        f"joined {told.right + told.wrong}, precision {told.precision:.4f}, recall {told.recall:.4f}; "
        f"for people {told.shown} (true {told.shown_right}), recall with people {told.recall_with_people:.4f}; {seconds:.1f} s, {work:.1f} s of processors; at most {most} MB "
        f"({before} MB before, engine limited to {MEMORY})"
    )


def held() -> int:
    """The most memory this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def train(register: str, made: twins.Twins) -> None:
    """How often true pairs (m) and random pairs (u) agree at each level."""
    from citybrain.hub.data.registers.actions.alike import TEXTS, prepared

    model: Matching = MODELS[register]
    known = {row["record"]: row for row in made.known}
    bare = {row["record"]: row for row in made.bare}
    dice = random.Random(1)
    true = list(made.truth.items())
    chance = [
        (b, k)
        for b, k in ((dice.choice(list(bare)), dice.choice(list(known))) for _ in range(200_000))
        if made.truth.get(b) != k
    ]
    engine = duckdb.connect()
    for kind, pairs in (("m", true), ("u", chance)):
        rows = []
        for b, k in pairs:
            left, right = prepared(register, bare[b], bare=True), prepared(register, known[k], bare=False)
            rows.append(
                {f"{n}_l": left[n] for n in TEXTS[register]} | {f"{n}_r": right[n] for n in TEXTS[register]}
            )
        engine.register("pairs", pa.Table.from_pylist(rows))
        for item, levels in model.comparisons.items():
            whens = " ".join(f"WHEN {lv.sql} THEN '{lv.words}'" for lv in levels if lv.sql != "ELSE")
            sql = f"SELECT CASE {whens} ELSE 'different' END AS lv, count(*) FROM pairs WHERE {item}_l IS NOT NULL AND {item}_r IS NOT NULL GROUP BY 1"
            told = dict(engine.execute(sql).fetchall())
            total = sum(told.values())
            print(register, kind, item, {lv.words: round(told.get(lv.words, 0) / total, 5) for lv in levels})
