"""CV002: strided 1x1 shortcut."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class Strided1x1Shortcut(Rule):
    """A strided 1x1 convolution projects a shortcut.

    Why: it reads one pixel of every s x s and discards the others, three quarters of them at
    stride 2.

    Instead: average before projecting, as ResNet-D does: 'avgpool: 2' before a 1x1 convolution
    with stride 1.
    """

    code = "CV002"
    name = "strided-1x1-shortcut"
    severity = "info"
    profiles = frozenset({"strict"})
    needs = "network"
    formula = "k = 1, s > 1, beside another layer on the same input"
    source = (
        "He et al. 2019, 'Bag of tricks for image classification with CNNs', section 4 (ResNet-D)"
    )
    trips = "ResNet, ResNeXt, Wide ResNet and RegNet: 24 of 68 networks of torchvision 0.29"
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- add: [[{conv: {filters: 8, kernel: 3, stride: 2, padding: 1}}], [{avgpool: 2},"
            " {conv: {filters: 8, kernel: 1}}]]\n"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- add: [[{conv: {filters: 8, kernel: 3, stride: 2, padding: 1}}], [{conv: {filte"
            "rs: 8, kernel: 1, stride: 2}}]]\n",
            at=(4, 107),
            message="a 1x1 convolution of stride 2 reads one of 4 pixels",
            path="add1/2/conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at strided 1x1 convolutions beside another layer."""
        assert context.network is not None
        for node in context.network:
            strided = layer_queries.is_pointwise(node) and any(
                s > 1 for s in layer_queries.stride(node)
            )
            if strided and not layer_queries.is_alone(context.network, node):
                read, step = prod(layer_queries.stride(node)), max(layer_queries.stride(node))
                yield self.found(
                    context,
                    f"a 1x1 convolution of stride {step} reads one of {read} pixels",
                    node=node,
                    attribute="stride",
                    help=f"average first: 'avgpool: {step}' before a 1x1 convolution of stride 1",
                    values={"stride": step, "read": f"1/{read}"},
                )
