"""SH009: taps in padding."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from types import MappingProxyType

from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule
from cnnanalyze.linting.window_coverage import readings, sides


@rule
class TapsInPadding(Rule):
    """Most positions of a kernel read padding.

    Why: on a map that is small for the kernel only its centre has anything to read: it acts as
    a smaller kernel, with the parameters of a large one.

    Instead: use a smaller kernel or dilation there, less downsampling before it, or a larger
    input.
    """

    code = "SH009"
    name = "taps-in-padding"
    severity = "warning"
    profiles = frozenset({"default"})
    needs = "analysis"
    traits = layer_queries.CONVOLUTIONS
    formula = "mean share of kernel positions inside the map < 1/2"
    source = (
        "Chen et al. 2017 (DeepLabv3), section 3.3: with growing rates a 3x3 "
        "filter degenerates to 1x1"
    )
    trips = (
        "DeepLabv3 at 224 (rates 24 and 36 on 28x28); ResNet-50 on 32x32 images in 8 of 17 layers"
    )
    thresholds = MappingProxyType({"share": 0.5})
    valid = (
        Case("cnn: 1\ninput: 4x4x3\nlayers:\n- conv: {filters: 8, kernel: 3, padding: same}\n"),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 15x15x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3, dilation: 7, padding: same}\n",
            at=(4, 30),
            message="only 47% of the kernel positions are inside the 15x15x3 map",
            path="conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Count the taps inside the map, along every axis, of every spatial convolution."""
        assert context.analysis is not None
        least = self.threshold(context, "share")
        for facts in context.analysis:
            node = facts.node
            if not layer_queries.is_spatial(node) or not facts.fit:
                continue
            axes = [(readings(*side), side[1] * side[0].output) for side in sides(facts)]
            if any(read.dead for read, _ in axes):
                continue  # that is kernel-over-map
            share = prod(read.total / pairs for read, pairs in axes)
            if share < least:
                yield self.found(
                    context,
                    f"only {share:.0%} of the kernel positions are inside the "
                    f"{node.input_shapes[0]} map",
                    node=node,
                    attribute="kernel",
                    help="use a smaller kernel or dilation, or less downsampling before it",
                    values={"share": round(share, 4)},
                )
