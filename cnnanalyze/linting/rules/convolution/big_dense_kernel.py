"""CV006: big dense kernel."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from types import MappingProxyType

from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class BigDenseKernel(Rule):
    """A convolution after the first one has a large kernel over all channels.

    Why: a stack of 3x3 kernels has the same receptive field with fewer parameters and more
    nonlinearities: two of them have 18/25 of the weights of one 5x5.

    Instead: stack 3x3 convolutions, or make the large one depthwise.
    """

    code = "CV006"
    name = "big-dense-kernel"
    severity = "info"
    profiles = frozenset({"default"})
    needs = "network"
    traits = layer_queries.CONVOLUTIONS
    formula = (
        "k >= 5 along every axis, groups = 1, not the first convolution, more "
        "than one output position"
    )
    source = "Simonyan and Zisserman 2015 (VGG), section 2.3; CS231n, 'Layer sizing patterns'"
    trips = "AlexNet, GoogLeNet, Inception v3, LeNet-5: older than the advice"
    thresholds = MappingProxyType({"kernel": 5})
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 7}\n"
            "- relu\n"
            "- conv: {filters: 8, kernel: 3}\n"
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3}\n"
            "- relu\n"
            "- conv: {filters: 8, kernel: 7, groups: 8}\n"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3}\n"
            "- relu\n"
            "- conv: {filters: 16, kernel: 5}\n",
            at=(6, 31),
            message=(
                "a 5x5 kernel over all 8 channels: 2 of 3x3 have the same receptive field with "
                "18 weights per pair of channels instead of 25"
            ),
            path="conv2",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at every full convolution behind the first one that slides."""
        assert context.network is not None
        least = self.threshold(context, "kernel")
        convolutions = (n for n in context.network if n.layer.is_any(layer_queries.CONVOLUTIONS))
        for node in list(convolutions)[1:]:
            sides = layer_queries.kernel(node)
            if not layer_queries.is_full(node) or node.output.positions == 1:
                continue
            if min(sides) >= least and max(sides) % 2:
                number = (max(sides) - 1) // 2
                size = "x".join(map(str, sides))
                small = "x".join("3" * len(sides))
                yield self.found(
                    context,
                    f"a {size} kernel over all {node.input_shapes[0].channels} channels: "
                    f"{number} of {small} have the same receptive field with "
                    f"{number * 3 ** len(sides)} weights per pair of channels instead of "
                    f"{prod(sides)}",
                    node=node,
                    attribute="kernel",
                    help=f"stack {number} convolutions with {small} kernels",
                    values={"kernel": size},
                )
