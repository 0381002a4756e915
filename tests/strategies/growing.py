"""Networks of any size in the shapes whose cost grows too fast if it can, and a count of the work.

Work is counted in lines of the package that were carried out: seconds differ from run to run, and
what takes a number of steps like the square of the layers shows at a few dozen of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

PACKAGE = str(Path(__file__).parents[2] / "cnnanalyze")


def _spec(*steps: str, blocks: str = "") -> str:
    return "\n".join(["cnn: 1", "input: 7x5x3", blocks, "layers:", *(f"  - {s}" for s in steps)])


def _conv(i: int, name: str = "") -> str:
    """Return a convolution that differs from its neighbours."""
    said = f", as: {name}" if name else ""
    return f"{{conv: {{filters: {2 + i % 7 + i % 11}, kernel: 3, padding: same}}{said}}}"


def chain(n: int) -> str:
    return _spec(*(_conv(i) for i in range(n)))


def equal_chain(n: int) -> str:
    return _spec(f"{{relu: , repeat: {n}}}")


def residuals(n: int) -> str:
    """Return sums of a map and what becomes of it, one behind the other."""
    return _spec(f"{{add: [[{{conv: {{filters: 3, kernel: 1}}}}, relu], []], repeat: {n}}}")


def unequal_residuals(n: int) -> str:
    return _spec(
        *(f"{{add: [[{_conv(i)}, {{conv: {{filters: 3, kernel: 1}}}}], []]}}" for i in range(n))
    )


def dense_blocks(n: int) -> str:
    return _spec(f"{{concat: [[], [{{conv: {{filters: 2, kernel: 1}}}}]], repeat: {n}}}")


def branches(n: int) -> str:
    """Return one join of many branches."""
    return _spec(f"{{concat: [{', '.join(f'[{_conv(i)}]' for i in range(n))}]}}")


def skips(n: int) -> str:
    """Return a chain of which a join reads every layer."""
    names = ", ".join(f"c{i}" for i in range(n))
    return _spec(*(_conv(i, f"c{i}") for i in range(n)), f"{{concat: [{names}]}}")


def equal_skips(n: int) -> str:
    names = ", ".join(f"c{i}" for i in range(n))
    return _spec(*(f"{{relu: , as: c{i}}}" for i in range(n)), f"{{concat: [{names}]}}")


def far_skips(n: int) -> str:
    """Return a chain whose joins all read its beginning."""
    return _spec("{relu: , as: first}", *["{add: [first, [{conv: {filters: 3, kernel: 1}}]]}"] * n)


def crossing_skips(n: int) -> str:
    """Return skips that begin in one half and end in the other, beside a branch."""
    half = n // 2
    return _spec(
        "{concat: [[tanh], []]}",
        *(f"{{conv: {{filters: 3, kernel: 1}}, as: c{i}}}" for i in range(half)),
        *(f"{{add: [c{i}, [{{conv: {{filters: 3, kernel: 3, padding: same}}}}]]}}"
          for i in range(half)),
    )  # fmt: skip


def distinct_blocks(n: int) -> str:
    """Return blocks of a form of their own each, which stand at two places each."""
    blocks = "blocks:\n" + "\n".join(
        f"  b{i}: {{layers: [{_conv(i)}, {{conv: {{filters: 3, kernel: [1, {i + 2}], "
        "padding: same}}, softmax, tanh]}"
        for i in range(n // 8)
    )
    steps = [f"{{b{i}: }}" for i in range(n // 8)]
    return _spec(*steps, *steps, blocks=blocks)


def nested_blocks(n: int) -> str:
    """Return blocks in blocks, eight levels deep."""
    blocks = "blocks:\n" + "\n".join(
        f"  b{i}: {{layers: [{{b{i + 1}: }}, {{add: [[{{b{i + 1}: }}], []]}}]}}" for i in range(3)
    )
    blocks += (
        f"\n  b3: {{layers: [{{add: [[{_conv(1)}, {{conv: {{filters: 3, kernel: 1}}}}], []]}}]}}"
    )
    return _spec(*["{b0: }", "tanh"] * (n // 8), blocks=blocks)


SHAPES: dict[str, Callable[[int], str]] = {
    f.__name__: f
    for f in (
        *(chain, equal_chain, residuals, unequal_residuals, dense_blocks, branches, skips),
        *(equal_skips, far_skips, crossing_skips, distinct_blocks, nested_blocks),
    )
}


def work(call: Callable[[], object]) -> int:
    """Return how many lines of the package a call carries out."""
    lines = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        if event == "call":
            return trace if frame.f_code.co_filename.startswith(PACKAGE) else None
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return lines


MOST = 2.6
"""By how much the further work may grow when sizes double: 2.2 is n log n here, 4 the square."""


def check_growth(measured: Callable[[int], Callable[[], object]], start: int = 64) -> None:
    """Fail if what a size takes grows faster than n log n; ``measured`` makes the call to count.

    Examples
    --------
    >>> check_growth(lambda n: lambda: None)
    """
    counts = [work(measured(start * times)) for times in (1, 2, 4)]
    first, second = (b - a for a, b in pairwise(counts))
    assert second <= MOST * max(first, start), f"lines for doubled sizes: {counts}"
