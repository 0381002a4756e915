"""The columns of a table of layers: one entry for each, with everything that a column needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Literal, NamedTuple, TypeVar

from cnnanalyze.analysis.border import overhangs
from cnnanalyze.analysis.field_text import Fields, of_each
from cnnanalyze.analysis.field_text import brief as brief_field
from cnnanalyze.analysis.quantities import lacking, measure
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.quantities import (
    QUANTITIES,
    Quantity,
    Terms,
    counted_under,
    known,
    rows,
)
from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.base import Fit
from cnnanalyze.report.attributes import brief
from cnnanalyze.report.numbers import exact, per_axis, percent, size
from cnnanalyze.report.options import Options, operations_title
from cnnanalyze.report.receptive_field_text import brief_centre, brief_padding, brief_stride
from cnnanalyze.report.view import LayerRow, View

Value = int | str | bool | Fraction | None
"""The content of a cell: an exact number, a text, or nothing if it is not known."""
Align = Literal["left", "right"]
T = TypeVar("T")
ON_REQUEST = 99
"""The priority of a column that is shown only if somebody asks for it."""


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return exact(value)
    return "?" if value is None else str(value)


def _percent(value: Value) -> str:
    if isinstance(value, Fraction):
        return f"{float(value):.1f}" if value else ""
    return _text(value)


BAR = 8
"""Characters of the longest bar."""
EIGHTHS = " ▏▎▍▌▋▊▉"


def _bar(value: Value) -> str:
    """Draw a share of the largest row as a bar.

    Examples
    --------
    >>> _bar(Fraction(100)), _bar(Fraction(50)), _bar(Fraction(1)), _bar(Fraction(0))
    ('████████', '████', '▏', '')
    """
    if not isinstance(value, Fraction) or not value:
        return ""
    whole, eighths = divmod(max(1, round(value * BAR * len(EIGHTHS) / 100)), len(EIGHTHS))
    return "█" * whole + (EIGHTHS[eighths] if eighths else "")


class Column(NamedTuple):
    """One column: its title, its cells, its total."""

    key: str
    title: str
    about: str
    get: Callable[[LayerRow, View], Value]
    priority: int = ON_REQUEST
    """In a narrow table the column with the largest is left out first; 0 is never left out."""
    total: Callable[[View], Value] | None = None
    """The total below the rows; nothing where a sum has no meaning."""
    align: Align = "right"
    text: Callable[[Value], str] = _text
    """How a value is printed for people."""
    drawn: bool = False
    """Whether it only draws what another column says in numbers."""
    of_place: bool = False
    """Whether it depends on the place of a layer in the network."""

    def heading(self, options: Options) -> str:
        """Return the title; a count of operations is called by its convention."""
        return self.title or operations_title(options.convention)


# --- cells -------------------------------------------------------------------------------------


def number_text(quantity: Quantity, value: Value) -> str:
    """Return the number of a quantity as people read it: counts exactly, memory by its size.

    Examples
    --------
    >>> from cnnanalyze.core.quantities import find
    >>> number_text(find("macs"), 12345), number_text(find("weight_memory"), 2048)
    ('12,345', '2 KiB')
    """
    return size(value) if quantity.is_memory and isinstance(value, int) else _text(value)


def of_row(quantity: Quantity, row: LayerRow, view: View) -> int | None:
    """Return the number of a row; nothing if it is not known for some layer."""
    if (only := row.only) is not None and quantity.of_layer is not None:
        return quantity.of_layer(only, view.terms)
    return measure(quantity, row.total, view.terms)


def of_view(quantity: Quantity, view: View) -> Value:
    """Return the number of the whole network; a lower bound says so."""
    return of_network(quantity, view.analysis, view.terms)


def of_network(quantity: Quantity, analysis: Analysis, terms: Terms) -> Value:
    """Return the number of a network as a cell has it; a lower bound says so."""
    number = measure(quantity, analysis.total, terms, least=True)
    is_partial = number is not None and lacking(quantity, analysis.total, terms)
    return f"≥ {number_text(quantity, number)}" if is_partial else number


def column_of(quantity: Quantity) -> Column:
    """Return the column that shows a quantity."""
    return Column(
        quantity.column,
        "" if quantity.key == "operations" else quantity.heading,
        quantity.about,
        lambda r, v: of_row(quantity, r, v),
        total=lambda v: of_view(quantity, v),
        text=lambda value: number_text(quantity, value),
        of_place=quantity.of_place,
    )


def _input(row: LayerRow, view: View) -> Value:
    return " + ".join(map(view.options.shape, row.facts[0].node.input_shapes))


def _minimal(row: LayerRow) -> Value:
    last = row.last
    narrow = tuple((name, seen._replace(fields=seen.narrow)) for name, seen in last.sees)
    return of_each(replace(last, fields=last.narrow, sees=narrow), _least)


def _least(fields: Fields) -> str:
    path_fields = [f.local for f in fields]
    if path_fields and not any(s.advance for s in path_fields):
        return "all"
    return per_axis([s.size for s in path_fields])


def _aligned(row: LayerRow) -> Value:
    return row.last.aligned and all(seen.aligned for _, seen in row.last.sees)


def _fit(row: LayerRow) -> Value:
    if row.main is None:
        return ""
    return describe_fit(row.main.fit, overhang=any(overhangs(row.main)))


def describe_fit(fits: tuple[Fit, ...], *, overhang: bool = False) -> str:
    """Return how windows lie on their input: exactly, with so much left unread, or hanging over.

    Examples
    --------
    >>> describe_fit((Fit(28, 0, 0, 28, 28), Fit(27, 0, 0, 28, 27)))
    'unread 0x1'
    """
    if not fits:
        return ""
    if all(f.exact for f in fits):
        return "exact"
    if any(f.unread for f in fits):
        return f"unread {per_axis([f.unread for f in fits])}"
    return "hangs over" if overhang else "padding unread"


def _share(row: LayerRow, view: View) -> Value:
    count = of_row(QUANTITIES["operations"], row, view)
    whole = view.total.operations(view.options.convention)
    return None if count is None else percent(count, whole)


def _length(row: LayerRow, view: View) -> Value:
    count = of_row(QUANTITIES["operations"], row, view)
    return None if count is None else percent(count, view.most_operations)


_OWN: tuple[Column, ...] = (
    Column(
        "name",
        "layer",
        "path of the layer or of the group",
        lambda r, _: r.name,
        align="left",
        of_place=True,
    ),
    Column("kind", "kind", "layer kind, or layers in a group", lambda r, _: r.kind, align="left"),
    Column(
        "attributes",
        "attributes",
        "kernel, stride, padding and what else is not at its default",
        lambda r, _: "" if r.main is None else brief(r.main.node),
        align="left",
    ),
    Column("input", "input", "shapes that go in", _input),
    Column(
        "output",
        "output",
        "shape that comes out, for one image",
        lambda r, v: v.options.shape(r.last.output),
    ),
    Column(
        "parameter_share",
        "% parameters",
        "share of the network's parameters",
        lambda r, v: percent(r.total.parameters, v.total.parameters),
        text=_percent,
    ),
    Column(
        "share",
        "%",
        "share of the network's operations under the chosen convention",
        _share,
        text=_percent,
    ),
    Column(
        "bar",
        "share",
        "the operations of the row against the row that has most",
        _length,
        align="left",
        text=_bar,
        drawn=True,
    ),
    Column(
        "field",
        "field",
        "receptive field in the input; '+all' if all of it is seen, too",
        lambda r, _: of_each(r.last, brief_field),
    ),
    Column(
        "stride",
        "stride",
        "effective stride in the input",
        lambda r, _: of_each(r.last, brief_stride),
    ),
    Column(
        "padding",
        "padding",
        "effective padding of the input",
        lambda r, _: of_each(r.last, brief_padding),
    ),
    Column(
        "centre",
        "centre",
        "middle of what the first unit sees, as an index of the input",
        lambda r, _: of_each(r.last, brief_centre),
    ),
    Column(
        "aligned",
        "aligned",
        "whether all paths to here see around one centre at one stride",
        lambda r, _: _aligned(r),
        align="left",
    ),
    Column(
        "minimal",
        "least field",
        "receptive field along the narrowest path",
        lambda r, _: _minimal(r),
    ),
    Column("fit", "fit", "how the windows lie on their input", lambda r, _: _fit(r), align="left"),
)
"""What is shown beside quantities: words, shapes, shares, and where a unit looks; the table below
says which of them are shown unasked."""

PRIORITIES = {
    "name": 0,
    "kind": 1,
    "attributes": 5,
    "input": ON_REQUEST,
    "output": 0,
    "activations": 4,
    "weights": 9,
    "biases": 10,
    "parameters": 0,
    "trainable": ON_REQUEST,
    "parameter_share": ON_REQUEST,
    "operations": ON_REQUEST,
    "macs": 8,
    "flops": 8,
    "alpha": ON_REQUEST,
    "share": 3,
    "bar": 5,
    "field": 2,
    "stride": 6,
    "padding": 11,
    "centre": ON_REQUEST,
    "aligned": ON_REQUEST,
    "minimal": ON_REQUEST,
    "fit": 12,
    "live": 7,
    "weight_memory": ON_REQUEST,
}
"""The order of the columns, and which go first where there is no room; all others come last, and
only if somebody asks for them."""


def columns() -> dict[str, Column]:
    """Return all columns by key: the quantities of the table, and what is shown beside them.

    Examples
    --------
    >>> list(columns())[:3], columns()["name"].priority, columns()["stored"].priority
    (['name', 'kind', 'attributes'], 0, 99)
    """
    own = {c.key: c for c in _OWN}
    counted = {q.column: column_of(q) for q in rows(layers=True) if q.column not in own}
    known = {**own, **counted}
    ordered = dict.fromkeys([*(key for key in PRIORITIES if key in known), *known])
    return {key: known[key]._replace(priority=PRIORITIES.get(key, ON_REQUEST)) for key in ordered}


def column(key: str) -> Column:
    """Return the column of a key, or refuse it with the nearest known."""
    return pick(key, columns())


def pick(key: str, among: Mapping[str, T]) -> T:
    """Return what is known under a key of a column, or refuse it with the nearest known.

    A quantity may be asked for by any of its words.
    """
    words = quantity.words if (quantity := known(key)) else ()
    found = next((word for word in (key, *words) if word in among), None)
    if found is None:
        raise UsageError(
            f"there is no column '{key}'{nearest(key, list(among))}",
            help=f"the columns are {', '.join(among)}",
        )
    return among[found]


def offered(options: Options) -> tuple[tuple[Column, int], ...]:
    """Return the columns that a table may show, each with its priority, in order.

    The count under the chosen convention is never left out.
    """
    every = columns()
    if options.columns:
        return tuple((pick(key, every), 0) for key in options.columns)
    chosen = counted_under(options.convention).column
    return tuple(
        (c, 0 if c.key == chosen else c.priority)
        for c in every.values()
        if c.priority < ON_REQUEST or c.key == chosen
    )
