"""Skips: joins of a decoder with its encoder that differ by one pixel, and what would fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import Fault
from cnnanalyze.graph.node import Node
from cnnanalyze.graph.queries import ancestors
from cnnanalyze.layers.base import Layer
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
