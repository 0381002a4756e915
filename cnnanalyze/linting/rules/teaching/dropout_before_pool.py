"""TE018: dropout before pooling."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.layer_queries import ACTIVATIONS, GLOBAL_POOLS, POOLS, after
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class DropoutBeforePool(Rule):
    """A dropout comes before a pool, directly or with only an activation between.

    Why: a max pool takes the largest of the remaining values, so its output changes less than
    the rate suggests; an average is shifted.

    Instead: move the dropout after the pool.
    """

    code = "TE018"
    name = "dropout-before-pool"
    severity = "info"
    profiles = frozenset({"teaching"})
    formula = "pool(dropout(x))"
    source = "NeuraLint rule f018 (Nikanjam et al., arXiv 2105.08095)"
    trips = (
        "none of the 68 networks of torchvision 0.29; squeezenet's dropout lies before its last "
        "convolution, not before the pool"
    )
    valid = (Case("{cnn: 1, input: 8x8x3, layers: [{maxpool: 2}, {dropout: 0.2}, {dense: 5}]}"),)
    invalid = (
        Case(
            "cnn: 1\ninput: 8x8x3\nlayers:\n- dropout: 0.2\n- relu\n- maxpool: 2\n",
            at=(4, 3),
            message="dropout before a pool, maxpool1",
            path="dropout1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at what reads every dropout."""
        network = context.network
        assert network is not None
        for node in network:
            if Trait.DROPOUT not in node.layer.traits:
                continue
            for reader in after(network, node, ACTIVATIONS):
                if reader.layer.is_any(POOLS | GLOBAL_POOLS):
                    yield self.found(
                        context,
                        f"dropout before a pool, {reader.id}",
                        node=node,
                        help="move it after the pool",
                    )
                    break
