"""Opaque layers: what stands for an operation that no layer kind has."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from cnnanalyze.core.shape import Shape
from cnnanalyze.exchange.onnx.constants import Known, broadcast
from cnnanalyze.exchange.onnx.conversion import (
    Call,
    Conversion,
    Value,
    Viewed,
    images_of,
)
from cnnanalyze.exchange.onnx.model import Operation
from cnnanalyze.exchange.views import View
from cnnanalyze.graph.builder import MOST_AXES
from cnnanalyze.graph.builder import Tensor as Made


def add_opaque(
    call: Call, reason: str, gives: Sequence[tuple[int, ...]] = ()
) -> Value | tuple[Value | None, ...]:
    """Return what stands for an operation without a layer: its shapes, and what it holds."""
    op, to = call.op, call.to
    kept = [name for name in op.outputs if name]
    shapes = dict(zip(op.outputs, gives, strict=False)) | {
        name: declared for name in kept if (declared := _declared(to, name)) is not None
    }
    if not call.computed:
        found = []
        for name in kept:
            extents = shapes.get(name)
            if extents is None and name == kept[0]:
                extents = _joined_extents(call)
            if extents is None and (name in to.readers or name in to.given):
                raise to.refuse(
                    op,
                    f"its output '{name}' is not known: {reason}, and the file declares no shape",
                    help=_how_to_tell(op, name),
                )
            is_fixed = all(isinstance(one, Known) and one.is_fixed for one in call.read if one)
            found.append(Known(extents or (), is_fixed=is_fixed))
        return tuple(found)
    layers = tuple(dict.fromkeys(value.layer for value in call.computed))
    weights = [
        one for one in call.read if isinstance(one, Known) and one.is_stored and one.is_float
    ]
    held = sum(one.count for one in weights)
    to.counted.update(one.source for one in weights)
    made: list[Value | None] = []
    for name in op.outputs:
        extents = shapes.get(name)
        if not name:
            made.append(None)
            continue
        if extents is None and len(op.outputs) == 1:
            extents = _joined_extents(call)
        if extents is None:
            if name in to.readers or name in to.given:
                raise to.refuse(
                    op,
                    f"its output '{name}' is not known: {reason}, and the file declares no shape",
                    help=_how_to_tell(op, name),
                )
            made.append(None)
            continue
        made.append(_declared_layer(call, layers, extents, held))
        held = 0
    to.notes[f"{op.operator} is opaque: {reason}"] += 1
    return tuple(made)


def _how_to_tell(op: Operation, name: str) -> str:
    """Return what to do where extents are not known; ONNX itself knows nothing of other domains."""
    told = f"tell it: cnnanalyze import ... --shape {name}=1x64x56x56, with what it really is"
    if op.domain not in {"", "ai.onnx"}:
        return told
    return f"run onnx.shape_inference.infer_shapes on the file first, or {told}"


def opaque_part(call: Call, name: str) -> Value:
    """Return what stands for a further output of an operation that has layers for the first."""
    extents = _declared(call.to, name)
    if extents is None:
        raise call.to.refuse(
            call.op,
            f"its output '{name}' is used, no layer gives it, and the file declares no shape",
            help=_how_to_tell(call.op, name),
        )
    call.to.notes[f"an output of {call.op.operator} is opaque: there is no layer for it"] += 1
    layers = tuple(dict.fromkeys(value.layer for value in call.computed))
    return _declared_layer(call, layers, extents, 0)


def _joined_extents(call: Call) -> tuple[int, ...] | None:
    """Return the extents of what is computed number by number."""
    if call.op.domain:
        return None
    tensors = [one for one in call.read if isinstance(one, Known | Viewed)]
    if call.op.operator in WRITING:
        tensors = tensors[:1]
    elif call.op.operator not in SAME_EXTENTS:
        return None
    return broadcast(*(one.shape if isinstance(one, Known) else one.extents for one in tensors))


WRITING = frozenset(
    {
        "BatchNormalization",
        "CumSum",
        "Dropout",
        "InstanceNormalization",
        "LRN",
        "LayerNormalization",
        "LogSoftmax",
        "Scatter",
        "ScatterElements",
        "ScatterND",
        "Softmax",
        "TensorScatter",
        "Trilu",
    }
)
"""Operators whose output has the extents of their first input."""
SAME_EXTENTS = frozenset(
    {
        "Acos",
        "Acosh",
        "And",
        "Asin",
        "Asinh",
        "Atan",
        "Atanh",
        "Bernoulli",
        "BitShift",
        "BitwiseAnd",
        "BitwiseNot",
        "BitwiseOr",
        "BitwiseXor",
        "Cast",
        "Ceil",
        "Celu",
        "Clip",
        "Cos",
        "Cosh",
        "Div",
        "Equal",
        "Erf",
        "Floor",
        "Greater",
        "GreaterOrEqual",
        "HardSwish",
        "Hardmax",
        "IsInf",
        "IsNaN",
        "Less",
        "LessOrEqual",
        "LpNormalization",
        "Max",
        "MeanVarianceNormalization",
        "Min",
        "Mod",
        "Not",
        "Or",
        "PRelu",
        "Pow",
        "Round",
        "Shrink",
        "Sign",
        "Sin",
        "Sinh",
        "Softsign",
        "Swish",
        "Tan",
        "ThresholdedRelu",
        "Where",
        "Xor",
    }
)
"""Operators that compute number by number."""


def _declared(to: Conversion, name: str) -> tuple[int, ...] | None:
    """Return the extents that the file declares of a value; a symbol in front is one image."""
    found = to.graph.values.get(name)
    if found is None:
        found = next((one for one in to.graph.outputs if one.name == name), None)
    if found is None or found.shape is None:
        return None
    extents = [
        n if isinstance(n, int) and n > 0 else 1 if axis == 0 else None
        for axis, n in enumerate(found.shape)
    ]
    return None if None in extents else tuple(n for n in extents if n is not None)


def _declared_layer(
    call: Call, layers: Sequence[Made], extents: tuple[int, ...], held: int
) -> Viewed:
    """Add an opaque layer of these extents."""
    first = call.computed[0].view
    images = images_of(first.axes[0]) if first.axes else ()
    count = prod(digit.extent for digit in images)
    is_batch = call.to.are_images and len(extents) > 1 and extents[0] == max(count, 1)
    own = list(extents[1:] if is_batch else extents)
    # Channels first, as ONNX has maps; sequences have theirs last.
    order = [*range(1, len(own)), 0] if len(own) > 2 else list(range(len(own)))  # noqa: PLR2004 - maps
    size = [own[axis] for axis in order] or [1]
    wide = [prod(size[: len(size) - MOST_AXES]), *size[len(size) - MOST_AXES :]]
    text = "x".join(map(str, wide if len(size) > MOST_AXES + 1 else size))
    made = call.add("opaque", *layers, output=text, parameters=held, about=call.op.operator)
    laid = View.of(Shape(tuple(size[:-1]), size[-1]), range(len(size)))
    if len(size) > MOST_AXES + 1:
        cut = View.of(made.shape, range(made.shape.rank + 1)).reshape(size)
        laid = laid if cut is None else cut
    axes = [laid.axes[order.index(axis)] for axis in range(len(own))]
    return Viewed(made, View((images, *axes) if is_batch else tuple(axes)))
