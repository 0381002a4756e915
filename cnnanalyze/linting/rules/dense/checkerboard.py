"""DP001: transposed convolutions that cover unevenly."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.core.spelling import count_of
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import TRANSPOSED, kernel, stride
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class Checkerboard(Rule):
    """The stride of a transposed convolution does not divide its kernel.

    Why: more kernel positions then write to some outputs than to their neighbours. The pattern
    repeats with the stride and appears as a checkerboard in generated images. Given or frozen
    weights (bilinear upsampling) even that out and are not reported.

    Instead: use a kernel that is a multiple of the stride, or resize and convolve.
    """

    code = "DP001"
    name = "checkerboard"
    traits = TRANSPOSED
    formula = "k mod s > 0 for s > 1"
    source = "Odena, Dumoulin, Olah 2016, 'Deconvolution and checkerboard artifacts', Distill"
    trips = "none: FCNs use 4/2, 16/8 and 64/32, U-Net 2/2"
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{transposed_conv: {filters: 8, kernel: 4, stride: "
            "2}}]}"
        ),
        Case("{cnn: 1, input: 9x9x3, layers: [{transposed_conv: {filters: 8, kernel: 3}}]}"),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- transposed_conv: {filters: 8, kernel: 3, stride: "
            "2}\n",
            at=(4, 41),
            message="kernel 3 at stride 2 writes 1 time to some positions and 2 to others",
            path="transposed_conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at every axis of every transposed convolution."""
        network = context.network
        assert network is not None
        for node in network:
            if not node.layer.is_any(TRANSPOSED) or node.frozen or node.given:
                continue
            for k, s in zip(kernel(node), stride(node), strict=True):
                if k % s:
                    least = k // s
                    yield self.found(
                        context,
                        f"kernel {k} at stride {s} writes {count_of(least, 'time')} to some "
                        f"positions and {least + 1} to others",
                        node=node,
                        attribute="kernel",
                        help=f"use a kernel of {-(-k // s) * s}",
                        values={"kernel": k, "stride": s},
                    )
                    break
