"""Plants one fault in a good spec, as an edit of its text at a known line.

``python -m tests.linting.mutator SEED...`` shows what a seed plants, and what is found.

What a fault is called and where it lies follow from the edit alone: the linter is not asked. What
must hold for the edit to be a fault (that a layer has an only reader, say) is looked up in the
network that the good spec describes. Faults that only a network that can be built may have are
planted so that it can still be built; an edit after which it cannot is another fault, and is not
taken.
"""

from __future__ import annotations

import random
import sys
from typing import NamedTuple

from cnnanalyze.errors import Source
from cnnanalyze.language.build import attempt
from tests.linting.planting import (
    layers,  # noqa: F401 - each enters its faults
    order,  # noqa: F401 - each enters its faults
    shapes,  # noqa: F401 - each enters its faults
    words,  # noqa: F401 - each enters its faults
)
from tests.linting.planting.good import FAULTS, Good, Planted


class Mutant(NamedTuple):
    """A faulty spec, and what must be found in it."""

    kind: str
    name: str
    text: str
    line: int
    codes: tuple[str, ...]


def as_tree(kind: str, good: Good, rng: random.Random) -> Mutant | None:
    """Return a good spec with one fault of a kind at a place drawn by lot, if it has a place."""
    function, builds = FAULTS[kind]
    places = list(function(good))
    rng.shuffle(places)
    for planted in places[:8]:
        text, line = _apply(good.text, planted)
        if builds:
            _, network, faults = attempt(Source(good.name, text), None, None)
            if network is None or faults:
                continue  # this edit is another fault, too
        return Mutant(kind, good.name, text, line, planted.codes)
    return None


def _apply(text: str, planted: Planted) -> tuple[str, int]:
    """Return the new text, and the line in which the fault lies."""
    ordered = sorted(enumerate(planted.changes), key=lambda item: item[1].begin)
    new, at, place = "", 0, planted.place if planted.at < 0 else -1
    offset = -1
    for n, change in ordered:
        if at <= place < change.begin:
            offset = len(new) + place - at
        new += text[at : change.begin]
        if n == planted.at:
            offset = len(new) + max(planted.place - 1, 0)
        new += change.text
        at = change.end
    if place >= at and offset < 0:
        offset = len(new) + place - at
    new += text[at:]
    assert offset >= 0, planted
    return new, new.count("\n", 0, offset) + 1


def draw(seed: int, goods: list[list[Good]]) -> Mutant:
    """Return the mutant of a seed: each kind in turn, in specs of each sort drawn by lot."""
    rng = random.Random(seed)  # noqa: S311 - nothing is secret
    kinds = list(FAULTS)
    kind = kinds[seed % len(kinds)]
    sorts = [rng.sample(sort, len(sort)) for sort in goods]
    rng.shuffle(sorts)
    for good in (good for sort in sorts for good in sort):
        mutant = as_tree(kind, good, rng)
        if mutant is not None:
            return mutant
    raise AssertionError(f"no spec has a place for {kind}")


def main(seeds: list[int]) -> None:
    """Show what seeds plant, and what is found."""
    from tests.linting.test_planted import goods, is_found, judge

    for seed in seeds:
        mutant = draw(seed, goods())
        found = judge(mutant.name, mutant.text)
        verdict = "found" if is_found(mutant, found) else "MISSED"
        line = mutant.text.splitlines()[mutant.line - 1].strip()
        sys.stdout.write(f"{seed} {mutant.kind} in {mutant.name}: {verdict}\n")
        sys.stdout.write(f"  line {mutant.line}, {' or '.join(mutant.codes)}: {line}\n")
        for finding in found:
            sys.stdout.write(f"  {finding}\n")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])
