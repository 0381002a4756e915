"""Layout: which axis of what goes in holds the channels."""

from __future__ import annotations

from collections.abc import Sequence

from cnnanalyze.exchange.onnx.model import Graph

_SECOND = frozenset(
    {
        "AveragePool",
        "BatchNormalization",
        "Conv",
        "ConvInteger",
        "ConvTranspose",
        "DepthToSpace",
        "GlobalAveragePool",
        "GlobalLpPool",
        "GlobalMaxPool",
        "GroupNormalization",
        "InstanceNormalization",
        "LRN",
        "LpPool",
        "MaxPool",
        "PRelu",
        "QLinearConv",
        "Resize",
        "SpaceToDepth",
        "Upsample",
    }
)
"""Operators that have the channels on the second axis."""
_LAST = frozenset(
    {
        "Gemm",
        "LayerNormalization",
        "MatMul",
        "MatMulInteger",
        "RMSNormalization",
    }
)
"""Operators that have them on the last."""
_FEW = (1, 3, 4)
"""Channels of images: grey, colours, transparency."""
_LONGEST = 200
"""Operations that are looked at."""


def channels_axis(graph: Graph, name: str, extents: Sequence[int], first: int) -> int:
    """Return the axis of an input that holds its channels, as its first readers have it.

    They are followed as far as each keeps the axes or transposes them. Where that tells nothing,
    the channels are first, unless only the last axis has as few as images have.
    """
    rank = len(extents)
    if rank - first < 2:  # noqa: PLR2004 - a vector
        return rank - 1
    waiting = [(name, tuple(range(rank)))]
    seen = {name}
    for _ in range(_LONGEST):
        if not waiting:
            break
        value, axes = waiting.pop(0)
        for op in graph.operations:
            if value not in op.inputs[:1] and not (
                op.operator in {"Add", "Sub", "Mul", "Div"} and value in op.inputs
            ):
                continue
            if op.operator in _SECOND and rank > 1:
                return axes[1]
            if op.operator in _LAST:
                return axes[-1]
            following = axes
            if op.operator == "Transpose":
                order = op.attributes.get("perm", tuple(reversed(range(rank))))
                if not isinstance(order, tuple) or sorted(map(str, order)) != sorted(
                    map(str, range(rank))
                ):
                    continue
                following = tuple(axes[int(str(axis))] for axis in order)
            elif op.operator not in _KEEPING:
                continue
            for output in op.outputs[:1]:
                if output not in seen:
                    seen.add(output)
                    waiting.append((output, following))
    is_last = extents[-1] in _FEW and extents[first] not in _FEW and rank - first > 2  # noqa: PLR2004
    return rank - 1 if is_last else first


_KEEPING = frozenset(
    {
        "Abs",
        "Add",
        "Cast",
        "CastLike",
        "Clip",
        "DequantizeLinear",
        "Div",
        "Dropout",
        "Exp",
        "Identity",
        "Log",
        "Mul",
        "Neg",
        "Pad",
        "Pow",
        "QuantizeLinear",
        "Relu",
        "Sigmoid",
        "Slice",
        "Sqrt",
        "Sub",
        "Tanh",
    }
)
"""Operators that keep their axes where they are."""
