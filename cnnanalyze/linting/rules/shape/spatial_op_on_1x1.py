"""SH011: spatial op on 1x1."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class SpatialOpOn1x1(Rule):
    """A layer slides a window over a map of a single position.

    Why: pooling has no effect there, and only the centre of a kernel is used: 8 of 9 weights of
    a 3x3 kernel read padding.

    Instead: remove the pool, use a 1x1 convolution, or stop downsampling earlier.
    """

    code = "SH011"
    name = "spatial-op-on-1x1"
    severity = "warning"
    profiles = frozenset({"default"})
    needs = "network"
    formula = "n = 1 along every axis, k > 1"
    source = "measured: none of 68 networks of torchvision 0.29 at their own size"
    trips = "none of the networks in specs/"
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- gap\n"
            "- reshape: 1x1x3\n"
            "- conv: {filters: 8, kernel: 1}\n"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- gap\n"
            "- reshape: 1x1x3\n"
            "- conv: {filters: 8, kernel: 3, padding: 1}\n",
            at=(6, 30),
            message="conv with a 3x3 window on a map of one position",
            path="conv1",
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- gap\n"
            "- reshape: 1x1x3\n"
            "- maxpool: {kernel: 1, stride: 2}\n",
            at=(6, 21),
            message="maxpool with a 1x1 window on a map of one position",
            path="maxpool1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at windows over maps of one position."""
        assert context.network is not None
        for node in context.network:
            shape = node.input_shapes[0]
            is_window = layer_queries.is_spatial(node) or node.layer.is_any(layer_queries.POOLS)
            if not is_window or shape.is_vector or shape.positions > 1:
                continue
            size = "x".join(map(str, layer_queries.kernel(node)))
            yield self.found(
                context,
                f"{node.kind} with a {size} window on a map of one position",
                node=node,
                attribute="kernel",
                help="remove the pool"
                if node.layer.is_any(layer_queries.POOLS)
                else "use a 1x1 convolution, or stop downsampling earlier",
                values={"kernel": size, "input": str(shape)},
            )
