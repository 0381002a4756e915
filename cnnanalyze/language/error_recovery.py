"""Recovery: what the output of a layer may be although the layer, or its input, is refused.

A reading goes on behind a fault, to find the others in the same run. What is not known there is
told by *two* shapes that differ in just that: whatever comes out the same for both is known again
(thirty filters are thirty filters, whatever the size), and a layer is refused behind a fault only
if it refuses both for the same reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from pydantic import ValidationError

from cnnanalyze.core.shape import Shape, parse_text
from cnnanalyze.errors import Fault, ShapeError
from cnnanalyze.graph.node import Node
from cnnanalyze.graph.queries import ancestors
from cnnanalyze.language.scope import StepOutput
from cnnanalyze.layers.attributes import axis_number
from cnnanalyze.layers.base import Elementwise, Layer
from cnnanalyze.layers.traits import Trait


def explain_skip(
    fault: Fault, shapes: tuple[Shape, ...], sources: Iterable[str], nodes: dict[str, Node]
) -> Fault:
    """Return the fault of a join as that of a skip, if an odd map was halved and doubled again."""
    if fault.code != "SH001" or len({x.rank for x in shapes}) > 1:
        return fault
    extents = [set(sizes) for sizes in zip(*(x.size for x in shapes), strict=True)]
    if not any(max(e) - min(e) == 1 for e in extents) or any(max(e) - min(e) > 1 for e in extents):
        return fault
    reads: dict[str, tuple[str, ...]] = {id_: node.inputs for id_, node in nodes.items()}
    around = [nodes[id_] for id_ in ancestors(reads, sources)]
    if not any(Trait.UPSAMPLING in node.layer.traits for node in around):
        return fault
    total = _total_stride(around)
    return replace(
        fault,
        help="a map of odd size was halved and enlarged again; use an input whose sides are "
        f"multiples of {total}, or crop the skip",
        code="DP003",
    )


def _total_stride(nodes: list[Node]) -> int:
    """Return the largest product of strides on a way through some layers."""
    totals: dict[str, int] = {}
    for node in nodes:
        total = max(totals.get(i, 1) for i in node.inputs)
        if Trait.UPSAMPLING in node.layer.traits:
            total = max(1, total * node.input_shapes[0].size[0] // node.output.size[0])
        totals[node.id] = total * _stride(node.layer)
    return max(totals.values(), default=1)


def _stride(layer: Layer) -> int:
    step = getattr(layer, "step", None) or getattr(layer, "stride", None) or 1
    return 1 if Trait.UPSAMPLING in layer.traits else max(step) if isinstance(step, tuple) else step


LARGE = (960, 1920)
"""Two extents that any kernel fits into and most strides divide."""

Shapes = tuple[Shape, ...]
Layers = tuple[Layer, ...]
"""One layer, or two that differ in what is not known of it."""


def cases(wires: list[StepOutput], layers: Layers) -> list[Shapes]:
    """Return the inputs that a layer may have: one case, or two where something is not known."""
    possible = [(wire.shape, *wire.others) for wire in wires if wire.shape is not None]
    number = max(len(layers), *map(len, possible))
    return [tuple(p[min(i, len(p) - 1)] for p in possible) for i in range(number)]


def anything(wire: StepOutput, rank: int) -> StepOutput:
    """Return a wire with two shapes that have nothing in common, if nothing is known of it."""
    if wire.shape is not None:
        return wire
    one, other = (Shape((n,) * rank, n) for n in LARGE)
    return wire._replace(shape=one, others=(other,), is_open=True)


def fitted(wires: list[StepOutput], layer: Layer) -> list[StepOutput]:
    """Take what may have any size to fit what is known, where both are joined.

    What may be one of two sizes is left as it is: where neither fits, that is a fault of its own.
    """
    known = next((w.shape for w in wires if w.shape is not None and not w.others), None)
    if len(wires) == 1 or known is None or any(n == 1 for n in known.size):
        return wires
    return [_fitted(w, known, layer) if w.is_open else w for w in wires]


def _fitted(wire: StepOutput, known: Shape, layer: Layer) -> StepOutput:
    if Trait.CONCATENATION not in layer.traits or wire.shape is None:
        return wire._replace(shape=known, others=(), is_open=False)
    axis = _along(layer, known)
    first, *others = (
        known.with_extent(axis, s.extents[axis]) if s.rank == known.rank else known
        for s in (wire.shape, *wire.others)
    )
    return wire._replace(shape=first, others=tuple(others), is_open=False)


def _along(layer: Layer, x: Shape) -> int:
    """Return the axis along which a layer puts maps one behind the other, counted from 0."""
    try:
        return axis_number(getattr(layer, "axis", "channels"), x, layer.kind)
    except ShapeError:
        return x.rank


def _lengthened(layer: Layer, x: Shape, inputs: Shapes) -> Shape:
    """Return a shape that is as long, along that axis, as all inputs together."""
    axis = _along(layer, x)
    return x.with_extent(axis, sum(y.extents[axis] for y in inputs if y.rank == x.rank))


def outputs(layer: Layer, inputs: Shapes, error: ShapeError) -> Shapes:
    """Return what a layer may give that refuses its inputs; nothing if that cannot be told."""
    match error.faults[0].code:
        case "SH001" if Trait.CONCATENATION in layer.traits:
            return two(_lengthened(layer, x, inputs) for x in inputs)
        case "SH001":
            return two(inputs)
        case "SH003" if "groups" in type(layer).model_fields:
            return _tried(layer.model_copy(update={"groups": 1}), inputs)
        case "SH005" if (extents := parse_text(getattr(layer, "to", ""))) is not None:
            return (Shape(extents[:-1], extents[-1]),)
        case "SH004" if not inputs[0].is_vector:
            value = getattr(layer, error.attribute, None)
            if isinstance(value, tuple) and (single := _with(layer, error.attribute, value[0])):
                return stretched(_tried(single, inputs))
        case _:
            pass
    rank = inputs[0].rank or 2  # a vector is what comes out of an image
    channels = inputs[0].channels
    return two(s for n in LARGE for s in _tried(layer, (Shape((n,) * rank, channels),)))


def _with(layer: Layer, attribute: str, value: object) -> Layer | None:
    """Return a layer with another value for an attribute; nothing if that takes none like it."""
    given = {name: getattr(layer, name) for name in layer.model_fields_set}
    try:
        return type(layer).model_validate({**given, attribute: value})
    except ValidationError:
        return None


_FILLERS = (2, 3)
"""What stands for a number that is not known: filters, kernel, units."""


_TELLING = {"filters", "units", "kernel"}
"""Attributes of kinds that make so many channels, or keep them."""


def layers_like(cls: type[Layer], values: dict[str, object]) -> Layers:
    """Return two layers that have what is right of the attributes given for one; or nothing.

    They differ in the stride, since that is what a wrong word may have been meant for.
    """
    if not (issubclass(cls, Elementwise) or _TELLING & cls.model_fields.keys()):
        return ()
    found = []
    for filler in _FILLERS:
        right = {n: v for n, v in values.items() if n in cls.model_fields}
        try:
            cls.model_validate(right)
        except ValidationError as error:
            for e in error.errors(include_url=False):
                name = str(e["loc"][0]) if e["loc"] else ""
                if e["type"] == "missing" or cls.model_fields[name].is_required():
                    right[name] = filler
                else:
                    del right[name]
        if "stride" in cls.model_fields:
            right["stride"] = filler - 1
        try:
            found.append(cls.model_validate(right))
        except ValidationError:
            return ()
    return tuple(found)


def _tried(layer: Layer, inputs: Shapes) -> Shapes:
    try:
        return (layer.shape(*inputs),)
    except ShapeError:
        return ()


def two(shapes: Iterable[Shape]) -> Shapes:
    """Return the first two different shapes."""
    return tuple(dict.fromkeys(shapes))[:2]


def stretched(shapes: Shapes) -> Shapes:
    """Return shapes of which the size is not known, but the channels are as they were."""
    if len(shapes) != 1 or not shapes[0].size:
        return shapes
    return two((shapes[0], Shape(tuple(2 * n for n in shapes[0].size), shapes[0].channels)))


def shared(one: Fault, other: Fault) -> Fault:
    """Return what two faults of one layer have in common; a number that differs is not known.

    Examples
    --------
    >>> shared(Fault("cannot add 6x6x4 and 6x6x5"), Fault("cannot add 9x9x4 and 9x9x5")).message
    'cannot add ?x?x4 and ?x?x5'
    """
    message = _blurred(one.message, other.message)
    help_text = one.help if one.help == other.help else ""
    return replace(one, message=message, help=help_text)


def _blurred(one: str, other: str) -> str:
    pairs = zip(_NUMBER.split(one), _NUMBER.split(other), strict=False)
    return "".join(a if a == b else "?" for a, b in pairs)


_NUMBER = re.compile(r"(\d+)")


def agree(errors: list[ShapeError], wires: Iterable[StepOutput]) -> bool:
    """Whether several refusals of one layer come down to the same.

    Where one of two sizes fits a known one no better than the other, both are refused for it.
    """
    relations = sorted({relation(error) for error in errors})
    if len(relations) < _CASES:
        return bool(relations)
    is_join = all(error.faults[0].code == "SH001" for error in errors)
    if not is_join or any(wire.is_open for wire in wires):
        return False
    return _blurred(relations[0], relations[-1]).count("?") == 1


def are_told(inputs: list[Shapes], errors: list[ShapeError]) -> bool:
    """Whether what a layer may give that refuses its inputs is one of just two shapes."""
    is_join = all(error.faults[0].code == "SH001" for error in errors)
    return is_join and all(len(set(case)) <= _CASES for case in inputs)


_CASES = 2


def relation(error: ShapeError) -> str:
    """Return what a refusal comes down to: ``channels 64 ≠ 128``."""
    return error.message.rpartition(": ")[2]
