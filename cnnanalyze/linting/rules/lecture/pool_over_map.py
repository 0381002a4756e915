"""LC004: pool over map."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.core.shape import axis_name
from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class PoolOverMap(Rule):
    """A pool has a window larger than its map.

    Why: without padding it would not fit at all; with padding, the window covers the whole map
    and some zeros.

    Instead: use 'gap' or 'gmp' for the whole map, or a smaller window.
    """

    code = "LC004"
    name = "pool-over-map"
    traits = layer_queries.POOLS
    severity = "warning"
    profiles = frozenset({"default"})
    needs = "network"
    formula = "d(k - 1) + 1 > n"
    source = "the formula of the output size, (n - f)/s + 1 < 1"
    trips = "none of the networks in specs/"
    valid = (
        Case("cnn: 1\ninput: 8x8x3\nlayers:\n- avgpool: 8\n"),
        Case("cnn: 1\ninput: 3x3x3\nlayers:\n- maxpool: {kernel: 3, stride: 2, padding: 1}\n"),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 2x2x3\nlayers:\n- maxpool: {kernel: 3, stride: 2, padding: 1}\n",
            at=(4, 21),
            message="window 3 is larger than height 2 of the map",
            path="maxpool1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Compare the window of every pool with its map."""
        assert context.network is not None
        for node in context.network:
            shape = node.input_shapes[0]
            if not node.layer.is_any(layer_queries.POOLS) or shape.positions <= 1:
                continue
            sides = zip(
                layer_queries.kernel(node), layer_queries.dilation(node), shape.size, strict=True
            )
            for axis, (k, d, n) in enumerate(sides):
                if (extent := d * (k - 1) + 1) > n:
                    name = axis_name(axis, shape.rank)
                    yield self.found(
                        context,
                        f"window {extent} is larger than {name} {n} of the map",
                        node=node,
                        attribute="kernel",
                        help="use 'gap' or 'gmp' for the whole map, or a smaller window",
                        values={"window": extent, name: n},
                    )
                    break
