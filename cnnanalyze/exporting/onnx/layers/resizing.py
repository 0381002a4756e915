"""Maps in another size."""

from __future__ import annotations

from typing import Any

from cnnanalyze.exporting import nearest
from cnnanalyze.exporting.nearest import in_32_bits
from cnnanalyze.exporting.onnx.graph import Graph
from cnnanalyze.exporting.onnx.registry import TARGET, writes
from cnnanalyze.exporting.part import refuse
from cnnanalyze.graph.node import Node

_MODES = {"bilinear": "linear", "bicubic": "cubic"}


@writes("resize")
def _resize(g: Graph, node: Node, xs: list[str]) -> str:
    a, x = node.attributes, node.input_shapes[0]
    if a["method"] not in _MODES:
        return _nearest(g, node, xs[0])
    if a["method"] == "bicubic" and x.rank != 2:  # noqa: PLR2004 - images
        raise refuse(node, TARGET, f" by cubics on {x.rank} axes")
    if not _says_the_size(node):
        raise refuse(node, TARGET, f" by {a['scale']}, which programs round otherwise,")
    how: dict[str, Any] = {}
    if a["method"] == "bicubic":
        how["cubic_coeff_a"] = float(a["coefficient"])
        how["exclude_outside"] = int(a["exclude_outside"])
    return _resized(g, node, xs[0], _MODES[a["method"]], node.layer.placed, **how)  # type: ignore[attr-defined]  # a resizing has it


def _nearest(g: Graph, node: Node, x: str) -> str:
    """Write what reads the nearest pixel; where rounding would find another one, by its number."""
    is_exact = node.attributes["method"] == "nearest_exact"
    places = nearest.exact(node)
    if _says_the_size(node) and places == nearest.found(
        node, _centre_of_32_bits if is_exact else _start_of_32_bits
    ):
        if is_exact:
            return _resized(g, node, x, "nearest", "half_pixel", nearest_mode="round_prefer_ceil")
        return _resized(g, node, x, "nearest", "asymmetric", nearest_mode="floor")
    for axis, each in enumerate(places, 2):
        if each != tuple(range(node.input_shapes[0].size[axis - 2])):
            x = g.operation("Gather", x, g.shape(*each), axis=axis)
    return x


def _start_of_32_bits(o: int, over: int, under: int) -> float:
    return in_32_bits(o / in_32_bits(under / over))


def _centre_of_32_bits(o: int, over: int, under: int) -> float:
    return in_32_bits(in_32_bits((o + 0.5) / in_32_bits(under / over)) - 0.5) + 0.5


def _says_the_size(node: Node) -> bool:
    """Whether a file can say the factor or the size such that the sizes are ours.

    Where no size changes, ONNX Runtime copies, whatever the factor.
    """
    x, y = node.input_shapes[0], node.output
    steps = node.layer.steps(x)  # type: ignore[attr-defined]  # a resizing has them
    if x.size == y.size:
        return all(over == under for over, under in steps)
    if _is_sized(node):
        return True
    factors = [in_32_bits(under / over) for over, under in steps]
    sizes = [[n * factor for n, factor in zip(x.size, factors, strict=True)]]
    sizes.append([in_32_bits(n) for n in sizes[0]])
    return all(y.size == tuple(map(int, each)) for each in sizes)


def _is_sized(node: Node) -> bool:
    """Whether sizes say it: those that are given, or whole ones of a factor that is rounded."""
    x = node.input_shapes[0]
    scale = node.attributes["scale"]
    if scale is None:
        return True
    steps = node.layer.steps(x)  # type: ignore[attr-defined]  # as above
    is_rounded = any(in_32_bits(under / over) * over != under for over, under in steps)
    return is_rounded and steps == tuple(zip(x.size, node.output.size, strict=True))


def _resized(
    g: Graph,
    node: Node,
    x: str,
    mode: str,
    coordinates: str,
    **how: Any,  # noqa: ANN401 - attributes
) -> str:
    rank = node.input_shapes[0].rank
    how |= {"mode": mode, "coordinate_transformation_mode": coordinates}
    if _is_sized(node):
        axes = tuple(range(2, rank + 2))
        return g.operation("Resize", x, "", "", g.shape(*node.output.size), axes=axes, **how)
    scale = node.attributes["scale"]
    each = scale if isinstance(scale, tuple) else (scale,) * rank
    return g.operation("Resize", x, "", g.constant([1.0, 1.0, *map(float, each)]), **how)
