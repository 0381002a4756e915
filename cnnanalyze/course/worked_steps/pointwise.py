"""Layers that work number by number, join maps or only move numbers, forward and backward."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from itertools import chain

from cnnanalyze.core.exact_number import Number, whole
from cnnanalyze.course.worked_steps.layer_call import LayerCall
from cnnanalyze.course.worked_steps.volume import Volume, vector, volume_of_flat
from cnnanalyze.course.worked_steps.worked_layer import (
    MOST_ROWS,
    UPSTREAM,
    LayerGradients,
    TensorGradient,
    WorkedLayer,
    WorkingTable,
)
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.base import Layer

Held = dict[str, Number]


def by_formula(call: LayerCall) -> WorkedLayer:
    """Work out a layer that makes each number of the number in its place.

    Examples
    --------
    >>> from cnnanalyze.layers.activation import Relu
    >>> x = Volume((((-5, 4),),))
    >>> worked = by_formula(LayerCall("relu", Relu(), {}, (x,), x.shape))
    >>> worked.after.planes, worked.working.rows
    ((((0, 4),),), ((-5, 0), (4, 4)))
    """
    layer, x = call.layer, call.x
    numbers = x.flat()
    after = x.like([layer.value(v, **_held(call, place)) for place, v in enumerate(numbers)])
    formula = layer.formula
    for name, given in layer.attributes.items():
        if given is not None and re.search(rf"\b{name}\b", layer.formula):
            formula += f", {name} {given:g}"
    pairs = tuple(zip(numbers[:MOST_ROWS], after.flat()[:MOST_ROWS], strict=True))
    worked = call.worked(layer.kind.replace("_", " "), after, formula)
    return worked._replace(
        working=WorkingTable(("x", layer.formula), pairs, total=len(numbers)),
        backward=partial(_gradients, call) if has_partials(layer) else None,
    )


def has_partials(layer: Layer) -> bool:
    """Whether a kind says what a gradient is multiplied with on its way back."""
    return type(layer).partials is not Layer.partials


def _held(call: LayerCall, place: int) -> Held:
    """Return the number of each tensor for a place of the input, channels side by side."""
    return {role: call.tensors[role][n] for role, n in _places(call, place).items()}


def _places(call: LayerCall, place: int) -> dict[str, int]:
    """Return which number of each tensor a place of the input has."""
    found = {}
    for param in call.layer.params(call.x.shape):
        # One number may be shared by all channels of a position.
        share = call.x.channels if param.shape[-1] == 1 else 1
        found[param.role] = place // share % len(call.tensors[param.role])
    return found


def _gradients(call: LayerCall, upstream: Volume) -> LayerGradients:
    numbers, behind = call.x.flat(), upstream.flat()
    roles = [p.role for p in call.layer.params(call.x.shape)]
    held: dict[str, list[Number]] = {role: [0] * len(call.tensors[role]) for role in roles}
    back: list[Number] = []
    rows: list[tuple[Number, ...]] = []
    for place, (x, g) in enumerate(zip(numbers, behind, strict=True)):
        by_x, *by_held = call.layer.partials(x, **_held(call, place))
        back.append(whole(g * by_x))
        if place < MOST_ROWS:
            rows.append((x, by_x, g, back[-1]))
        for (role, n), slope in zip(_places(call, place).items(), by_held, strict=True):
            held[role][n] = whole(held[role][n] + g * slope)
    sections = [
        call.gradient(
            role, "sum of all dL/dy, each times its derivative by it", (upstream,), vector(sums)
        )
        for role, sums in held.items()
    ]
    after = call.x.like(back)
    table = WorkingTable(("x", "dy/dx", UPSTREAM, "dL/dx"), tuple(rows), total=len(numbers))
    title = "dL/dy times the derivative"
    section = call.gradient("input", title, (call.x, upstream), after, "dL/dx = dL/dy*dy/dx")
    sections.append(section._replace(working=table._replace(is_shown=True)))
    tensors = {
        role: TensorGradient(call.shape_of(role), tuple(sums)) for role, sums in held.items()
    }
    return LayerGradients((after,), tensors, tuple(sections))


# --- several inputs -------------------------------------------------------------------------------


def joined(call: LayerCall) -> WorkedLayer:
    """Work out a layer that joins equal maps number by number.

    Raises
    ------
    UsageError
        If the maps are not equal.
    """
    flats = [v.flat() for v in call.inputs]
    if len({len(f) for f in flats}) > 1:
        raise UsageError(
            f"'{call.name}' joins {' and '.join(str(v.shape) for v in call.inputs)}; by hand "
            "that is done for equal shapes"
        )
    after = call.x.like([call.layer.value(*values) for values in zip(*flats, strict=True)])
    back = partial(_join_gradients, call) if has_partials(call.layer) else None
    return call.worked(call.layer.formula, after)._replace(backward=back)


def _join_gradients(call: LayerCall, upstream: Volume) -> LayerGradients:
    flats = [v.flat() for v in call.inputs]
    slopes = [call.layer.partials(*values) for values in zip(*flats, strict=True)]
    found = tuple(
        call.x.like([whole(g * slope[n]) for g, slope in zip(upstream.flat(), slopes, strict=True)])
        for n in range(len(flats))
    )
    sections = tuple(
        call.gradient(f"input {n}", "dL/dy times the derivative by it", (upstream,), after)
        for n, after in enumerate(found, 1)
    )
    return LayerGradients(found, {}, sections)


def concatenated(call: LayerCall) -> WorkedLayer:
    """Put channels one after the other.

    Raises
    ------
    UsageError
        If something else than channels is joined.
    """
    after = Volume(tuple(chain.from_iterable(v.planes for v in call.inputs)), call.x.rank)
    if after.shape != call.output:
        raise UsageError(f"'{call.name}' joins along an axis; by hand that is done for channels")
    worked = call.worked("channels one after the other", after)
    return worked._replace(backward=partial(_parted, call))


def _parted(call: LayerCall, upstream: Volume) -> LayerGradients:
    found, before = [], 0
    for given in call.inputs:
        found.append(Volume(upstream.planes[before : before + given.channels], given.rank))
        before += given.channels
    sections = tuple(
        call.gradient(f"input {n}", "its channels of dL/dy", (upstream,), after)
        for n, after in enumerate(found, 1)
    )
    return LayerGradients(tuple(found), {}, sections)


# --- numbers that stay ----------------------------------------------------------------------------


def kept(words: str) -> Callable[[LayerCall], WorkedLayer]:
    """Return the steps of a layer that leaves every number unchanged."""

    def section(call: LayerCall) -> WorkedLayer:
        height, width = (1, 1, *call.output.size)[-2:]
        channels, rank = call.output.channels, call.output.rank
        flat = call.x.flat()
        after = volume_of_flat(flat, height, width, channels, rank) if rank else vector(flat)
        return call.worked(words, after)._replace(backward=partial(_kept_gradients, call))

    return section


def _kept_gradients(call: LayerCall, upstream: Volume) -> LayerGradients:
    after = call.x.like(upstream.flat())
    title = "the same numbers" + (
        " in the shape of the input" if call.output != call.x.shape else ""
    )
    return LayerGradients((after,), {}, (call.gradient("input", title, (upstream,), after),))
