"""The layer table of a page: rows by group, with bars, and links to spec and drawing."""

from __future__ import annotations

from typing import Any, NamedTuple

from cnnanalyze.analysis.result import Analysis
from cnnanalyze.report.attributes import brief
from cnnanalyze.report.columns import column
from cnnanalyze.report.field import brief as brief_field
from cnnanalyze.report.numbers import count_of
from cnnanalyze.report.options import Options
from cnnanalyze.report.page.source import Sources
from cnnanalyze.report.view import collapse, view

FOLDED = 60
"""A table of more layers begins with its groups folded, where there is a script to open them."""
LEAST = 1
"""Shares below so many percent get no bar."""
COUNTS = ("parameters", "macs", "activations")
"""What is summed up over groups."""
BARS = COUNTS[:2]
"""What is shown with a bar behind the number."""
ON_REQUEST = (
    "flops",
    "weights",
    "biases",
    "input",
    "stride",
    "padding",
    "centre",
    "minimal",
    "aligned",
    "fit",
    "live",
)
"""Columns that the script adds when they are chosen, from the embedded result."""


class Row(NamedTuple):
    """One layer."""

    order: int
    name: str
    """The path below the group."""
    layer: dict[str, Any]
    """What the result says of it."""
    attributes: str
    output: str
    field: str
    bars: dict[str, str]
    """How long the bars are, by quantity; none for small shares."""
    anchor: str
    line: int


class Group(NamedTuple):
    """Layers under one path, with their sums."""

    path: str
    rows: tuple[Row, ...]
    output: str
    field: str
    sums: dict[str, int | None]
    bars: dict[str, str]

    @property
    def words(self) -> str:
        """How many layers there are."""
        return count_of(len(self.rows), "layer")


def groups_of(analysis: Analysis) -> dict[str, str]:
    """Return the path of the group of every layer; one that stands alone is its own group."""
    rows = collapse(analysis, view(analysis).depth)
    return {f.node.id: row.path for row in rows for f in row.facts}


def tabulate(
    analysis: Analysis, result: dict[str, Any], sources: Sources, options: Options
) -> tuple[tuple[Group, ...], ...]:
    """Return the groups of the table, lone layers in succession together without a heading.

    Every inner tuple is a body of the table: one group of several layers, or some lone ones.
    """
    totals = result["totals"]
    layers = {layer["id"]: (i, layer) for i, layer in enumerate(result["layers"])}
    bodies: list[list[Group]] = []
    lone = False
    for gathered in collapse(analysis, view(analysis).depth):
        rows = []
        for f in gathered.facts:
            index, layer = layers[f.node.id]
            anchor, line = sources.place(f.node.mark)
            prefix = f"{gathered.path}/" if len(gathered.facts) > 1 else ""
            rows.append(
                Row(
                    index,
                    f.node.id.removeprefix(prefix),
                    layer,
                    brief(f.node),
                    options.shape(f.output),
                    "?" if f.fields is None else brief_field(f.fields),
                    _bars(layer, totals),
                    anchor,
                    line,
                )
            )
        sums: dict[str, int | None] = {key: _sum(rows, key) for key in COUNTS}
        last = rows[-1]
        group = Group(
            gathered.path, tuple(rows), last.output, last.field, sums, _bars(sums, totals)
        )
        if len(rows) == 1 and lone:
            bodies[-1].append(group)
        else:
            bodies.append([group])
        lone = len(rows) == 1
    return tuple(map(tuple, bodies))


def _sum(rows: list[Row], key: str) -> int | None:
    counts = [row.layer[key] for row in rows]
    return None if None in counts else sum(counts)


def _bars(counts: dict[str, Any], totals: dict[str, Any]) -> dict[str, str]:
    found = {}
    for key in BARS:
        count, total = counts[key], totals[key]
        if count and total and 100 * count >= LEAST * total:
            found[key] = f"{100 * count / total:.0f}%"
    return found


def offered() -> list[list[str]]:
    """Return key, title and explanation of the columns that can be added."""
    return [[c.key, c.title, c.about] for c in map(column, ON_REQUEST)]
