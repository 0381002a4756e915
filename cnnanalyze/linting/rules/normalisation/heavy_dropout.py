"""NA013: dropout of more than half."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class HeavyDropout(Rule):
    """A dropout drops more than half of its input.

    Why: dropout regularises most at a rate of 1/2; above it the layer mostly loses signal.
    Often the rate was meant as the fraction to *keep*, as in some frameworks.

    Instead: use a rate of at most 0.5.
    """

    code = "NA013"
    name = "heavy-dropout"
    traits = frozenset({Trait.DROPOUT})
    formula = "rate > 0.5"
    source = "UMLAUT (Schoop et al. 2021), dropout rate; Srivastava et al. 2014, figure 9"
    trips = "googlenet_auxiliary: its auxiliary heads drop 0.7, as the paper says; true, and meant"
    thresholds = MappingProxyType({"rate": 0.5})
    valid = (Case("{cnn: 1, input: 7, layers: [{dropout: 0.5}, {dense: 10}]}"),)
    invalid = (
        Case(
            "cnn: 1\ninput: 7\nlayers:\n- dropout: 0.8\n- dense: 10\n",
            at=(4, 12),
            message="dropout rate 0.8 is above 0.5: most of the input is dropped",
            path="dropout1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look at the rate of every dropout."""
        network = context.network
        assert network is not None
        most = self.threshold(context, "rate")
        for node in network:
            rate = float(getattr(node.layer, "rate", 0))
            if Trait.DROPOUT in node.layer.traits and rate > most:
                yield self.found(
                    context,
                    f"dropout rate {rate:g} is above {most:g}: most of the input is dropped",
                    node=node,
                    attribute="rate",
                    help=f"use a rate of at most {most:g}; now {1 - rate:.2g} of the input is kept",
                    values={"rate": rate, "most": most},
                )
