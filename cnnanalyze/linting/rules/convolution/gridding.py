"""CV008: gridding."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd

from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class Gridding(Rule):
    """Successive convolutions have dilations with a common factor.

    Why: with the same rate in all layers, an output depends on a grid of pixels with holes
    between them; neighbouring outputs share no inputs.

    Instead: use rates without a common factor, such as 1, 2, 5.
    """

    code = "CV008"
    name = "gridding"
    severity = "info"
    profiles = frozenset({"default"})
    attributes = frozenset({"dilation"})
    needs = "network"
    formula = "d > 1 and k > 1 on two successive convolutions, gcd of the dilations > 1"
    source = (
        "Wang et al. 2018, 'Understanding convolution for semantic "
        "segmentation' (hybrid dilated convolution)"
    )
    trips = "the backbones of FCN- and DeepLabv3-ResNet50 of torchvision 0.29"
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3, dilation: 2}\n"
            "- relu\n"
            "- conv: {filters: 8, kernel: 3, dilation: 3}\n"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3, dilation: 2}\n"
            "- relu\n"
            "- conv: {filters: 8, kernel: 1}\n"
            "- relu\n"
            "- conv: {filters: 8, kernel: 3, dilation: 2}\n",
            at=(8, 43),
            message=("dilation 2 after dilation 2 reads only one pixel in 2"),
            path="conv3",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare every dilated convolution with the spatial ones before it."""
        assert context.network is not None
        dilated = {
            n.id: n for n in layer_queries.spatial_convolutions(context.network) if _rate(n) > 1
        }
        for node in dilated.values():
            for first in _spatial_before(context.network, node):
                if first.id in dilated and (common := gcd(_rate(first), _rate(node))) > 1:
                    yield self.found(
                        context,
                        f"dilation {_rate(node)} after dilation {_rate(first)} reads only one "
                        f"pixel in {common}",
                        node=node,
                        attribute="dilation",
                        help="use rates without a common factor, such as 1, 2, 5",
                        values={"dilation": _rate(node), "before": _rate(first)},
                    )
                    break


def _rate(node: Node) -> int:
    return max(layer_queries.dilation(node), default=1)


def _spatial_before(network: Network, node: Node) -> tuple[Node, ...]:
    """Return the spatial convolutions before a layer; those of 1x1 are passed."""
    found: dict[str, Node] = {}
    waiting, seen = [node], {node.id}
    while waiting:
        for before in layer_queries.producers(network, waiting.pop()):
            if layer_queries.is_spatial(before):
                found[before.id] = before
            elif before.layer.is_any(_PASSED) and before.id not in seen:
                seen.add(before.id)
                waiting.append(before)
    return tuple(found.values())


_PASSED = (
    layer_queries.ACTIVATIONS
    | layer_queries.NORMS
    | layer_queries.SILENT
    | layer_queries.CONVOLUTIONS
    | {Trait.SUM}
)
