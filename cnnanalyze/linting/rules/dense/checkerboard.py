"""DP001: transposed convolutions that cover unevenly."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.linting.context import Subject
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.graph_queries import TRANSPOSED, kernel, stride
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class Checkerboard(Rule):
    """The kernel of a transposed convolution is no multiple of its stride.

    Why: some output positions are then written by more taps than their neighbours. The pattern
    repeats with the stride and shows as a checkerboard in what the network draws. Weights that are
    given or frozen (bilinear up-sampling) even that out and are no finding.

    Instead: use a kernel that the stride divides, or resize and convolve.
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
            message="a kernel of 3 at stride 2 writes 1 tap to some positions and 2 to others",
            path="transposed_conv1",
        ),
    )

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Look at every axis of every transposed convolution."""
        network = subject.network
        assert network is not None
        for node in network:
            if not node.layer.is_any(TRANSPOSED) or node.frozen or node.given:
                continue
            for k, s in zip(kernel(node), stride(node), strict=True):
                if k % s:
                    least = k // s
                    taps = "tap" if least == 1 else "taps"
                    yield self.found(
                        subject,
                        f"a kernel of {k} at stride {s} writes {least} {taps} to some positions "
                        "and "
                        f"{least + 1} to others",
                        node=node,
                        attribute="kernel",
                        help=f"use a kernel of {-(-k // s) * s}",
                        values={"kernel": k, "stride": s},
                    )
                    break
