"""CV011: double downsample."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class DoubleDownsample(Rule):
    """Two strided layers follow each other with only norms and activations between them.

    Why: the map shrinks twice before anything can be learned from the discarded detail.

    Instead: put a convolution with stride 1 between them where detail matters.
    """

    code = "CV011"
    name = "double-downsample"
    severity = "info"
    profiles = frozenset({"strict"})
    needs = "network"
    formula = "s > 1 on two successive layers"
    source = "Szegedy et al. 2016 (Inception v3), section 2, principle 1"
    trips = "the stem of every ResNet, 37 of 68 networks of torchvision 0.29"
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3, stride: 2}\n"
            "- relu\n"
            "- conv: {filters: 8, kernel: 3}\n"
            "- maxpool: 2\n"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 7, stride: 2, padding: 3}\n"
            "- bn\n"
            "- relu\n"
            "- maxpool: {kernel: 3, stride: 2}\n",
            at=(7, 3),
            message=(
                "the map shrinks by 4 in two steps, conv1 and maxpool1, with nothing "
                "learned between them"
            ),
            path="maxpool1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look back from every strided layer to the one before it."""
        assert context.network is not None
        strided = layer_queries.CONVOLUTIONS | layer_queries.POOLS
        passed = layer_queries.ACTIVATIONS | layer_queries.NORMS | layer_queries.SILENT
        for node in context.network:
            if not node.layer.is_any(strided) or max(layer_queries.stride(node), default=1) == 1:
                continue
            for first in layer_queries.before(context.network, node, passed):
                if (
                    first.layer.is_any(strided)
                    and (step := max(layer_queries.stride(first), default=1)) > 1
                ):
                    both = step * max(layer_queries.stride(node))
                    yield self.found(
                        context,
                        f"the map shrinks by {both} in two steps, {first.id} and {node.id}, with "
                        "nothing learned between them",
                        node=node,
                        help="put a convolution with stride 1 between them",
                        values={"stride": both},
                    )
                    break
