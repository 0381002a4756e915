"""PC005: a narrow pass for the representation."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import bottlenecks
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class RepresentationBottleneck(Rule):
    """One step shrinks the whole representation by a large factor.

    Why: all information passes through here. What does not fit is lost to every later layer,
    however wide it is. Sizes should fall gradually from the input to the output.

    Instead: downsample in smaller steps, or widen the layer while it shrinks the map.
    """

    code = "PC005"
    name = "representation-bottleneck"
    severity = "info"
    formula = (
        "activations before / activations here > times, where all paths pass through one layer"
    )
    source = "Szegedy et al. 2015, 'Rethinking the Inception architecture', principle 1"
    trips = "none of the 68 networks of torchvision 0.29"
    thresholds = MappingProxyType({"times": 16})
    valid = (
        Case(
            "{cnn: 1, input: 64x64x3, layers: [{conv: {filters: 8, kernel: 3}}, {maxpool: 2}, "
            "{conv: {filters: 16, kernel: 3}}, gap, {dense: 10}]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 64x64x3\nlayers:\n- conv: {filters: 64, kernel: 3, padding: same}\n"
            "- conv: {filters: 8, kernel: 4, stride: 4}\n- relu\n- conv: {filters: 64, kernel: "
            "3}\n",
            at=(5, 3),
            message="the representation shrinks 128 times here, from 262,144 to 2,048 activations",
            path="conv2",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare the layers that all paths pass through, each with the one before."""
        network = context.network
        assert network is not None
        times = self.threshold(context, "times")
        for wide, narrow in bottlenecks(network):
            before, here = wide.output.count, narrow.output.count
            if before > times * here:
                yield self.found(
                    context,
                    f"the representation shrinks {before / here:.3g} times here, from {before:,} "
                    "to "
                    f"{here:,} activations",
                    node=narrow,
                    help="downsample in smaller steps, or widen the layer",
                    values={"before": before, "here": here},
                )
