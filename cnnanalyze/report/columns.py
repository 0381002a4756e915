"""The columns of a table of layers: one entry for each, with everything that a column needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Literal, NamedTuple, TypeVar

from cnnanalyze.analysis.alpha import discounted
from cnnanalyze.analysis.border import overhangs
from cnnanalyze.core.periodic_field import Strand
from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.base import Fit
from cnnanalyze.report.attributes import brief
from cnnanalyze.report.numbers import exact, per_axis, percent, size
from cnnanalyze.report.options import Options, operations_title
from cnnanalyze.report.receptive_field_text import brief as brief_field
from cnnanalyze.report.receptive_field_text import brief_centre, brief_padding, brief_stride
from cnnanalyze.report.view import Row, View

Value = int | str | bool | Fraction | None
"""What stands in a cell: an exact number, a text, or nothing if it cannot be told."""
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


def _bytes(value: Value) -> str:
    return size(value) if isinstance(value, int) else _text(value)


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
    """One column: what it is called, what stands in a row, what stands below."""

    key: str
    title: str
    about: str
    get: Callable[[Row, View], Value]
    priority: int
    """Where there is no room the column with the largest goes first; 0 never goes."""
    total: Callable[[View], Value] | None = None
    """What stands below the rows; nothing where a sum has no meaning."""
    align: Align = "right"
    text: Callable[[Value], str] = _text
    """How a value is printed for people."""
    drawn: bool = False
    """Whether it only draws what another column says in numbers."""
    of_place: bool = False
    """Whether it differs between layers that differ in nothing but where they stand."""

    def heading(self, options: Options) -> str:
        """Return the title; a count of operations is called by its convention."""
        return self.title or operations_title(options.convention)


# --- what stands in a cell ------------------------------------------------------------------------


def _operations(row: Row, convention: str) -> int | None:
    """Return the count of a row; nothing if some layer of it cannot be counted."""
    if (only := row.only) is not None:
        return only.operations(convention)
    return None if row.total.uncounted(convention) else row.total.operations(convention)


def _all_operations(view: View, convention: str) -> Value:
    count = view.total.operations(convention)
    return f"≥ {exact(count)}" if view.total.uncounted(convention) else count


def _input(row: Row, view: View) -> Value:
    return " + ".join(map(view.options.shape, row.facts[0].node.input_shapes))


def _field(row: Row) -> Value:
    fields = row.last.fields
    if fields is None:
        return None
    return brief_field(fields)


def _moving(row: Row, say: Callable[[Sequence[Strand]], str]) -> Value:
    return None if row.strands is None else say(row.strands)


def _minimal(row: Row) -> Value:
    narrow = row.last.narrow
    if narrow is None:
        return None
    strands = [f.local for f in narrow]
    if strands and not any(s.advance for s in strands):
        return "all"
    return per_axis([s.size for s in strands])


def _fit(row: Row) -> Value:
    if row.only is None:
        return ""
    return describe_fit(row.only.fit, overhang=any(overhangs(row.only)))


def describe_fit(fits: tuple[Fit, ...], *, overhang: bool = False) -> str:
    """Return how windows lie on their input: exactly, with so much left unread, or hanging over.

    Examples
    --------
    >>> describe_fit((Fit(28, 0, 0, True, 0), Fit(28, 0, 0, False, 1)))
    'unread 0x1'
    """
    if not fits:
        return ""
    if all(f.exact for f in fits):
        return "exact"
    if any(f.unread for f in fits):
        return f"unread {per_axis([f.unread for f in fits])}"
    return "hangs over" if overhang else "padding unread"


def _live(row: Row, view: View) -> int:
    return view.bytes(view.options.batch * max(view.live[f.node.id] for f in row.facts))


def view_peak(view: View) -> int:
    """Return the bytes of the activations alive at the worst moment, for the batch."""
    return view.bytes(view.options.batch * view.analysis.memory.peak)


def _stored(row: Row) -> int:
    return sum(f.parameters for f in row.facts)


def _share(row: Row, view: View) -> Value:
    convention = view.options.convention
    count = _operations(row, convention)
    return None if count is None else percent(count, view.total.operations(convention))


def _length(row: Row, view: View) -> Value:
    count = _operations(row, view.options.convention)
    return None if count is None else percent(count, view.most_operations)


COLUMNS: tuple[Column, ...] = (
    Column(
        "name",
        "layer",
        "path of the layer or of the group",
        lambda r, _: r.name,
        0,
        align="left",
        of_place=True,
    ),
    Column(
        "kind", "kind", "layer kind, or layers in a group", lambda r, _: r.kind, 1, align="left"
    ),
    Column(
        "attributes",
        "attributes",
        "kernel, stride, padding and what else is not at its default",
        lambda r, _: "" if r.only is None else brief(r.only.node),
        5,
        align="left",
    ),
    Column("input", "input", "shapes that go in", _input, ON_REQUEST),
    Column(
        "output",
        "output",
        "shape that comes out, for one image",
        lambda r, v: v.options.shape(r.last.output),
        0,
    ),
    Column(
        "activations",
        "activations",
        "numbers in the outputs of all layers of the row, for one image",
        lambda r, _: r.total.activations,
        4,
        lambda v: v.total.activations,
    ),
    Column(
        "weights",
        "weights",
        "learnable numbers that are no biases",
        lambda r, _: r.total.weights,
        9,
        lambda v: v.total.weights,
    ),
    Column(
        "biases",
        "biases",
        "biases, and the shifts of normalisations",
        lambda r, _: r.total.biases,
        10,
        lambda v: v.total.biases,
    ),
    Column(
        "parameters",
        "parameters",
        "weights and biases, frozen ones included; batch-norm statistics are none",
        lambda r, _: r.total.parameters,
        0,
        lambda v: v.total.parameters,
    ),
    Column(
        "trainable",
        "trainable",
        "parameters that training changes",
        lambda r, _: r.total.trainable,
        ON_REQUEST,
        lambda v: v.total.trainable,
    ),
    Column(
        "parameter_share",
        "% parameters",
        "share of the network's parameters",
        lambda r, v: percent(r.total.parameters, v.total.parameters),
        ON_REQUEST,
        text=_percent,
    ),
    Column(
        "operations",
        "",
        "operations for one image under the chosen convention",
        lambda r, v: _operations(r, v.options.convention),
        ON_REQUEST,
        lambda v: _all_operations(v, v.options.convention),
    ),
    Column(
        "macs",
        "MACs",
        "multiply-accumulates of convolution and dense layers, for one image",
        lambda r, _: _operations(r, "mac"),
        8,
        lambda v: _all_operations(v, "mac"),
    ),
    Column(
        "flops",
        "FLOPs",
        "two per multiply-accumulate and one per other operation, for one image",
        lambda r, _: _operations(r, "flop"),
        8,
        lambda v: _all_operations(v, "flop"),
    ),
    Column(
        "alpha",
        "α-MACs",
        "multiply-accumulates discounted by a cost model, in which large maps are cheap",
        lambda r, _: round(sum(map(discounted, r.facts))),
        ON_REQUEST,
        lambda v: round(sum(map(discounted, v.analysis))),
    ),
    Column(
        "share",
        "%",
        "share of the network's operations under the chosen convention",
        _share,
        3,
        text=_percent,
    ),
    Column(
        "bar",
        "share",
        "the operations of the row against the row that has most",
        _length,
        5,
        align="left",
        text=_bar,
        drawn=True,
    ),
    Column(
        "field",
        "field",
        "receptive field in the input; '+all' if all of it is seen, too, through a statistic",
        lambda r, _: _field(r),
        2,
    ),
    Column(
        "stride",
        "stride",
        "effective stride in the input",
        lambda r, _: _moving(r, brief_stride),
        6,
    ),
    Column(
        "padding",
        "padding",
        "effective padding of the input",
        lambda r, _: _moving(r, brief_padding),
        11,
    ),
    Column(
        "centre",
        "centre",
        "middle of what the first unit sees, as an index of the input",
        lambda r, _: _moving(r, brief_centre),
        ON_REQUEST,
    ),
    Column(
        "aligned",
        "aligned",
        "whether all paths to here see around one centre at one stride",
        lambda r, _: r.last.aligned,
        ON_REQUEST,
        align="left",
    ),
    Column(
        "minimal",
        "least field",
        "receptive field along the narrowest path",
        lambda r, _: _minimal(r),
        ON_REQUEST,
    ),
    Column(
        "fit", "fit", "how the windows lie on their input", lambda r, _: _fit(r), 12, align="left"
    ),
    Column(
        "live",
        "live",
        "most memory of the activations alive at a time, for the batch",
        _live,
        7,
        view_peak,
        text=_bytes,
        of_place=True,
    ),
    Column(
        "weight_memory",
        "weight memory",
        "memory of all numbers that the layers hold, statistics included",
        lambda r, v: v.bytes(_stored(r)),
        ON_REQUEST,
        lambda v: v.bytes(v.total.stored),
        text=_bytes,
    ),
)


_BY_KEY: dict[str, Column] = {c.key: c for c in COLUMNS}


def column(key: str) -> Column:
    """Return the column of a key, or refuse it with the nearest known."""
    return pick(key, _BY_KEY)


def pick(key: str, known: Mapping[str, T]) -> T:
    """Return what is known under a key of a column, or refuse it with the nearest known."""
    if key not in known:
        raise UsageError(
            f"there is no column '{key}'{nearest(key, list(known))}",
            help=f"the columns are {', '.join(known)}",
        )
    return known[key]


def offered(options: Options) -> tuple[tuple[Column, int], ...]:
    """Return the columns that a table may show, each with its priority, in order.

    The count under the chosen convention takes the place that nothing drives out.
    """
    if options.columns:
        return tuple((column(key), 0) for key in options.columns)
    chosen = {"mac": "macs", "flop": "flops"}.get(options.convention, "operations")
    return tuple(
        (c, 0 if c.key == chosen else c.priority)
        for c in COLUMNS
        if c.priority < ON_REQUEST or c.key == chosen
    )
