"""Receptive field steps: the recurrence, worked out layer by layer from the input on.

It follows one path from the input to the layer, the one that makes the field as large as it is.
Each row runs on the index map that the layer's own rule gives, with a name for every number, and
is held against the field of the analysis, which is found by another method (intervals).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from cnnanalyze.core.adaptive_bins import Bins
from cnnanalyze.core.expression import Expression, Name, Value, given, made
from cnnanalyze.core.number import Num, Ratio, tree
from cnnanalyze.core.periodic_field import (
    INPUT_FIELD,
    Interval,
    PathField,
    PeriodicField,
    follow_field,
)
from cnnanalyze.core.reach import POINT, Everywhere, Reach, Whole, Window
from cnnanalyze.core.resampling import Sampled, Transposed
from cnnanalyze.course.explanations.simplify import textbook_form
from cnnanalyze.course.explanations.symbolic_layer import SymbolicLayer
from cnnanalyze.graph.node import NodeId


class PathLayer(NamedTuple):
    """One layer of the path, with its index map and the fields before and after it."""

    id: NodeId
    reach: Reach
    extent: int
    """The extent of the input, for layers that read all of it."""
    below: PathField
    path_field: PathField
    direct: bool
    """Whether the map alone explains the path_field; if not, several paths meet here."""
    axis: int
    """Along which axis of the layer's own map this is; axes may have moved."""


Naming = Callable[[str], Name]


class RecurrenceRow(NamedTuple):
    """The numbers of one layer of the path, with their derivation."""

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


def path(symbolic: SymbolicLayer, axis: int) -> list[PathLayer]:
    """Return the path with the largest field to a layer, from the input on."""
    analysis = symbolic.analysis
    at, path_field = symbolic.node.id, _field(symbolic, symbolic.node.id, axis).local
    path_layers: list[PathLayer] = []
    while at != symbolic.image.name:
        node = analysis.network[at]
        maps = node.layer.reach(*node.input_shapes)
        assert maps is not None
        found = []
        for k, source in enumerate(node.inputs):
            if source != symbolic.image.name and source not in symbolic.image:
                continue  # it sees nothing of the input
            own, place = maps[k], _place(symbolic, source, axis)
            reach = own[place] if place < len(own) else POINT
            extent = node.input_shapes[k].size[place] if place < len(own) else 1
            for below in _strands(_field(symbolic, source, axis)):
                above = follow_field(PeriodicField((below,)), reach, extent)
                found += [
                    (one == path_field, one.size, k, source, reach, extent, below, place)
                    for one in above.path_fields
                ]
        direct, _, _, source, reach, extent, below, place = max(found, key=_preference)
        path_layers.append(PathLayer(at, reach, extent, below, path_field, direct, place))
        at, path_field = source, below
    return path_layers[::-1]


def _place(symbolic: SymbolicLayer, id: NodeId, axis: int) -> int:  # noqa: A002
    """Return along which axis of a layer's output an axis of the input lies."""
    order = () if id == symbolic.image.name else symbolic.image[id].order
    return order.index(axis) if order else axis


def _preference(
    candidate: tuple[bool, int, int, NodeId, Reach, int, PathField, int],
) -> tuple[bool, int, int]:
    return candidate[0], candidate[1], -candidate[2]


def _strands(field: PeriodicField) -> Sequence[PathField]:
    local = field.local
    return (local, *(s for s in field.path_fields if s is not local))


def _field(symbolic: SymbolicLayer, id: NodeId, axis: int) -> PeriodicField:  # noqa: A002
    if id == symbolic.image.name:
        return INPUT_FIELD
    fields = symbolic.image[id].fields
    assert fields is not None
    return fields[axis]


def recurrence(symbolic: SymbolicLayer, axis: int | None) -> list[RecurrenceRow]:
    """Return the numbers of every layer of the path, each computed from those of the one before.

    Without an axis, the numbers are those of the first one, and hold for all.
    """
    rank = symbolic.image.shape.rank

    def name(key: str) -> Name:
        return Name(key, axis, rank)

    return [
        _recurrence_step(symbolic, path_layer, name) for path_layer in path(symbolic, axis or 0)
    ]


def _recurrence_step(symbolic: SymbolicLayer, path_layer: PathLayer, name: Naming) -> RecurrenceRow:
    def arranged(number: object) -> Expression:
        return textbook_form(tree(number), symbolic.notation)

    below = path_layer.below
    seen = below.at(0)
    size = Num(below.size, name("field before"))
    rate = below.rate
    jump = _named(rate, name("jump before"))
    first = Num(seen[0] if seen else 0, name("first before"))
    reach = path_layer.reach
    if path_layer.direct and path_layer.path_field == below:
        return RecurrenceRow(
            path_layer.id, given(1), given(1), tree(size), tree(jump), tree(first) if seen else None
        )
    if path_layer.direct and below.period == 1 and seen is not None and below.advance:
        if isinstance(reach, Whole):
            n = Num(path_layer.extent, name("kernel"))
            grown = arranged(size + (n - 1) * jump)
            layer_row = RecurrenceRow(
                path_layer.id, arranged(n), given(1), grown, given(0), tree(first)
            )
            return _checked(path_layer, name, layer_row)
        if isinstance(reach, Everywhere) or reach is POINT:
            layer_row = RecurrenceRow(
                path_layer.id, given(1), given(1), tree(size), tree(jump), tree(first)
            )
            return _checked(path_layer, name, layer_row)
        if isinstance(reach, Window):
            w = _own(symbolic, path_layer)
            layer_row = RecurrenceRow(
                path_layer.id,
                arranged(w.kernel),
                arranged(w.stride),
                arranged(size + w.dilation * (w.kernel - 1) * jump),
                arranged(jump * w.stride),
                arranged(first - w.before * jump),
                pads=reach.before > 0,
            )
            return _checked(path_layer, name, layer_row)
    return _from_interval(path_layer, name)


def _named(value: Value, name: Name) -> Num | Ratio:
    whole = Fraction(value)
    return Num(int(whole), name) if whole.denominator == 1 else Ratio(whole, name)


def _own(symbolic: SymbolicLayer, path_layer: PathLayer) -> Window:
    """Return the window of a layer, its numbers with their names."""
    layer = SymbolicLayer(
        symbolic.analysis, symbolic.analysis.facts[path_layer.id], symbolic.notation
    )
    maps = layer.layer.reach(*layer.inputs)
    assert maps is not None
    for own in maps:
        found = own[path_layer.axis] if path_layer.axis < len(own) else None
        if isinstance(found, Window) and found == path_layer.reach:
            return found
    raise AssertionError(path_layer.id)


def _checked(path_layer: PathLayer, name: Naming, layer_row: RecurrenceRow) -> RecurrenceRow:
    """Return a row if it agrees with the intervals, else a row read from the intervals."""
    seen = path_layer.path_field.at(0)
    agrees = (
        layer_row.size.value == path_layer.path_field.size
        and layer_row.jump.value == path_layer.path_field.rate
        and seen is not None
        and layer_row.first is not None
        and layer_row.first.value == seen[0]
    )
    return layer_row if agrees else _from_interval(path_layer, name)


def _from_interval(path_layer: PathLayer, name: Naming) -> RecurrenceRow:
    """Read a row off the widest interval that a unit sees: ``b - a + 1``."""
    low, high = _widest(path_layer.path_field)
    first, last = given(low, name("first seen")), given(high, name("last"))
    size = made("+", last, made("-", first), given(1))
    zero = path_layer.path_field.at(0)
    rate, before = path_layer.path_field.rate, path_layer.below.rate
    if before and rate:
        step = given(whole_number(rate / before), name("stride"))
        jump = made("*", given(whole_number(before), name("jump before")), step)
    else:
        step, jump = given(1), given(whole_number(rate))
    return RecurrenceRow(
        path_layer.id,
        given(_kernel(path_layer)),
        step,
        size,
        jump,
        None if zero is None else given(zero[0]),
        by_formula=False,
    )


def _widest(path_field: PathField) -> Interval:
    """Return the first of the largest intervals; an empty one if there are none."""
    seen = filter(None, path_field.intervals)
    return next((i for i in seen if i[1] - i[0] + 1 == path_field.size), (0, -1))


def _kernel(path_layer: PathLayer) -> int:
    """Return how many inputs lie in the window of a layer, the widest if they differ."""
    reach = path_layer.reach
    match reach:
        case Window() | Transposed():
            return reach.kernel
        case Bins() | Sampled():
            return reach.most_taps
        case Whole():
            return path_layer.extent
        case _:
            return 1


def whole_number(value: Value) -> Value:
    """Return a fraction that is whole as an integer."""
    whole = Fraction(value)
    return whole.numerator if whole.denominator == 1 else whole
