"""Maps in another size."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cnnanalyze.exporting import nearest
from cnnanalyze.exporting.code import Argument, call
from cnnanalyze.exporting.nearest import in_32_bits
from cnnanalyze.exporting.part import Step, Steps, refuse
from cnnanalyze.exporting.torch.registry import TARGET, module, writes
from cnnanalyze.exporting.windows import single
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.attributes import per_axis

_MODES = {1: "linear", 2: "bilinear", 3: "trilinear"}


@writes("resize")
def _resize(node: Node, _: Network) -> Steps:
    a, x = node.attributes, node.input_shapes[0]
    method = a["method"]
    if method not in {"bilinear", "bicubic"}:
        if _says_the_size(node) and _finds_the_pixels(node):
            return module(_upsample(node, {"nearest_exact": "nearest-exact"}.get(method, method)))
        return _pixels(node)
    if a["coordinates"] == "asymmetric":
        raise refuse(node, TARGET, " with coordinates 'asymmetric'")
    if a["exclude_outside"] or a["coefficient"] != -0.75:  # noqa: PLR2004 - PyTorch's
        raise refuse(node, TARGET, " with other weights than PyTorch's")
    if method == "bicubic" and x.rank != 2:  # noqa: PLR2004 - images
        raise refuse(node, TARGET, f" by cubics on {x.rank} axes")
    if not _says_the_size(node):
        raise refuse(node, TARGET, f" by {a['scale']}, which PyTorch rounds otherwise,")
    aligned = node.layer.placed == "align_corners"  # type: ignore[attr-defined]  # a resizing has it
    mode = _MODES[x.rank] if method == "bilinear" else method
    return module(_upsample(node, mode).with_options(align_corners=(aligned, None)))


def _upsample(node: Node, mode: str) -> Any:  # noqa: ANN401
    a, rank = node.attributes, node.input_shapes[0].rank
    size = None if a["size"] is None else single(per_axis(a["size"], rank, "size"))
    scale: Any = a["scale"]
    if scale is not None:
        each = scale if isinstance(scale, tuple) else (scale,) * rank
        scale = single(tuple(map(float, each)))
    return call("nn.Upsample").with_options(
        size=(size, None), scale_factor=(scale, None), mode=(mode, "nearest")
    )


def _says_the_size(node: Node) -> bool:
    """Whether the sizes that PyTorch makes of a factor are ours, and it does not merely copy."""
    x = node.input_shapes[0]
    steps = node.layer.steps(x)  # type: ignore[attr-defined]  # a resizing has them
    return node.attributes["scale"] is None or all(
        int(n * (under / over)) == m and (n != m or over == under)
        for n, m, (over, under) in zip(x.size, node.output.size, steps, strict=True)
    )


def _finds_the_pixels(node: Node) -> bool:
    """Whether PyTorch finds the nearest pixels that we read, with 32 bits and with 64."""
    half = 0.5 if node.attributes["method"] == "nearest_exact" else 0
    exact = nearest.exact(node)
    return all(
        exact == nearest.found(node, place)
        for place in (
            lambda o, over, under: in_32_bits((o + half) * in_32_bits(over / under)),
            lambda o, over, under: in_32_bits((o + half) * in_32_bits(1 / (under / over))),
            lambda o, over, under: (o + half) * (1 / (under / over)),
            lambda o, over, under: (o + half) * (over / under),
        )
    )


def _pixels(node: Node) -> Steps:
    """Return what reads the nearest pixels by their numbers."""
    x = node.input_shapes[0]
    half = node.attributes["method"] == "nearest_exact"
    steps = node.layer.steps(x)  # type: ignore[attr-defined]  # a resizing has them
    found = []
    for axis, (m, (over, under)) in enumerate(zip(node.output.size, steps, strict=True), 2):
        if over == under:
            continue
        place = "(2 * o + 1)" if half else "o"
        pixels = f"[{place} * {{step}} // {{unit}} for o in range({{size}})]"
        numbers = {"step": over, "unit": 2 * under if half else under, "size": m}
        values = tuple(Argument(name, value) for name, value in numbers.items())
        found.append(Step(forward=f"{{0}}[{':, ' * axis}{pixels}]", values=values, suffix="rows"))
    return (*found[:-1], replace(found[-1], suffix="")) if found else module(call("nn.Identity"))
