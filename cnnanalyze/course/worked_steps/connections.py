"""Connections: which plane of a kernel lies between which channels of input and output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from cnnanalyze.core.exact_number import Number
from cnnanalyze.course.worked_steps.layer_call import LayerCall
from cnnanalyze.course.worked_steps.volume import Plane, Volume
from cnnanalyze.layers.traits import Trait


class Connection(NamedTuple):
    """A plane of weights between a channel of the input and one of the output."""

    channel: int
    """Of the input."""
    plane: int
    """Its place among the planes of the kernel: the last axes of the tensor, counted through."""


Connections = tuple[tuple[Connection, ...], ...]
"""For each channel of the output."""


def connections_of(call: LayerCall) -> Connections:
    """Return which channels a layer reads for each channel of its output, and with which weights.

    Examples
    --------
    >>> from cnnanalyze.core.shape import Shape
    >>> from cnnanalyze.layers.conv import Conv
    >>> x = Volume((((1,),), ((2,),)))
    >>> call = LayerCall("", Conv(filters=2, kernel=1, groups=2), {}, (x,), Shape((1, 1), 2))
    >>> [[tuple(c) for c in row] for row in connections_of(call)]
    [[(0, 0)], [(1, 1)]]
    """
    layer: Any = call.layer
    if Trait.DEPTHWISE in layer.traits:
        planes = range(call.output.channels)
        return tuple((Connection(p // layer.multiplier, p),) for p in planes)
    if (table := call.attributes.get("table")) is not None:
        places = iter(range(sum(map(len, table))))
        return tuple(tuple(Connection(c, next(places)) for c in row) for row in table)
    each, share = call.x.channels // layer.groups, layer.filters // layer.groups
    return tuple(
        tuple(Connection(k // share * each + i, i * layer.filters + k) for i in range(each))
        for k in range(layer.filters)
    )


def planes_of(numbers: Sequence[Number], size: tuple[int, int]) -> tuple[Plane, ...]:
    """Return the planes of a kernel whose first axes are rows and columns."""
    rows, columns = size
    many = len(numbers) // (rows * columns)
    return tuple(
        tuple(
            tuple(numbers[(r * columns + c) * many + plane] for c in range(columns))
            for r in range(rows)
        )
        for plane in range(many)
    )


def in_order(planes: Sequence[Plane]) -> tuple[Number, ...]:
    """Return the numbers of planes in the order of a tensor whose last axis they are."""
    return Volume(tuple(planes)).flat()


def plane_names(planes: Sequence[tuple[int, int]], channels: int) -> tuple[str, ...]:
    """Return what planes are called, by filter and channel, as far as there are several.

    Examples
    --------
    >>> plane_names([(0, 0), (1, 0)], 1), plane_names([(0, 0), (0, 1)], 2)
    (('filter 1', 'filter 2'), ('channel 1', 'channel 2'))
    """
    filters = len({k for k, _ in planes})
    return tuple(
        ", ".join([f"filter {k + 1}"] * (filters > 1) + [f"channel {c + 1}"] * (channels > 1))
        for k, c in planes
    )
