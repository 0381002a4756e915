"""HW004: groups of too few channels."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class ThinGroups(Rule):
    """A grouped convolution has groups of fewer than 4 channels.

    Why: every group is a small matrix product. With only a few channels the multipliers are
    mostly idle; depthwise convolutions at least have dedicated kernels.

    Instead: use fewer groups, or a depthwise convolution.
    """

    code = "HW004"
    name = "thin-groups"
    attributes = frozenset({"groups"})
    profiles = frozenset({"target:tensor-core", "target:mobile"})
    formula = "1 < groups < C_in and C_in / groups < 4"
    source = "Ma et al. 2018, 'ShuffleNet V2', guideline G2: group convolution costs memory access"
    trips = "senet154, whose first grouped convolution has groups of 2 channels"
    thresholds = MappingProxyType({"channels": 4})
    valid = (
        Case(
            "{cnn: 1, input: 9x9x32, layers: [{conv: {filters: 32, kernel: 3, groups: 8}}, "
            "{conv: {filters: 32, kernel: 3, groups: 32}}]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x32\nlayers:\n- conv: {filters: 32, kernel: 3, groups: 16}\n",
            at=(4, 42),
            message="16 groups of 2 channels each leave the hardware mostly idle",
            path="conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at every grouped convolution that is not depthwise."""
        network = context.network
        assert network is not None
        least = self.threshold(context, "channels")
        for node in network:
            groups = getattr(node.layer, "groups", 1)
            channels = node.input_shapes[0].channels
            if 1 < groups < channels and channels / groups < least:
                yield self.found(
                    context,
                    f"{groups} groups of {channels // groups} channels each leave the hardware "
                    f"mostly idle",
                    node=node,
                    attribute="groups",
                    help="use fewer groups, or a depthwise convolution",
                    values={"groups": groups, "channels": channels},
                )
