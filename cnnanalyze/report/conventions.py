"""One network under every convention: what each counts, and where it departs from ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from cnnanalyze.analysis.result import Analysis, Total
from cnnanalyze.analysis.terms import formula_of
from cnnanalyze.characters import cells, pad, wrap
from cnnanalyze.core.conventions import DEFAULT, Convention, convention, names
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.language.spec import spec_of
from cnnanalyze.report.numbers import count_of, exact, short
from cnnanalyze.report.table import Cell, Heading, Table
from cnnanalyze.report.terminal import GAP, Lines, Stretch

QUANTITIES = ("operations", "parameters")


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
    """What does every convention make of this network?

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
        for quantity in QUANTITIES
        for row in rows
        if _speaks(row, quantity)
    )


_FIRST = (DEFAULT, "pytorch")
"""What the others are compared with stands above them."""


def _speaks(row: Convention, quantity: str) -> bool:
    """Whether a convention has something to say; of parameters, only what not all others say."""
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


class ConventionTable(Lines):
    """The readings of one network, for a terminal."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.readings = readings(analysis)

    def lines(self, width: int) -> Iterator[list[Stretch]]:
        """Lay out one line for each convention, its differences wrapped where there is no room."""
        network = self.analysis.network
        title = [network.name, f"input {network.input}"]
        title += [f"{name}={value}" for name, value in spec_of(network).settings]
        yield [(" · ".join(title), "bold")]
        names_wide = max(cells(r.convention.name) for r in self.readings)
        numbers_wide = max(len(r.text) for r in self.readings)
        for quantity in QUANTITIES:
            rows = [r for r in self.readings if r.quantity == quantity]
            yield []
            first = rows[0].convention.name
            heads = (f"{quantity:{names_wide}}", f"{'count':>{numbers_wide}}", f"{'ratio':>5}")
            yield [(GAP.join((*heads, f"against {first}")), "bold")]
            indent = names_wide + numbers_wide + 5 + 3 * len(GAP)
            for reading in rows:
                said = wrap(_said(reading), max(24, width - indent)) or [""]
                start = (
                    f"{pad(reading.convention.name, names_wide)}{GAP}"
                    f"{reading.text:>{numbers_wide}}{GAP}{reading.ratio:5.3f}{GAP}"
                )
                yield [(start, ""), (said[0], "dim")]
                for more in said[1:]:
                    yield [(" " * indent, ""), (more, "dim")]


def tabulate(analysis: Analysis) -> Table:
    """Return the readings as a table for the other formats."""
    heads = (
        Heading("convention", "convention", "left"),
        Heading("quantity", "quantity", "left"),
        Heading("number", "count", "right"),
        Heading("ratio", "ratio", "right"),
        Heading("differences", "against ours", "left"),
    )
    rows = tuple(
        (
            Cell(r.convention.name, r.convention.name),
            Cell(r.quantity, r.quantity),
            Cell(r.text if r.uncounted else r.number, r.text),
            Cell(f"{r.ratio:.3f}", f"{r.ratio:.3f}"),
            Cell(_said(r), _said(r)),
        )
        for r in readings(analysis)
    )
    return Table(heads, rows)


def to_dict(analysis: Analysis) -> dict[str, Any]:
    """Return the readings as plain data, each with its source and all its differences."""
    from cnnanalyze.report.json import plain  # noqa: PLC0415 - for this format only

    network = analysis.network
    return {
        "schema": VERSIONS["conventions"],
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
            for r in readings(analysis)
        ],
    }


def render(analysis: Analysis, format: str, width: int | None = None) -> str:  # noqa: A002
    """Return the readings of one network as text in a format of ``summary``."""
    from cnnanalyze.report import write_table  # noqa: PLC0415 - the package imports its formats late

    if format == "json":
        from cnnanalyze.report.json import dump  # noqa: PLC0415

        return dump(to_dict(analysis))
    if format == "table":
        from cnnanalyze.report.terminal import terminal_width  # noqa: PLC0415

        return ConventionTable(analysis).plain(width or terminal_width())
    return write_table(tabulate(analysis), format)
