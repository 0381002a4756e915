"""CV003: even kernels."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import CONVOLUTIONS, borders, dilation, kernel, stride
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class EvenKernel(Rule):
    """A convolution with stride 1 and padding has an even kernel.

    Why: an even kernel has no centre. Its output is shifted by half a pixel against its input,
    and no symmetric padding keeps the size. Not reported: convolutions without padding (the map
    shrinks anyway, so nothing is meant to align with it), padding on one side only, as in
    causal convolutions (each output belongs to the last position it reads), and even kernels
    with an even dilation (their window has a centre).

    Instead: use the next odd kernel. Replace two even kernels whose shifts cancel by one odd
    kernel.
    """

    code = "CV003"
    name = "even-kernel"
    severity = "warning"
    needs = "network"
    traits = CONVOLUTIONS
    formula = "d·(k - 1) mod 2 = 1, s = 1, p > 0, not (p_before = d·(k - 1), p_after = 0)"
    source = "CS231n, lecture 5: 'same' padding (k - 1)/2 is whole for odd kernels only"
    trips = "none of the networks in specs/; none of the 68 networks of torchvision 0.29"
    valid = (
        Case("{cnn: 1, input: 32x32x3, layers: [{conv: {filters: 8, kernel: 3}}]}"),
        Case("{cnn: 1, input: 32x32x3, layers: [{conv: {filters: 8, kernel: 4, stride: 2}}]}"),
        Case("{cnn: 1, input: 32x32x3, layers: [{conv: {filters: 8, kernel: 4}}]}"),
        Case("{cnn: 1, input: 32x3, layers: [{conv: {filters: 8, kernel: 2, padding: [[1, 0]]}}]}"),
        Case(
            "{cnn: 1, input: 32x32x3, layers: "
            "[{conv: {filters: 8, kernel: 4, dilation: 2, padding: 3}}]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n- conv: {filters: 8, kernel: 4, padding: same}\n",
            at=(4, 30),
            message="even kernel 4 at stride 1 shifts the output by half a pixel",
            path="conv1",
        ),
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n"
            "- conv: {filters: 8, kernel: [3, 2], padding: [1, 1]}\n",
            at=(4, 30),
            message="even kernel 2 at stride 1 shifts the output by half a pixel",
            path="conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at every axis of every convolution."""
        assert context.network is not None
        for node in context.network:
            if not node.layer.is_any(CONVOLUTIONS):
                continue
            sides = zip(kernel(node), stride(node), dilation(node), borders(node), strict=True)
            shifted = (
                k
                for k, s, d, zeros in sides
                if s == 1 and d * (k - 1) % 2 == 1 and zeros not in {(0, 0), (d * (k - 1), 0)}
            )
            if (even := next(shifted, None)) is not None:
                yield self.found(
                    context,
                    f"even kernel {even} at stride 1 shifts the output by half a pixel",
                    node=node,
                    attribute="kernel",
                    help=f"use a kernel of {even - 1} or {even + 1}",
                    values={"kernel": even, "stride": 1},
                )
