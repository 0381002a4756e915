"""Growth: what commands take for networks of 100, 1,000 and 10,000 layers, in seconds and bytes.

What grows in proportion to the layers shows ratios of at most ten; the start of a process makes
them smaller, n log n and caches that overflow make them a little larger.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from tests.benchmarks.clock import measured, table
from tests.strategies.growing import SHAPES

SIZES = (100, 1_000, 10_000)
SHOWN = (
    "chain",
    "equal_chain",
    "residuals",
    "unequal_residuals",
    "dense_blocks",
    "branches",
    "skips",
    "nested_blocks",
)
CLAIM = "\nexpect:\n  - {source: nobody, total: {parameters: 12_345, macs: 67_890}}\n"
"""Figures that do not hold, so that an audit has to look for a reason."""

COMMANDS: dict[str, Sequence[str]] = {
    "summary": ("summary", "{spec}"),
    "lint": ("lint", "--isolated", "--exit-zero", "{spec}"),
    "draw": ("draw", "{spec}"),
    "compare": ("compare", "{spec}", "{other}"),
    "summary as JSON": ("summary", "--format", "json", "{spec}"),
    "compare as JSON": ("compare", "--format", "json", "{spec}", "{other}"),
    "report": ("report", "{spec}", "-o", "{page}"),
    "audit": ("audit", "{spec}"),
}


def main() -> None:
    """Print seconds, megabytes and by how much each grows from size to size."""
    with tempfile.TemporaryDirectory() as folder:
        for shape in SHOWN:
            found: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
            for size in SIZES:
                places = _write(Path(folder), shape, size)
                for name, command in COMMANDS.items():
                    found[name].append(
                        measured("-m", "cnnanalyze", *(part.format(**places) for part in command))
                    )
            _print(shape, found)


def _write(folder: Path, shape: str, size: int) -> dict[str, str]:
    text = SHAPES[shape](size)
    files = {name: folder / f"{shape}_{size}_{name}.yaml" for name in ("spec", "other")}
    files["spec"].write_text(text + CLAIM)
    files["other"].write_text(text.replace("input: 7x5x3", "input: 5x7x3"))
    return {**{name: str(file) for name, file in files.items()}, "page": str(folder / "page.html")}


def _print(shape: str, found: dict[str, list[tuple[float, float]]]) -> None:
    rows = []
    for name, costs in found.items():
        row = [name]
        for values, unit in zip(zip(*costs, strict=True), ("{:.2f}", "{:.0f}"), strict=True):
            row += [unit.format(value) for value in values]
            row += [f"{later / before:.1f}" for before, later in pairwise(values)]
        rows.append(row)
    head = [
        "",
        *(f"s at {n:,}" for n in SIZES),
        "×",
        "×",
        *(f"MB at {n:,}" for n in SIZES),
        "×",
        "×",
    ]
    table(f"{shape.replace('_', ' ')}: growth with the layers", head, rows)


if __name__ == "__main__":
    main()
