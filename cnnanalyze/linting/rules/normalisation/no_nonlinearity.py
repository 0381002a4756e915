"""NA005: linear layers in succession."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import (
    LINEAR,
    NORMS,
    SILENT,
    before,
    is_factorised,
    is_mergeable,
    is_projection,
)
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class NoNonlinearity(Rule):
    """Two convolutions or dense layers follow each other with no nonlinearity between them.

    Why: without a nonlinearity two linear layers compute one linear map, only factorised.
    Usually an activation was forgotten. It can be intended: a depthwise convolution followed by
    a pointwise one, a kernel split along its axes, and the linear bottleneck of an inverted
    residual (MobileNetV2) are not reported. A pair that one layer with no more weights could
    replace is ``mergeable-linear``.

    Instead: add an activation between them, unless the factorisation is intended.
    """

    code = "NA005"
    name = "no-nonlinearity"
    severity = "info"
    formula = "W2·norm(W1·x)"
    source = (
        "UMLAUT (Schoop et al. 2021), missing activation; Sandler et al. 2018 for the exception"
    )
    trips = (
        "by design: efficientnet_v2_s (the projections of its fused units), convnext_tiny (its "
        "patches are normalised, then convolved)"
    )
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}}, relu, "
            "{conv: {filters: 8, kernel: 3}}]}"
        ),
        Case(
            "{cnn: 1, input: 9x9x3, layers: [{depthwise: 3}, {conv: {filters: 8, kernel: 1}}, "
            "relu]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 9x9x3\nlayers:\n- conv: {filters: 8, kernel: 3, bias: false}\n"
            "- batchnorm\n- conv: {filters: 8, kernel: 3}\n",
            at=(6, 3),
            message="no nonlinearity between conv1 and this conv",
            path="conv2",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at what every linear layer reads through normalisations."""
        network = context.network
        assert network is not None
        for node in network:
            if not node.layer.is_any(LINEAR):
                continue
            for first in before(network, node, NORMS | SILENT):
                if (
                    first.layer.is_any(LINEAR)
                    and not is_mergeable(first, node)
                    and not is_factorised(first, node)
                    and not is_projection(network, first)
                ):
                    yield self.found(
                        context,
                        f"no nonlinearity between {first.id} and this {node.kind}",
                        node=node,
                        help="add an activation between them, unless the factorisation is intended",
                        values={"first": first.id, "second": node.id},
                    )
                    break
