"""HW005: pointwise convolutions between very unequal widths."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import is_gate, is_pointwise
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class Unequal1x1(Rule):
    """A 1x1 convolution has far more channels on one side than on the other.

    Why: for a given number of multiplications it moves the least memory if both sides have
    equally many channels.

    Instead: choose widths that are closer together.
    """

    code = "HW005"
    name = "unequal-1x1"
    severity = "info"
    profiles = frozenset({"target:mobile"})
    formula = "max(C_in, C_out) / min(C_in, C_out) > 4"
    source = "Ma et al. 2018, 'ShuffleNet V2', guideline G1 (its MAC is memory access cost)"
    trips = "inverted residuals that expand more than 4 times: MobileNetV2, EfficientNet"
    thresholds = MappingProxyType({"times": 4})
    valid = (Case("{cnn: 1, input: 9x9x32, layers: [{conv: {filters: 128, kernel: 1}}]}"),)
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x32\nlayers:\n- conv: {filters: 192, kernel: 1}\n",
            at=(4, 19),
            message="this 1x1 convolution maps 32 channels to 192, 6 times as many",
            path="conv1",
        ),
        Case(
            "cnn: 1\ninput: 9x9x192\nlayers:\n- conv: {filters: 32, kernel: 1}\n",
            at=(4, 19),
            message="this 1x1 convolution maps 192 channels to 32, 6 times fewer",
            path="conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare both sides of every 1x1 convolution on a map."""
        network = context.network
        assert network is not None
        times = self.threshold(context, "times")
        for node in network:
            if not is_pointwise(node) or node.output.positions == 1 or is_gate(network, node):
                continue
            before, behind = node.input_shapes[0].channels, node.output.channels
            ratio = max(before, behind) / min(before, behind)
            if ratio > times:
                how = "as many" if behind > before else "fewer"
                yield self.found(
                    context,
                    f"this 1x1 convolution maps {before} channels to {behind}, {ratio:.3g} times "
                    f"{how}",
                    node=node,
                    attribute="filters",
                    help="choose widths that are closer together",
                    values={"in": before, "out": behind},
                )
