"""The layer table of a page: rows by group, with bars, and links to spec and drawing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any, NamedTuple

from cnnanalyze.analysis.field_text import brief as brief_field
from cnnanalyze.analysis.field_text import of_each
from cnnanalyze.analysis.quantities import measure
from cnnanalyze.analysis.result import Analysis, NodeFacts, total_of
from cnnanalyze.core.quantities import QUANTITIES
from cnnanalyze.core.spelling import count_of
from cnnanalyze.report.attributes import brief
from cnnanalyze.report.columns import column
from cnnanalyze.report.json import layer_dict
from cnnanalyze.report.options import Options
from cnnanalyze.report.page.source import Sources
from cnnanalyze.report.view import View, gather

FOLDED = 60
"""A table of more layers begins with its groups folded, where there is a script to open them."""
LEAST = 1
"""Smaller shares, in percent, have no bar."""
COUNTS = ("parameters", "macs", "activations")
"""What is summed up over groups."""
BARS = COUNTS[:2]
"""What has a bar in the cell of its number."""
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


class PageRow(NamedTuple):
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


class PageGroup(NamedTuple):
    """Layers under one path, with their sums."""

    path: str
    rows: tuple[PageRow, ...]
    """None for the layers of a group, where only the sums are shown."""
    layers: int
    """How many layers there are."""
    output: str
    field: str
    sums: dict[str, int | None]
    bars: dict[str, str]

    @property
    def words(self) -> str:
        """How many layers there are."""
        return count_of(self.layers, "layer")


def groups_of(shown: View) -> dict[str, str]:
    """Return the path of the group of every layer; a single layer is its own group."""
    groups = gather(shown.analysis, shown.depth)
    return {f.node.id: path for path, facts in groups.items() for f in facts}


def tabulate(
    shown: View, result: dict[str, Any], sources: Sources, most: int | None = None
) -> tuple[tuple[PageGroup, ...], ...]:
    """Return the groups of the table, single layers in succession together without a heading.

    Every inner tuple is a body of the table: one group of several layers, or some lone ones. Where
    the result has no layers, those within groups get no rows.

    Parameters
    ----------
    shown
        How deep the groups are.
    result
        What the rules say, as plain data.
    sources
        Where each layer is written.
    most
        Of how many groups and lone layers the table has room for; by default all.
    """
    table = _RowBuilder(shown.analysis, result, sources, shown.options)
    bodies: list[list[PageGroup]] = []
    lone = False
    for path, facts in islice(gather(shown.analysis, shown.depth).items(), most):
        group = table.group(path, facts)
        if group.layers == 1 and lone:
            bodies[-1].append(group)
        else:
            bodies.append([group])
        lone = group.layers == 1
    return tuple(map(tuple, bodies))


class _RowBuilder:
    """Makes the rows of one network."""

    def __init__(
        self, analysis: Analysis, result: dict[str, Any], sources: Sources, options: Options
    ) -> None:
        self.sources, self.options = sources, options
        self.totals = result["totals"]
        self.layers = result["layers"]
        self.order = {id_: i for i, id_ in enumerate(analysis.facts)}

    def group(self, path: str, facts: Sequence[NodeFacts]) -> PageGroup:
        shown = facts if self.layers or len(facts) == 1 else ()
        total = total_of(tuple(facts))
        sums = {key: measure(QUANTITIES[key], total, self.options.terms) for key in COUNTS}
        return PageGroup(
            path,
            tuple(self._row(f, f"{path}/" if len(facts) > 1 else "") for f in shown),
            len(facts),
            self.options.shape(facts[-1].output),
            _field(facts[-1]),
            sums,
            _bars(sums, self.totals),
        )

    def _layer(self, facts: NodeFacts) -> dict[str, Any]:
        at = self.order[facts.node.id]
        if self.layers:
            found: dict[str, Any] = self.layers[at]
            return found
        return layer_dict(facts, self.options.terms)

    def _row(self, facts: NodeFacts, prefix: str) -> PageRow:
        node, layer = facts.node, self._layer(facts)
        anchor, line = self.sources.place(node.mark)
        return PageRow(
            self.order[node.id],
            node.id.removeprefix(prefix),
            layer,
            brief(node),
            self.options.shape(facts.output),
            _field(facts),
            _bars(layer, self.totals),
            anchor,
            line,
        )


def _field(facts: NodeFacts) -> str:
    said = of_each(facts, brief_field)
    return "?" if said is None else said


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
