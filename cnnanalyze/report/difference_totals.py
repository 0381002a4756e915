"""The totals of compared networks: what is printed of each quantity, in whatever format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from cnnanalyze.analysis.quantities import of_network
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.comparison.quantity import Delta, shown, summed
from cnnanalyze.comparison.result import Comparison
from cnnanalyze.core.quantities import QUANTITIES, Quantity, counted_under, find
from cnnanalyze.graph.network import shapes_in
from cnnanalyze.report.columns import number_text
from cnnanalyze.report.networks import labels, with_least
from cnnanalyze.report.options import Options
from cnnanalyze.report.table import Cell, Heading, Table, cells_of, explained
from cnnanalyze.report.totals_text import field_size


@dataclass(frozen=True, repr=False)
class Compared:
    """Networks compared with the first of them, and what of it is asked for."""

    analyses: tuple[Analysis, ...]
    """What the rules say of each network."""
    comparisons: tuple[Comparison, ...]
    """Of the second, the third and so on with the first."""
    options: Options
    """Under which convention, for which memory, in which order."""
    everything: bool = False
    """Whether layers that are equal have rows, too, and every row is printed."""
    details: bool = True
    """Whether the layers are printed, besides the totals."""

    @property
    def labels(self) -> tuple[str, ...]:
        """What the networks are called, each otherwise."""
        return labels(self.analyses)

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """What is compared."""
        return shown(self.options.convention)

    @property
    def layer_quantities(self) -> tuple[Quantity, ...]:
        """What is compared layer by layer; the count under the chosen convention is among it."""
        keys = ("parameters", counted_under(self.options.convention).key, "activations")
        return tuple(q for q in self.quantities if q.key in keys)

    @property
    def is_empty(self) -> bool:
        """Whether all networks are equal."""
        return all(c.is_empty for c in self.comparisons)


def sorting(options: Options) -> Quantity:
    """Return the quantity by which rows are sorted: one to which every layer adds something."""
    return find(options.sort, summed(options.convention))


def percent_of(delta: Delta) -> str:
    """Return a change in percent of what was there before.

    Examples
    --------
    >>> percent_of(Delta(40, 50)), percent_of(Delta(30_000, 29_999)), percent_of(Delta(0, 5))
    ('+25.0', '−0.0033', 'new')
    """
    if not delta.change:
        return ""
    if delta.percent is None:
        return "new"
    value = float(delta.percent)
    digits = f"{abs(value):,.1f}" if abs(value) >= _TENTH else f"{abs(value):.2g}"
    return f"{'+' if value > 0 else '−'}{digits}"


_TENTH = 0.05


def times(delta: Delta) -> str:
    """Return how many times as much it is.

    Examples
    --------
    >>> times(Delta(40, 50)), times(Delta(1000, 3)), times(Delta(0, 5))
    ('1.25×', '0.003×', '')
    """
    return "" if delta.ratio is None else f"{_rounded(delta.ratio)}×"


def _rounded(ratio: Fraction) -> str:
    return f"{float(ratio):,.4g}"


class Measured(NamedTuple):
    """One row of the totals: a quantity of two networks, in words."""

    key: str
    title: str
    before: str
    after: str
    change: str
    percent: str
    ratio: str
    delta: Delta | None = None


def measure(shown: Compared, comparison: Comparison) -> tuple[Measured, ...]:
    """Return the totals of two networks; what is not a number at the end."""
    options = shown.options
    rows = []
    for q in shown.quantities:
        delta = comparison.total(q, options.terms)
        one, other = (number_text(q, n) for n in (delta.before, delta.after))
        change = number_text(q, abs(delta.change)) if delta.change else ""
        sign = "+" if delta.change > 0 else "−"
        rows.append(
            Measured(
                q.key,
                q.title,
                one,
                other,
                f"{sign}{change}" if change else "",
                percent_of(delta),
                times(delta) if delta.change else "",
                delta,
            )
        )
    field = QUANTITIES["receptive_field"]
    for key, title, get in (
        (field.key, field.title, field_size),
        ("input", "input", lambda a: shapes_in(a.network, options.shape)),
    ):
        one, other = get(comparison.before), get(comparison.after)
        if one != other or key == field.key:
            rows.append(Measured(key, title, one, other, "", "", ""))
    return tuple(rows)


def totals(shown: Compared, comparison: Comparison, names: tuple[str, str]) -> Table:
    """Return the table of the totals of two networks."""
    headings = (
        Heading("quantity", "", "left"),
        Heading("before", names[0], "right"),
        Heading("after", names[1], "right"),
        Heading("change", "change", "right", 1),
        Heading("percent", "%", "right", 0),
        Heading("ratio", "ratio", "right", 2),
    )
    rows = tuple(
        cells_of(m.title, m.before, m.after, m.change, m.percent, m.ratio)
        for m in measure(shown, comparison)
    )
    counted = ((names[0], comparison.before), (names[1], comparison.after))
    return with_least(explained(Table(headings, rows)), counted, shown.options)


def overview(shown: Compared) -> Table:
    """Return the table of all networks: one row for each, with what it has more than the first."""
    headings = [Heading("network", "network", "left")]
    columns: list[Sequence[Cell]] = [cells_of(*shown.labels)]
    leading = {q.key for q in shown.layer_quantities[:2]}
    for place, q in enumerate(shown.quantities[1:], 2):
        headings.append(Heading(q.key, q.title, "right", 0 if q.key in leading else place))
        each = [of_network(q, a, shown.options.terms, least=True) for a in shown.analyses]
        deltas = [Delta(each[0], number) for number in each]
        texts = [number_text(q, d.after) for d in deltas]
        columns.append(beside(texts, deltas))
    field = QUANTITIES["receptive_field"]
    headings.append(Heading(field.column, field.heading, "right", 3))
    columns.append(cells_of(*map(field_size, shown.analyses)))
    table = explained(Table(tuple(headings), tuple(zip(*columns, strict=True))))
    return with_least(table, zip(shown.labels, shown.analyses, strict=True), shown.options)


def beside(texts: Sequence[str], deltas: Sequence[Delta]) -> list[Cell]:
    """Return cells of one column: each text with its percentage, one below the other.

    Examples
    --------
    >>> [cell.text for cell in beside(["40", "5"], [Delta(40, 40), Delta(40, 5)])]
    ['40          ', '5 (−87.5 %)']
    """
    percents = [f"({p} %)" if (p := percent_of(d)) and d.percent is not None else p for d in deltas]
    widest = max(map(len, percents), default=0)
    return [
        Cell(d.change, f"{text} {percent:>{widest}}" if widest else text)
        for text, percent, d in zip(texts, percents, deltas, strict=True)
    ]
