"""Terms: the sizes of a layer that conventions count, beside its elementary operations."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING, Any

from cnnanalyze.core.conventions import Convention
from cnnanalyze.core.cost import OPERATIONS, Param
from cnnanalyze.layers.attributes import per_axis
from cnnanalyze.layers.pattern import lengths
from cnnanalyze.layers.traits import Trait
from cnnanalyze.layers.window import along_axes, lay

if TYPE_CHECKING:
    from cnnanalyze.analysis.result import NodeFacts
    from cnnanalyze.core.conventions.formula import Formula
    from cnnanalyze.graph.node import Node


def count(facts: NodeFacts, convention: Convention) -> int | None:
    """Return what a convention counts of one layer, before halving; nothing if it cannot."""
    node, cost = facts.node, facts.cost
    if convention.logits and facts.closes and node.layer.traits >= _CLOSING:
        return 0
    total: int = 0
    formula = formula_of(node, convention)
    if formula is None:
        return None
    for factor, term in formula.terms:
        if term in OPERATIONS:
            if cost is None:
                return None
            operations: int = getattr(cost, term)
            total += factor * operations
        else:
            total += factor * SIZES[term](facts)
    return total


def formula_of(node: Node, convention: Convention) -> Formula | None:
    """Return what a convention counts of a layer, as a sum of terms; nothing if it cannot say."""
    if convention.asks(node.kind):
        return convention.formula(node.kind, traits(node))
    return convention.formula_alone(node.kind)


def traits(node: Node) -> dict[str, str]:
    """Return what a layer says of itself, as the conditions of conventions have it.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 5x7x3, layers: [{resize: {scale: [2, 2]}}]}")
    >>> traits(net[0])["rank"], traits(net[0])["scale"], traits(net[0])["align_corners"]
    ('2', '2', 'false')
    """
    found = {"rank": str(node.input_shapes[0].rank), "inputs": str(len(node.inputs))}
    for name, value in node.attributes.items():
        if value is not None:
            found[name] = _said(value)
    return found


def _said(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple) and len(set(value)) == 1:
        return _said(value[0])
    return str(value)


def _input(facts: NodeFacts) -> int:
    return facts.node.input_shapes[0].count


def _output(facts: NodeFacts) -> int:
    return facts.node.output.count


def _positions(facts: NodeFacts) -> int:
    return facts.node.output.positions


def _window(facts: NodeFacts) -> int:
    """Return the elements in all windows: of a sliding one, of neighbours in LRN, of everything."""
    node = facts.node
    kernel = getattr(node.layer, "kernel", getattr(node.layer, "size", None))
    if Trait.RESPONSE_NORMALISATION in node.layer.traits:
        return node.output.count * int(kernel or 1)
    if kernel is None or Trait.ADAPTIVE_POOLING in node.layer.traits:
        return _input(facts)
    return node.output.count * prod(per_axis(kernel, node.output.rank, "kernel"))


def _side(facts: NodeFacts) -> int:
    """Return the elements in one row of all windows; a pool without a kernel shares its input."""
    node = facts.node
    kernel = getattr(node.layer, "kernel", None)
    first: int = node.input_shapes[0].size[0] // node.output.size[0]
    if kernel is not None:
        first = per_axis(kernel, node.output.rank, "kernel")[0]
    return node.output.count * first


def _binned(facts: NodeFacts) -> int:
    node = facts.node
    each = prod(n / m for n, m in zip(node.input_shapes[0].size, node.output.size, strict=True))
    return int((each + 1) * node.output.count)


def _regrouped(facts: NodeFacts) -> int:
    node, layer = facts.node, facts.node.attributes
    x, groups = node.input_shapes[0], layer["groups"]
    taps = prod(per_axis(layer["kernel"], x.rank, "kernel"))
    each: int = node.output.channels // groups // groups
    return x.count * taps * each


def _step(facts: NodeFacts) -> int:
    layer, rank = facts.node.layer, facts.node.output.rank
    stride = getattr(layer, "step", getattr(layer, "stride", 1))
    return facts.node.output.count * prod(per_axis(stride, rank, "stride"))


def _affine(facts: NodeFacts) -> int:
    return facts.node.output.count if any(p.role in _NORM for p in facts.tensors) else 0


def _learned(facts: NodeFacts) -> int:
    return sum(p.size for p in facts.tensors if p.trainable)


def _steps(facts: NodeFacts) -> int:
    return facts.node.input_shapes[0].positions


def _stepped(facts: NodeFacts) -> int:
    return _learned(facts) * _steps(facts)


def _states(facts: NodeFacts) -> int:
    layer = facts.node.layer
    each: int = facts.node.output.channels * getattr(layer, "layers", 1)
    return each * _steps(facts)


def _weights(facts: NodeFacts) -> int:
    return sum(p.size for p in facts.tensors if p.trainable and not p.is_bias)


def _kernel(facts: NodeFacts) -> int:
    return sum(p.size for p in facts.tensors if p.role == "kernel")


def _applied(facts: NodeFacts) -> int:
    return _weights(facts) * _positions(facts)


def _slices(facts: NodeFacts) -> int:
    """Return the flat kernels of a layer without bias: its weights by the taps, its first axes."""
    if getattr(facts.node.layer, "bias", False):
        return 0
    rank = facts.node.output.rank
    kernels = (p.shape for p in facts.tensors if p.role == "kernel")
    return sum(prod(shape[rank:]) for shape in kernels)


def _spread(facts: NodeFacts) -> int:
    return facts.node.output.count * _weights(facts) // facts.node.input_shapes[0].channels


def _shrunk(facts: NodeFacts) -> int:
    node = facts.node
    if not getattr(node.layer, "bias", False):
        return 0
    layer, size = node.attributes, node.input_shapes[0].size
    window = layer["kernel"], layer["stride"], layer["dilation"]
    filters: int = node.output.channels // layer["groups"]
    # A plain window may not fit; who takes the layer for a plain one goes on counting.
    axes = along_axes(size, *window, layer["padding"])
    return filters * prod(lay(*axis).output for axis in axes)


def _products(facts: NodeFacts) -> int:
    layer: Any = facts.node.layer
    return int(layer.products(*facts.node.input_shapes)) if hasattr(layer, "products") else 0


def _contracted(facts: NodeFacts) -> int:
    """Return what ``numpy.einsum_path`` prints of two factors."""
    node = facts.node
    layer: Any = node.layer
    if not hasattr(layer, "named"):
        return 0
    named = layer.named(node.input_shapes)
    names = {name for side in named.inputs for axis in side for name in axis}
    sums = names > {name for axis in named.output for name in axis}
    sizes = lengths(named, node.input_shapes)
    operations = (1 + sums) * prod(sizes[name] for name in names)
    return int(float(f"{operations + 1:.3e}"))


def _layer(_facts: NodeFacts) -> int:
    return 1


def _stretched(facts: NodeFacts) -> int:
    output = facts.node.output
    return output.positions * (output.channels + int(getattr(facts.node.layer, "size", 1)) - 1)


SIZES: dict[str, Callable[[NodeFacts], int]] = {
    "input": _input,
    "output": _output,
    "positions": _positions,
    "window": _window,
    "side": _side,
    "step": _step,
    "affine": _affine,
    "learned": _learned,
    "kernel": _kernel,
    "stepped": _stepped,
    "states": _states,
    "applied": _applied,
    "slices": _slices,
    "spread": _spread,
    "shrunk": _shrunk,
    "regrouped": _regrouped,
    "binned": _binned,
    "products": _products,
    "contracted": _contracted,
    "layer": _layer,
    "stretched": _stretched,
}
"""How each size is found; the words are those of the formulas."""

_NORM = {"gamma", "beta"}


# --- parameters -----------------------------------------------------------------------------------


def hold(facts: NodeFacts, convention: Convention) -> int:
    """Return what a convention includes of the numbers that one layer holds."""
    return sum(
        factor * sum(PARTS[part](p, facts) for p in facts.params)
        for factor, part in convention.parts.terms
    )


def _is_statistic(param: Param) -> bool:
    return param.role.startswith("moving")


PARTS: dict[str, Callable[[Param, NodeFacts], int]] = {
    "learned": lambda p, _: p.size if p.trainable else 0,
    "trained": lambda p, f: p.size if p.trainable and not f.node.frozen else 0,
    "statistics": lambda p, _: p.size if _is_statistic(p) else 0,
    "constants": lambda p, _: 0 if p.trainable or _is_statistic(p) else p.size,
    "norm": lambda p, _: p.size if p.role in _NORM else 0,
    "gamma": lambda p, _: p.size if p.role == "gamma" else 0,
    "bias": lambda p, _: p.size if p.role == "bias" else 0,
    "layers": lambda p, _: 1 if p.role == "bias" else 0,
}
"""How much of a tensor each part of a parameter count takes."""


_CLOSING = frozenset({Trait.SOFTMAX, Trait.PROBABILITIES})
"""The softmax that a tool's own models leave to the loss."""
