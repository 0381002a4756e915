"""CV001: skips pixels."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class SkipsPixels(Rule):
    """A convolution skips pixels that no other layer reads.

    Why: with a stride larger than the kernel's extent, nothing reads the rows and columns
    between the windows: their activations were computed for nothing.

    Instead: use a kernel at least as large as the stride, or pool first. The projection beside
    a residual branch also skips pixels, but the branch reads them; it is not reported.
    """

    code = "CV001"
    name = "skips-pixels"
    severity = "warning"
    profiles = frozenset({"default"})
    attributes = frozenset({"stride"})
    needs = "network"
    formula = "s > d(k - 1) + 1, and no other layer reads the input"
    source = (
        "measured: 24 of 68 networks of torchvision 0.29 have such a shortcut, "
        "none another such layer"
    )
    trips = "none of the networks in specs/"
    valid = (
        Case("cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 3, stride: 3}\n"),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- add: [[{conv: {filters: 8, kernel: 3, stride: 2, padding: 1}}], [{conv: {filte"
            "rs: 8, kernel: 1, stride: 2}}]]\n"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- relu\n- conv: {filters: 8, kernel: 1, stride: 2}\n",
            at=(5, 41),
            message=(
                "stride 2 skips pixels: the kernel covers only 1, and no other layer reads the 1 "
                "between two windows"
            ),
            path="conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at convolutions that nothing else stands beside."""
        assert context.network is not None
        for node, stride, extent in layer_queries.gaps(
            context.network, layer_queries.CONVOLUTIONS, _PASSED
        ):
            yield self.found(
                context,
                f"stride {stride} skips pixels: the kernel covers only {extent}, and no other "
                f"layer reads the {stride - extent} between two windows",
                node=node,
                attribute="stride",
                help=f"use a kernel of at least {stride}, or pool before a stride of 1",
                values={"stride": stride, "extent": extent},
            )


_PASSED = layer_queries.ACTIVATIONS | layer_queries.NORMS | layer_queries.SILENT
