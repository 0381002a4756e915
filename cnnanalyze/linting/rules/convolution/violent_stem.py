"""CV012: violent stem."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import NodeId
from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class ViolentStem(Rule):
    """The first two convolutions shrink the map to an eighth or less.

    Why: detail that is discarded this early cannot be learned later; a network should
    downsample gradually.

    Instead: spread the strides over more layers.
    """

    code = "CV012"
    name = "violent-stem"
    severity = "info"
    profiles = frozenset({"default"})
    needs = "network"
    traits = layer_queries.CONVOLUTIONS | layer_queries.POOLS
    formula = "total stride >= 8 behind the second convolution"
    source = (
        "Szegedy et al. 2016 (Inception v3), section 2, principle 1: avoid "
        "representational bottlenecks early in the network"
    )
    trips = "AlexNet (4 · 2) and ShuffleNetV2: 5 of 68 networks of torchvision 0.29"
    thresholds = MappingProxyType({"stride": 8})
    valid = (
        Case(
            "cnn: 1\n"
            "input: 64x64x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 7, stride: 2, padding: 3}\n"
            "- maxpool: 2\n"
            "- conv: {filters: 8, kernel: 3, padding: same}\n"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 67x67x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 11, stride: 4}\n"
            "- maxpool: {kernel: 3, stride: 2}\n"
            "- conv: {filters: 8, kernel: 3, padding: same}\n",
            at=(5, 3),
            message=(
                "the map is 8 times smaller after the first two convolutions: 67x67x3 became 7x7x8"
            ),
            path="maxpool1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Multiply the strides on the way from each input to the second convolution."""
        assert context.network is not None
        for name in context.network.inputs:
            yield from self._check(context, context.network, name)

    def _check(self, context: RuleContext, network: Network, name: NodeId) -> Iterator[Finding]:
        most = self.threshold(context, "stride")
        convolutions = 0
        given = network.shape_of(name)
        rank = given.rank
        total = (1,) * rank
        for node in layer_queries.main_path(network, name):
            if node.layer.is_any(self.traits) and layer_queries.stride(node):
                total = tuple(t * s for t, s in zip(total, layer_queries.stride(node), strict=True))
                if max(total) >= most:
                    yield self.found(
                        context,
                        f"the map is {max(total)} times smaller after the first "
                        f"{'convolution' if convolutions == 0 else 'two convolutions'}"
                        f": {given} became {node.output}",
                        node=node,
                        help="spread the strides over more layers",
                        values={"total stride": max(total)},
                    )
                    return
            elif node.output.rank != rank:
                return
            convolutions += node.layer.is_any(layer_queries.CONVOLUTIONS)
            if convolutions == _FIRST:
                return


_FIRST = 2
