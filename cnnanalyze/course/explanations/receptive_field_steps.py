"""The recurrence: what a unit sees, worked out layer by layer from the input on.

It follows one path from the input to the layer, the one that makes the field as large as it is.
Each row runs on the index map that the layer's own rule gives, with a name for every number, and
is held against the field of the analysis, which is found by another method (intervals).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from cnnanalyze.core.expression import Expression, Name, Value, given, made
from cnnanalyze.core.number import Num, Ratio, tree
from cnnanalyze.core.periodic_field import (
    INPUT_FIELD,
    Interval,
    PeriodicField,
    Strand,
    follow_field,
)
from cnnanalyze.core.reach import (
    POINT,
    Bins,
    Everywhere,
    Reach,
    Sampled,
    Transposed,
    Whole,
    Window,
)
from cnnanalyze.course.explanations.simplify import textbook_form
from cnnanalyze.course.explanations.symbolic_layer import SymbolicLayer
from cnnanalyze.graph.node import NodeId


class PathLayer(NamedTuple):
    """One layer of the path: what its units see, and through which map they see it."""

    id: NodeId
    reach: Reach
    extent: int
    """The extent of the input, for layers that read all of it."""
    below: Strand
    strand: Strand
    direct: bool
    """Whether the map alone explains the strand; if not, several paths meet here."""
    axis: int
    """Along which axis of the layer's own map this is; axes may have moved."""


Naming = Callable[[str], Name]


class RecurrenceRow(NamedTuple):
    """The numbers of one layer of the path, and how they come about."""

    label: str
    kernel: Expression
    stride: Expression
    size: Expression
    jump: Expression
    first: Expression | None
    """Nothing if unit 0 sees nothing."""
    by_formula: bool = True
    """Whether the window, the stride and the layer before give it; else it is read off."""
    pads: bool = False


def path(asked: SymbolicLayer, axis: int) -> list[PathLayer]:
    """Return the layers through which the units of a layer see most, from the input on."""
    analysis = asked.analysis
    at, strand = asked.node.id, _field(asked, asked.node.id, axis).local
    links: list[PathLayer] = []
    while at != asked.image.name:
        node = analysis.network[at]
        maps = node.layer.reach(*node.input_shapes)
        assert maps is not None
        found = []
        for k, source in enumerate(node.inputs):
            if source != asked.image.name and source not in asked.image:
                continue  # it sees nothing of the input
            own, place = maps[k], _place(asked, source, axis)
            reach = own[place] if place < len(own) else POINT
            extent = node.input_shapes[k].size[place] if place < len(own) else 1
            for below in _strands(_field(asked, source, axis)):
                above = follow_field(PeriodicField((below,)), reach, extent)
                found += [
                    (one == strand, one.size, k, source, reach, extent, below, place)
                    for one in above.strands
                ]
        direct, _, _, source, reach, extent, below, place = max(found, key=_preference)
        links.append(PathLayer(at, reach, extent, below, strand, direct, place))
        at, strand = source, below
    return links[::-1]


def _place(asked: SymbolicLayer, id: NodeId, axis: int) -> int:  # noqa: A002
    """Return along which axis of a layer's output an axis of the input lies."""
    order = () if id == asked.image.name else asked.image[id].order
    return order.index(axis) if order else axis


def _preference(
    candidate: tuple[bool, int, int, NodeId, Reach, int, Strand, int],
) -> tuple[bool, int, int]:
    return candidate[0], candidate[1], -candidate[2]


def _strands(field: PeriodicField) -> Sequence[Strand]:
    local = field.local
    return (local, *(s for s in field.strands if s is not local))


def _field(asked: SymbolicLayer, id: NodeId, axis: int) -> PeriodicField:  # noqa: A002
    if id == asked.image.name:
        return INPUT_FIELD
    fields = asked.image[id].fields
    assert fields is not None
    return fields[axis]


def recurrence(asked: SymbolicLayer, axis: int | None) -> list[RecurrenceRow]:
    """Return the numbers of every layer of the path, each computed from those of the one before.

    Without an axis, the numbers are those of the first one, and hold for all.
    """
    rank = asked.image.shape.rank

    def name(key: str) -> Name:
        return Name(key, axis, rank)

    return [_recurrence_step(asked, link, name) for link in path(asked, axis or 0)]


def _recurrence_step(asked: SymbolicLayer, link: PathLayer, name: Naming) -> RecurrenceRow:
    def arranged(number: object) -> Expression:
        return textbook_form(tree(number), asked.notation)

    below = link.below
    seen = below.at(0)
    size = Num(below.size, name("field before"))
    rate = below.rate
    jump = _named(rate, name("jump before"))
    first = Num(seen[0] if seen else 0, name("first before"))
    reach = link.reach
    if link.direct and link.strand == below:
        return RecurrenceRow(
            link.id, given(1), given(1), tree(size), tree(jump), tree(first) if seen else None
        )
    if link.direct and below.period == 1 and seen is not None and below.advance:
        if isinstance(reach, Whole):
            n = Num(link.extent, name("kernel"))
            grown = arranged(size + (n - 1) * jump)
            layer_row = RecurrenceRow(link.id, arranged(n), given(1), grown, given(0), tree(first))
            return _checked(link, name, layer_row)
        if isinstance(reach, Everywhere) or reach is POINT:
            layer_row = RecurrenceRow(
                link.id, given(1), given(1), tree(size), tree(jump), tree(first)
            )
            return _checked(link, name, layer_row)
        if isinstance(reach, Window):
            w = _own(asked, link)
            layer_row = RecurrenceRow(
                link.id,
                arranged(w.kernel),
                arranged(w.stride),
                arranged(size + w.dilation * (w.kernel - 1) * jump),
                arranged(jump * w.stride),
                arranged(first - w.before * jump),
                pads=reach.before > 0,
            )
            return _checked(link, name, layer_row)
    return _from_interval(link, name)


def _named(value: Value, name: Name) -> Num | Ratio:
    whole = Fraction(value)
    return Num(int(whole), name) if whole.denominator == 1 else Ratio(whole, name)


def _own(asked: SymbolicLayer, link: PathLayer) -> Window:
    """Return the window of a layer, its numbers with their names."""
    layer = SymbolicLayer(asked.analysis, asked.analysis.facts[link.id], asked.notation)
    maps = layer.layer.reach(*layer.inputs)
    assert maps is not None
    for own in maps:
        found = own[link.axis] if link.axis < len(own) else None
        if isinstance(found, Window) and found == link.reach:
            return found
    raise AssertionError(link.id)


def _checked(link: PathLayer, name: Naming, layer_row: RecurrenceRow) -> RecurrenceRow:
    """Return a row, if it gives what the intervals give; else read it off them."""
    seen = link.strand.at(0)
    agrees = (
        layer_row.size.value == link.strand.size
        and layer_row.jump.value == link.strand.rate
        and seen is not None
        and layer_row.first is not None
        and layer_row.first.value == seen[0]
    )
    return layer_row if agrees else _from_interval(link, name)


def _from_interval(link: PathLayer, name: Naming) -> RecurrenceRow:
    """Read a row off the widest interval that a unit sees: ``b - a + 1``."""
    low, high = _widest(link.strand)
    first, last = given(low, name("first seen")), given(high, name("last"))
    size = made("+", last, made("-", first), given(1))
    zero = link.strand.at(0)
    rate, before = link.strand.rate, link.below.rate
    if before and rate:
        step = given(whole_number(rate / before), name("stride"))
        jump = made("*", given(whole_number(before), name("jump before")), step)
    else:
        step, jump = given(1), given(whole_number(rate))
    return RecurrenceRow(
        link.id,
        given(_kernel(link)),
        step,
        size,
        jump,
        None if zero is None else given(zero[0]),
        by_formula=False,
    )


def _widest(strand: Strand) -> Interval:
    """Return the first interval of the largest size; of nothing, one without any index."""
    seen = filter(None, strand.intervals)
    return next((i for i in seen if i[1] - i[0] + 1 == strand.size), (0, -1))


def _kernel(link: PathLayer) -> int:
    """Return how many inputs lie in the window of a layer, the widest if they differ."""
    reach = link.reach
    match reach:
        case Window() | Transposed():
            return reach.kernel
        case Bins() | Sampled():
            return reach.most_taps
        case Whole():
            return link.extent
        case _:
            return 1


def whole_number(value: Value) -> Value:
    """Return a whole number as such, whatever it came in."""
    whole = Fraction(value)
    return whole.numerator if whole.denominator == 1 else whole
