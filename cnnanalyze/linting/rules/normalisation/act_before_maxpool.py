"""NA009: activations before a maximum."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import MAX_POOL, MONOTONE, only_consumer
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class ActBeforeMaxpool(Rule):
    """A monotone activation comes directly before a max pool.

    Why: the maximum of activated values equals the activation of the maximum. After the pool
    the activation has fewer values to process, by the square of the stride, and one map less is
    stored.

    Instead: swap the two; the network computes the same result.
    """

    code = "NA009"
    name = "act-before-maxpool"
    severity = "info"
    profiles = frozenset({"strict"})
    formula = "max f(x) = f(max x) for f monotone"
    source = "an identity; a hint for speed, not a fault"
    trips = "33 of the 68 networks of torchvision 0.29: every ResNet and VGG has this order"
    valid = (Case("{cnn: 1, input: 9x9x3, layers: [{maxpool: 2}, relu]}"),)
    invalid = (
        Case(
            "cnn: 1\ninput: 8x8x3\nlayers:\n- relu\n- maxpool: 2\n",
            at=(4, 3),
            message="after the max pool this relu would process 48 values instead of 192",
            path="relu1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at what reads every monotone activation."""
        network = context.network
        assert network is not None
        for node in network:
            if not node.layer.traits >= MONOTONE:
                continue
            pool = only_consumer(network, node)
            if pool is not None and pool.layer.traits >= MAX_POOL:
                now, then = node.output.count, pool.output.count
                yield self.found(
                    context,
                    f"after the max pool this {node.kind} would process {then:,} values instead "
                    f"of {now:,}",
                    node=node,
                    help="swap the activation and the pool",
                    values={"values": now, "behind the pool": then},
                )
