"""Reading large specs: what it would cost to search for garbage while a network is built."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from cnnanalyze.errors import Source
from cnnanalyze.language.build import build
from tests.benchmarks.clock import in_turns, table
from tests.strategies.growing import SHAPES

SIZES = (100, 1_000, 10_000, 30_000)


@contextmanager
def with_collection() -> Iterator[None]:
    """Leave the garbage collector as it is."""
    yield


def main(rounds: int = 5) -> None:
    """Print what reading takes with the collector and without it, by the number of layers."""
    rows = []
    for size in SIZES:
        source = Source("text", SHAPES["chain"](size))

        def collecting(source: Source = source) -> None:
            with patch("cnnanalyze.language.build.without_collection", with_collection):
                build(source)

        def resting(source: Source = source) -> None:
            build(source)

        times = in_turns({"collecting": collecting, "resting": resting}, rounds)
        one, other = times["collecting"], times["resting"]
        rows.append((f"{size:,}", f"{one:.3f}", f"{other:.3f}", f"{one / other:.2f}"))
    heads = ("layers", "collecting", "not collecting", "ratio")
    table("Reading a chain of layers (s)", heads, rows)


if __name__ == "__main__":
    main()
