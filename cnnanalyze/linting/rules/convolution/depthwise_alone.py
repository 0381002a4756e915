"""CV010: depthwise alone."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class DepthwiseAlone(Rule):
    """Nothing mixes the channels after a depthwise convolution.

    Why: a depthwise convolution filters each channel separately; without a 1x1 convolution
    after it, channels never exchange information.

    Instead: add a 1x1 convolution after it, or use 'separable', which includes one.
    """

    code = "CV010"
    name = "depthwise-alone"
    severity = "warning"
    profiles = frozenset({"default"})
    traits = frozenset({Trait.DEPTHWISE})
    attributes = frozenset({"groups"})
    needs = "network"
    formula = (
        "groups = channels, and no layer over all channels before the next such"
        " convolution or the output"
    )
    source = (
        "Howard et al. 2017 (MobileNet), section 3.1: the pointwise convolution"
        " is needed to combine"
    )
    trips = "none of the networks in specs/"
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- depthwise: {kernel: 3}\n"
            "- bn\n"
            "- relu\n"
            "- conv: {filters: 8, kernel: 1}\n"
        ),
        # Further channels made of these, as in GhostNet: the next layer filters all of them.
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 1}\n"
            "- concat: [[], [{depthwise: {kernel: 3, padding: 1}}]]\n"
            "- depthwise: {kernel: 3}\n"
            "- conv: {filters: 8, kernel: 1}\n"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- depthwise: {kernel: 3}\n"
            "- relu\n"
            "- depthwise: {kernel: 3}\n"
            "- conv: {filters: 8, kernel: 1}\n",
            at=(4, 3),
            message=(
                "nothing mixes the 3 channels of this depthwise convolution before the next one "
                "or the output"
            ),
            path="depthwise1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Follow every depthwise convolution until something mixes its channels."""
        assert context.network is not None
        for node in context.network:
            if (
                layer_queries.is_depthwise(node)
                and not node.given
                and not _is_mixed(context.network, node)
            ):
                yield self.found(
                    context,
                    f"nothing mixes the {node.output.channels} channels of this depthwise "
                    f"convolution before the next one or the output",
                    node=node,
                    help="add a 1x1 convolution after it, or use 'separable'",
                    values={"channels": node.output.channels},
                )


_MIXING = frozenset({Trait.MIXES_CHANNELS})


def _is_mixed(network: Network, node: Node) -> bool:
    """Whether a layer that reads several channels comes before the next depthwise one."""
    waiting, seen = [node], {node.id}
    while waiting:
        for reader in layer_queries.consumers(network, waiting.pop()):
            if layer_queries.is_depthwise(reader):
                continue
            if reader.layer.is_any(_MIXING) or _extends(reader, node):
                return True
            if reader.id not in seen:
                seen.add(reader.id)
                waiting.append(reader)
    return False


def _extends(reader: Node, node: Node) -> bool:
    """Whether a layer puts what was filtered behind what it was made of, as further channels."""
    is_wider = Trait.CONCATENATION in reader.layer.traits and not layer_queries.lengthens(reader)
    return is_wider and node.inputs[0] in reader.inputs
