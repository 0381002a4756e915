"""α-FLOPs: a cost model in which operations on large maps are cheaper than on small ones.

Two layers with equally many operations may need very different times on a processor that works in
parallel: what is spread over many positions runs side by side. The model of Asperti, Evangelista
and Marzolla discounts the operations of a layer by a factor α that falls with its positions S::

    α = ((S₀ + β·(S - S₀)) / S) ** γ    with S₀ = ln(taps of the window) + 1

It is a fit, not a count, so nothing here is exact, and no verdict of this package rests on it.
"""

from __future__ import annotations

from math import log, prod
from typing import NamedTuple

from cnnanalyze.core.cost import Cost
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.attributes import per_axis

SOURCE = (
    "Asperti, Evangelista, Marzolla, Dissecting FLOPs along input dimensions for GreenAI cost "
    "estimations, LOD 2021; constants as in the authors' code (asperti/alpha_flops_dataset)"
)
DOUBTS = (
    "the constants were fitted to one graphics processor, a Quadro T2000",
    (
        "a replication on newer hardware (Barba Roque and Cruz, EASE 2026) confirms that "
        "operations alone do not tell the time, and finds the estimates of this formula poor"
    ),
    "small layers are too cheap in it: the time to start a computation has no term",
    (
        "it speaks of dense convolution at stride 1 on square maps; here S is the number of "
        "output positions, groups count through their multiply-accumulates, and layers without "
        "any count nothing"
    ),
)


class _Fit(NamedTuple):
    """The constants for windows of one size class."""

    beta: float
    gamma: float


_POINT = _Fit(0.02, 0.99)
_WINDOW = _Fit(0.001, 0.56)


def alpha(taps: int, positions: int) -> float:
    """Return the factor for a window of so many taps on a map of so many positions.

    Examples
    --------
    >>> round(alpha(9, 196), 6), round(alpha(1, 3136), 6), alpha(1, 1)
    (0.103098, 0.02112, 1.0)
    """
    fit = _POINT if taps == 1 else _WINDOW
    start = log(taps) + 1
    share: float = (start + fit.beta * (positions - start)) / positions
    return float(share**fit.gamma)


def discounted(node: Node, cost: Cost) -> float:
    """Return the multiply-accumulates of a layer, discounted by α.

    A layer of several kernels, such as a separable convolution, is discounted kernel by kernel.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> facts = cnn.analyze("zoo:lenet5")["C1"]
    >>> round(discounted(facts.node, facts.cost))
    6933
    """
    if not cost.mac:
        return 0.0
    rank = node.input_shapes[0].rank
    window = node.attributes.get("kernel", 1)
    taps = prod(per_axis(window, rank, "kernel")) if rank else 1
    weights = [p for p in node.layer.params(*node.input_shapes) if not p.is_bias]
    held = sum(p.size for p in weights)
    positions = node.output.positions
    return sum(
        cost.mac * p.size / held * alpha(1 if "pointwise" in p.role else taps, positions)
        for p in weights
    )
