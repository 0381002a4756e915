"""One network under every convention: what each counts, and where it differs from ours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from cnnanalyze.analysis.result import Analysis, Total
from cnnanalyze.analysis.terms import formula_of
from cnnanalyze.core.conventions import DEFAULT, Convention, convention, names
from cnnanalyze.core.quantities import by_convention
from cnnanalyze.core.spelling import count_of
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.graph.network import inputs_of
from cnnanalyze.language.spec import spec_of
from cnnanalyze.report.document import Block, Deferred, Document, Heading, Tabular
from cnnanalyze.report.json import plain
from cnnanalyze.report.networks import labels
from cnnanalyze.report.numbers import exact, short
from cnnanalyze.report.summary import SECTION
from cnnanalyze.report.table import Cell, Table, cells_of
from cnnanalyze.report.table import Heading as Column


class KindDifference(NamedTuple):
    """What one layer kind adds to a count, or takes from it, against the default convention."""

    kind: str
    amount: int
    formula: str
    """What the convention counts of such a layer."""


class ConventionCount(NamedTuple):
    """One network under one convention."""

    convention: Convention
    quantity: str
    number: int
    ratio: float
    """Against the default convention."""
    differences: tuple[KindDifference, ...]
    """By layer kind, the largest first."""
    uncounted: tuple[str, ...] = ()
    """Kinds of layers of which the convention does not say what they count."""

    @property
    def text(self) -> str:
        """The number; a lower bound if some kinds are not counted."""
        return f"{'≥ ' if self.uncounted else ''}{exact(self.number)}"


def readings(analysis: Analysis) -> tuple[ConventionCount, ...]:
    """Return the counts of a network under every convention.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 9x7x2, layers: [{conv: {filters: 5, kernel: 3}}, bn]}")
    >>> keras = [r for r in readings(cnn.analyze(net).analysis) if r.convention.name == "keras"]
    >>> (difference,) = keras[0].differences
    >>> keras[0].number, difference.kind, difference.amount, difference.formula
    (115, 'batchnorm', 10, 'learned + statistics + constants')
    """
    rows = sorted(map(convention, names()), key=lambda row: (row.name not in _FIRST, row.name))
    return tuple(
        _read(analysis.total, row, quantity)
        for quantity in by_convention()
        for row in rows
        if _is_shown(row, quantity)
    )


_FIRST = (DEFAULT, "pytorch")
"""The conventions that the others are compared with come first."""


def _is_shown(row: Convention, quantity: str) -> bool:
    """Whether a convention counts a quantity; of parameters, only if not as most others do."""
    if quantity not in row.counts.split():
        return False
    return quantity == "operations" or row.name == "pytorch" or str(row.parts) != "learned"


def _read(total: Total, row: Convention, quantity: str) -> ConventionCount:
    if quantity == "operations":
        number, ours = total.operations(row.name), total.operations(DEFAULT)
    else:
        number, ours = total.counted_parameters(row.name), total.counted_parameters(DEFAULT)
    missing = total.uncounted(row.name) if quantity == "operations" else ()
    by_kind: dict[str, int] = {}
    formulas: dict[str, str] = {}
    for facts, layers in total.distinct():
        if facts.node.kind in missing:
            continue
        if quantity == "operations":
            here = facts.operations(row.name) or 0
            default = facts.operations(DEFAULT) or 0
        else:
            here = facts.counted_parameters(row.name)
            default = facts.counted_parameters(DEFAULT)
        kind = facts.node.kind
        by_kind[kind] = by_kind.get(kind, 0) + layers * (here - default)
        if here != default:
            counted = str(formula_of(facts.node, row)) if quantity == "operations" else ""
            formulas.setdefault(kind, counted or str(row.parts))
    differences = (KindDifference(kind, n, formulas[kind]) for kind, n in by_kind.items() if n)
    ordered = sorted(differences, key=lambda d: (-abs(d.amount), d.kind))
    ratio = number / ours if ours else 1.0
    return ConventionCount(row, quantity, number, ratio, tuple(ordered), missing)


MOST = 4
"""Kinds that are named in a line; more are only counted."""


def _said(reading: ConventionCount) -> str:
    parts = [f"{d.kind} {_signed(d.amount)}" for d in reading.differences[:MOST]]
    rest = reading.differences[MOST:]
    if rest:
        amount = sum(d.amount for d in rest)
        parts.append(f"{count_of(len(rest), 'other kind')} {_signed(amount)}")
    if reading.uncounted:
        parts.append(f"not counted: {', '.join(reading.uncounted)}")
    return ", ".join(parts)


def _signed(number: int) -> str:
    return f"{'+' if number >= 0 else '−'}{short(abs(number))}"


def conventions(analyses: Sequence[Analysis]) -> Document:
    r"""Return the counts of each network under every convention.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.report.writers import render
    >>> net = cnn.loads("{cnn: 1, name: tiny, input: 9x7x2, layers: [bn, relu]}")
    >>> print("\n".join(render(conventions([cnn.analyze(net).analysis])).splitlines()[-12:-9]))
    parameters     count  ratio  against pytorch
    ─────────────  ─────  ─────  ───────────────
    pytorch            4  1.000
    """
    counted = [(analysis, readings(analysis)) for analysis in analyses]

    def blocks() -> Iterator[Block]:
        for analysis, counts in counted:
            yield Heading(_title(analysis), SECTION)
            yield from (Tabular(_table(q, counts)) for q in by_convention())

    def data() -> dict[str, Any]:
        schema = {"schema": VERSIONS["conventions"]}
        found = [schema | _data(analysis, counts) for analysis, counts in counted]
        return found[0] if len(found) == 1 else schema | {"networks": found}

    return Document(
        "Counting conventions",
        Deferred(blocks),
        data,
        table=lambda: _whole(counted),
    )


def _title(analysis: Analysis) -> str:
    network = analysis.network
    settings = (f"{name}={value}" for name, value in spec_of(network).settings)
    return " · ".join([network.name, inputs_of(network, str), *settings])


def _table(quantity: str, counts: Sequence[ConventionCount]) -> Table:
    """Return how one quantity is counted, as people read it."""
    shown = [count for count in counts if count.quantity == quantity]
    headings = (
        Column("convention", quantity, "left"),
        Column("number", "count", "right", is_plotted=True),
        Column("ratio", "ratio", "right"),
        Column("differences", f"against {shown[0].convention.name}", "left"),
    )
    return Table(headings, tuple(_row(count) for count in shown))


def _whole(counted: Sequence[tuple[Analysis, Sequence[ConventionCount]]]) -> Table:
    """Return everything as one table."""
    headings = (
        Column("network", "network", "left"),
        Column("quantity", "quantity", "left"),
        Column("convention", "convention", "left"),
        Column("number", "count", "right"),
        Column("ratio", "ratio", "right"),
        Column("differences", "differences", "left"),
    )
    rows = (
        cells_of(label, count.quantity, *_row(count))
        for label, (_, counts) in zip(labels([a for a, _ in counted]), counted, strict=True)
        for count in counts
    )
    return Table(headings, tuple(rows))


def _row(count: ConventionCount) -> tuple[Cell, ...]:
    return cells_of(
        count.convention.name,
        Cell(count.text if count.uncounted else count.number, count.text),
        f"{count.ratio:.3f}",
        _said(count),
    )


def _data(analysis: Analysis, counts: Sequence[ConventionCount]) -> dict[str, Any]:
    """Return the counts as plain data, each with its source and all its differences."""
    network = analysis.network
    return {
        "name": network.name,
        "settings": {name: plain(value) for name, value in spec_of(network).settings},
        "conventions": [
            {
                "convention": r.convention.name,
                "description": r.convention.description,
                "source": r.convention.source,
                "quantity": r.quantity,
                "number": r.number,
                "ratio": round(r.ratio, 6),
                "differences": [d._asdict() for d in r.differences],
                "uncounted": list(r.uncounted),
            }
            for r in counts
        ],
    }
