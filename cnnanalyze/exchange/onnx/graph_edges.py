"""The edges of a graph: which inputs begin it, with which extents, and what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from cnnanalyze.errors import SpecError
from cnnanalyze.exchange.onnx.conversion import (
    Conversion,
    Value,
    Viewed,
    images_of,
    readable,
    whole,
    without_images,
)
from cnnanalyze.exchange.onnx.layout import channels_axis
from cnnanalyze.exchange.onnx.model import Operation
from cnnanalyze.exchange.onnx.model import Value as Declared
from cnnanalyze.exchange.views import IMAGES, REPEATED, Digit, View, joined
from cnnanalyze.graph.builder import MOST_AXES

# --- what goes in ---------------------------------------------------------------------------------


def extents_of(value: Declared, given: Sequence[int] | None, like: str) -> tuple[int, ...]:
    """Return the extents of an input, the batch first; unknown ones must be given."""
    declared = value.shape
    if given is not None:
        extents = tuple(given)
        if declared is not None and len(extents) == len(declared) - 1:
            first = declared[0]
            return (first if isinstance(first, int) and first > 0 else 1, *extents)
        if declared is not None and len(extents) != len(declared):
            raise SpecError(
                f"input '{value.name}' has {len(declared)} extents, the batch included, but "
                f"{len(extents)} are given: {len(extents)} ≠ {len(declared)}",
                help="give all of them, or all but the batch",
            )
        return extents
    if declared is None:
        raise SpecError(
            f"the file does not say which extents input '{value.name}' has",
            help=f"give them: --input {value.name}={like}",
        )
    found = []
    for axis, n in enumerate(declared):
        words = "x".join("?" if n is None else str(n) for n in declared)
        if n == 0:
            raise SpecError(f"input '{value.name}' is {words}: nothing goes in")
        if isinstance(n, int) and n > 0:
            found.append(n)
        elif axis == 0:
            found.append(1)
        else:
            raise SpecError(
                f"input '{value.name}' is {words}: extent {axis + 1} is not a number",
                help=f"give the extents: --input {value.name}={like}",
            )
    return tuple(found)


def add_input(to: Conversion, value: Declared, extents: tuple[int, ...], number: int) -> Viewed:
    """Add an input to the network."""
    is_batch = to.are_images and len(extents) > 1
    first = 1 if is_batch else 0
    own = list(range(first, len(extents)))
    last = len(extents) - 1
    if not to.channels_last:
        last = channels_axis(to.graph, value.name, extents, first)
    order = [axis for axis in own if axis != last] + ([last] if own else [])
    sizes = [extents[axis] for axis in order] or [1]
    # More axes than a map has count along its first.
    more = max(0, len(order) - MOST_AXES - 1)
    sizes = [prod(sizes[: more + 1]), *sizes[more + 1 :]]
    # A single input is called 'input'.
    name = "" if number < 0 else readable(value.name, "") or f"input{number + 1}"
    layer = to.builder.input(*sizes, name=name)
    to.inputs.add(layer.id)
    laid = View.of(layer.shape, range(len(sizes))).reshape([extents[axis] for axis in order])
    assert laid is not None
    images = joined([Digit(IMAGES, 1, extents[0])]) if is_batch else ()
    axes = [images if a < first else laid.axes[order.index(a)] for a in range(len(extents))]
    return Viewed(layer, View(tuple(axes)), value.type)


def value_is_batched(declared: Declared) -> bool:
    """Whether nothing but symbols is declared."""
    return all(not isinstance(n, int) for n in declared.shape or ())


# --- what comes out -------------------------------------------------------------------------------


def output_of(to: Conversion, value: Declared) -> Value:
    """Return an output, in a layer of its own where the network would only show a view."""
    found = to.values.get(value.name)
    if found is None:
        raise SpecError(f"nothing gives the output '{value.name}'")
    if not isinstance(found, Viewed):
        return found
    maker = next((op for op in to.graph.operations if value.name in op.outputs), None)
    op = maker or Operation(value.name, "Identity", "", (value.name,), (value.name,))
    view = found.view
    for axis in view.axes:
        images_of(axis)
    is_plain = all(_is_whole(found, axis) for axis in range(view.rank))
    if not is_plain:
        own = [axis for axis in range(view.rank) if without_images(view.axes[axis])]
        own = own or list(range(view.rank))[-1:]
        # Maps of more than one axis come out with their channels behind.
        if len(own) > 2 and own[0] == 1:  # noqa: PLR2004 - an image
            own = [*own[1:], own[0]]
        made = to.arranged(op, found, [[axis] for axis in own])
        axes = [
            joined([*images_of(axis), *whole(made.shape, own.index(place))])
            if place in own
            else axis
            for place, axis in enumerate(view.axes)
        ]
        found = Viewed(made, View(tuple(axes)), found.type)
    if found.layer.id in to.inputs:
        found = Viewed(to.add(op, "identity", found.layer), found.view, found.type)
    return found


def _is_whole(value: Viewed, axis: int) -> bool:
    """Whether an axis is one of the layer's, or of extent 1, or the batch."""
    digits = without_images(value.view.axes[axis])
    if not digits:
        return True
    (first, *more) = digits
    return (
        not more
        and first.role != REPEATED
        and first.stride == 1
        and first.extent == value.layer.shape.extents[first.role]
    )
