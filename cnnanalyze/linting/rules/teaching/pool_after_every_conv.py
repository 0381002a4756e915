"""TE025: a pool behind every convolution."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import (
    ACTIVATIONS,
    CONVOLUTIONS,
    NORMS,
    POOLS,
    SILENT,
    after,
    main_path,
)
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class PoolAfterEveryConv(Rule):
    """A deep network has a pool after each of its convolutions.

    Why: every pool discards positions. A deep network needs several convolutions at each size,
    or the map becomes too small.

    Instead: place pools after blocks of two to four convolutions.
    """

    code = "TE025"
    name = "pool-after-every-conv"
    severity = "info"
    profiles = frozenset({"teaching"})
    formula = "convolutions + pools >= 10, and every convolution is followed by a pool"
    source = "NeuraLint rule f025 (Nikanjam et al., arXiv 2105.08095)"
    trips = "none of the 68 networks of torchvision 0.29"
    thresholds = MappingProxyType({"layers": 10})
    valid = (
        Case(
            "{cnn: 1, input: 64x64x3, layers: [{conv: {filters: 8, kernel: 3}}, relu, {maxpool: "
            "2}, "
            "{conv: {filters: 8, kernel: 3}}, relu, {maxpool: 2}, {dense: 10}]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 64x64x3\nblocks:\n  unit:\n"
            "  - conv: {filters: 8, kernel: 3, padding: same}\n  - relu\n  - maxpool: 2\n"
            "layers:\n- {unit: , repeat: 5}\n",
            at=(5, 5),
            message="a pool follows each of the 5 convolutions of this network",
            path="unit1/conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at what follows every convolution of the main path."""
        network = context.network
        assert network is not None
        path = main_path(network)
        convolutions = [n for n in path if n.layer.is_any(CONVOLUTIONS)]
        pools = [n for n in path if n.layer.is_any(POOLS)]
        if not convolutions or len(convolutions) + len(pools) < self.threshold(context, "layers"):
            return
        passing = ACTIVATIONS | NORMS | SILENT
        if all(
            any(reader.layer.is_any(POOLS) for reader in after(network, node, passing))
            for node in convolutions
        ):
            yield self.found(
                context,
                f"a pool follows each of the {len(convolutions)} convolutions of this network",
                node=convolutions[0],
                help="place pools after blocks of two to four convolutions",
                values={"convolutions": len(convolutions), "pools": len(pools)},
            )
