"""CV003: even kernels."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.lint.finding import Finding
from cnnanalyze.lint.rule import Case, Rule, rule
from cnnanalyze.lint.subject import Subject
from cnnanalyze.lint.walk import CONVOLUTIONS, kernel, stride


@rule
class EvenKernel(Rule):
    """A convolution with stride 1 has an even kernel.

    Why: an even kernel has no middle. Its output lies half a pixel beside its input, and no
    padding that is equal on both sides keeps the size.

    Instead: use the next odd kernel. Two even kernels whose shifts cancel are better one odd one.
    """

    code = "CV003"
    name = "even-kernel"
    severity = "warning"
    needs = "network"
    formula = "k mod 2 = 0, s = 1"
    source = "CS231n, lecture 5: 'same' padding (k - 1)/2 is whole for odd kernels only"
    trips = (
        "FCN-AlexNet: its fc6 is the dense layer of AlexNet, 6x6, laid out as a convolution; "
        "none of the 68 networks of torchvision 0.29"
    )
    valid = (
        Case("{cnn: 1, input: 32x32x3, layers: [{conv: {filters: 8, kernel: 3}}]}"),
        Case("{cnn: 1, input: 32x32x3, layers: [{conv: {filters: 8, kernel: 4, stride: 2}}]}"),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 4, padding: same}\n",
            at=(4, 30),
            message="an even kernel of 4 at stride 1 shifts its output by half a pixel",
            path="conv1",
        ),
    )

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Look at every axis of every convolution."""
        assert subject.network is not None
        for node in subject.network:
            if node.kind not in CONVOLUTIONS:
                continue
            sides = [k for k, s in zip(kernel(node), stride(node), strict=True) if s == 1]
            if (even := next((k for k in sides if k % 2 == 0), None)) is not None:
                yield self.found(
                    subject,
                    f"an even kernel of {even} at stride 1 shifts its output by half a pixel",
                    node=node,
                    attribute="kernel",
                    help=f"use a kernel of {even - 1} or {even + 1}",
                    values={"kernel": even, "stride": 1},
                )
