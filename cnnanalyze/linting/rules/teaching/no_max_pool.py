"""TE027: deep networks without a max pool."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import CONVOLUTIONS, MAX_POOL, POOLS
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class NoMaxPool(Rule):
    """A deep network has no max pool.

    Why: textbooks downsample with max pools. Strided convolutions do it as well, with weights
    of their own, and most networks since 2016 use nothing else.

    Instead: nothing, if the downsampling is where it is intended.
    """

    code = "TE027"
    name = "no-max-pool"
    severity = "info"
    profiles = frozenset({"teaching"})
    formula = "convolutions + pools >= 10, and no max pool"
    source = "NeuraLint rule f002 and f027 (Nikanjam et al., arXiv 2105.08095)"
    trips = "35 of the 68 networks of torchvision 0.29: of little value"
    thresholds = MappingProxyType({"layers": 10})
    valid = (Case("{cnn: 1, input: 9x9x3, layers: [{conv: {filters: 8, kernel: 3}, repeat: 3}]}"),)
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nlayers:\n"
            "- {conv: {filters: 8, kernel: 3, padding: same}, repeat: 10}\n",
            at=(4, 4),
            message="none of the 10 convolutions and pools of this network is a max pool",
            path="conv1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Count convolutions and pools."""
        network = context.network
        assert network is not None
        found = [n for n in network if n.layer.is_any(CONVOLUTIONS | POOLS)]
        if len(found) < self.threshold(context, "layers"):
            return
        if not any(n.layer.traits >= MAX_POOL for n in found):
            yield self.found(
                context,
                f"none of the {len(found)} convolutions and pools of this network is a max pool",
                node=found[0],
                help="check that the downsampling is where it is intended",
                values={"layers": len(found)},
            )
